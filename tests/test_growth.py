"""A mailbox that grew is read from where it ended, and the index is as if it had been read whole."""

import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from indexes import contents

from ragd import Library
from ragd.index.catalog import Batch, Catalog, KnownFile, Read
from ragd.index.grown import Names
from ragd.parsers.digest import BLOCK, Digest, digests_of
from ragd.parsers.mail.mbox import goes_on, messages
from ragd.parsers.pool import Ended, GoesOn, Pool
from ragd.records import Document, Member, Outcome, Progress, SourceFile

ENVELOPE = b"From dana@example.org Sat Mar  2 10:15:00 2024\n"


def mail(text: str, message_id: str | None, *, attached: str = "") -> bytes:
    """One message as it stands in an mbox."""
    made = EmailMessage()
    made["From"], made["To"] = "Dana Visser <dana@example.org>", "kees@example.org"
    made["Subject"], made["Date"] = "The roof", "Sat, 02 Mar 2024 10:15:00 +0100"
    if message_id:
        made["Message-ID"] = f"<{message_id}>"
    made.set_content(text)
    if attached:
        made.add_attachment(attached, filename="notes.txt")
    return ENVELOPE + bytes(made).replace(b"\nFrom ", b"\n>From ") + b"\n"


OLD = [
    mail("Two slates slipped.", "a@x"),
    mail("The gutter leaks, see the notes.", "b@x", attached="Gutter: 12 metres."),
    mail("Written without an id.", None),
    mail("The second of one name.", "a@x", attached="Slates: 340 euros."),
    ENVELOPE + b"no header: this one cannot be read\n\n",
]
NEW = [
    mail("The third of one name.", "a@x", attached="Chimney."),
    mail("Written without an id.", None),
    mail("Nothing like it before.", "c@x"),
    ENVELOPE + b"no header: this one cannot be read\n\n",
    mail("The third of one name, once more.", "a@x"),
]


def seen(path: Path) -> SourceFile:
    now = path.stat()
    return SourceFile(path, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_dev, now.st_ino)


def write(path: Path, *mails: bytes) -> None:
    """Write the mailbox, with a time that differs from any that it had."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(b"".join(mails))
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(1) as made:
        yield made


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder / "Inbox"  # as Thunderbird calls it: only the content says what it is


def test_an_index_that_followed_a_growing_mailbox_is_that_of_the_whole_one(
    library: Library, mailbox: Path, tmp_path: Path
) -> None:
    write(mailbox, *OLD)
    library.add([mailbox.parent])
    for count in range(1, len(NEW) + 1):
        write(mailbox, *OLD, *NEW[:count])
        library.sync()
    with Library.open(tmp_path / "other-home") as other:
        other.add([mailbox.parent])
        assert contents(library) == contents(other)
        assert library.status()["failed"] == other.status()["failed"]


def test_only_the_new_text_is_embedded(library: Library, mailbox: Path) -> None:
    embedded: list[Progress] = []
    write(mailbox, *OLD)
    library.add([mailbox.parent])
    write(mailbox, *OLD, NEW[2])
    outcomes = library.sync(meter=embedded.append)
    assert [(one.status, one.documents) for one in outcomes] == [("indexed", 1)]
    assert max(progress.texts_done for progress in embedded) == 1


def test_a_mailbox_whose_old_part_changed_is_read_whole(library: Library, mailbox: Path) -> None:
    write(mailbox, *OLD)
    library.add([mailbox.parent])
    changed = [one.replace(b"Two slates", b"Six slates") for one in OLD]
    write(mailbox, *changed, NEW[2])
    library.sync()
    assert library.search("six slates")[0].document.part == "<a@x>"
    assert not any("Two slates" in hit.text for hit in library.search("two slates"))


def test_a_worker_reads_only_what_was_appended(pool: Pool, mailbox: Path) -> None:
    write(mailbox, *OLD)
    old = mailbox.stat().st_size
    write(mailbox, *OLD, NEW[2])
    answers = [answer for _, answer in pool.read([seen(mailbox)], old=lambda _: old)]
    assert answers[0] == GoesOn()
    assert [answer.part for answer in answers if isinstance(answer, Member)] == ["<c@x>"]


def test_what_goes_on_in_the_middle_of_a_message_is_read_whole(pool: Pool, mailbox: Path) -> None:
    write(mailbox, *OLD, NEW[2][:-30])
    old = mailbox.stat().st_size
    write(mailbox, *OLD, *NEW[2:])
    answers = [answer for _, answer in pool.read([seen(mailbox)], old=lambda _: old)]
    assert GoesOn() not in answers
    assert sum(isinstance(answer, Member) for answer in answers) == 8


def test_what_is_appended_while_it_is_read_waits_for_the_next_time(pool: Pool, mailbox: Path) -> None:
    write(mailbox, *OLD)
    early = seen(mailbox)
    write(mailbox, *OLD, NEW[2])
    answers = [answer for _, answer in pool.read([early])]
    assert "<c@x>" not in [answer.part for answer in answers if isinstance(answer, Member)]
    assert isinstance(answers[-1], Ended)
    assert answers[-1].digest == digests_of(mailbox, early.size)[0]


@given(cut=some.integers(0, len(b"".join(OLD + NEW))), lines=some.sampled_from([b"\n", b"\r\n"]))
@settings(max_examples=150)
def test_wherever_a_mailbox_is_cut_its_messages_are_those_of_the_whole(cut: int, lines: bytes) -> None:
    import io

    whole = b"".join(OLD + NEW).replace(b"\n", lines)
    before, after = whole[:cut], whole[cut:]
    if before and after and goes_on(before[-8192:], after[:8192]):
        apart = [*messages(io.BytesIO(before)), *messages(io.BytesIO(after))]
        assert apart == list(messages(io.BytesIO(whole)))


def test_parts_are_numbered_after_those_that_were_there() -> None:
    names = Names({"<a>", "<a> #2", "<b>"}.__contains__)
    assert [names.of(part) for part in ("<a>", "<a> > x.txt", "<a> #2", "<c>", "<c> #2 > y > z", "<b>", None)] == [
        *("<a> #3", "<a> #3 > x.txt", "<a> #4", "<c>", "<c> #2 > y > z", "<b> #2", None)
    ]


def test_a_file_of_which_only_some_is_in_has_no_digest(tmp_path: Path) -> None:
    """So that it is read whole after a crash: the parts that are in would be taken for those of its old part."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    file = SourceFile(tmp_path / "a.mbox", 1, 1, 1, 1, 1)
    catalog.commit(Batch(read=[Read(KnownFile(file, "d", "mbox/1", "indexed", None), frozenset(), [])]), chunker="c")
    assert catalog.of_size(1)
    member = Member("<a>", Document("id", "text", "mail", "mail/1"))
    [key] = catalog.reserve(1)
    from ragd.index.catalog import Entry

    entry = Entry(key, member.document, [], [])
    catalog.commit(Batch(entries=[entry], members=[(file, member, key)]), chunker="c")
    assert not catalog.of_size(1)
    done = Read(KnownFile(file, "e", "mbox/1", "indexed", None), frozenset({"<a>"}), [Outcome("", "<b>", "failed")])
    catalog.commit(Batch(read=[done]), chunker="c")
    assert [known.digest for known in catalog.of_size(1)] == ["e"]
    assert catalog.lookup.has_part(str(file.path), "<a>") and catalog.lookup.has_part(str(file.path), "<b>")
    catalog.close()


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_the_digest_of_a_file_is_the_same_in_order_and_side_by_side(tmp_path: Path, size: int) -> None:
    data = os.urandom(1 << 16) * (size // (1 << 16) + 1)
    (tmp_path / "file").write_bytes(data[:size] + b"more")
    digest = Digest()
    for start in range(0, size, 1_000_003):
        digest.update(data[start : min(size, start + 1_000_003)])
    assert digests_of(tmp_path / "file", size, size + 4)[0] == digest.hexdigest()
    digest.update(b"more")
    assert digests_of(tmp_path / "file", size, size + 4)[1] == digest.hexdigest()
