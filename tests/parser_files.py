"""Small files as their programs make them, and how they read: by the pool's workers, or here."""

import os
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path

from ragd.parsers.pool import Ended, Limits, Pool
from ragd.parsers.reading import clean
from ragd.parsers.source import OpenFile, attempt, open_source
from ragd.records import Document, Member, Outcome, SourceFile


def source_file(path: Path) -> SourceFile:
    seen = path.stat()
    return SourceFile(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)


def read_all(
    paths: Iterable[Path], *, workers: int = 1, limits: Limits | None = None
) -> dict[Path, list[Member | Outcome | Ended]]:
    """What the pool says of each file, in order."""
    answers: dict[Path, list[Member | Outcome | Ended]] = {}
    with Pool(workers, limits) as pool:
        for file, answer in pool.read(map(source_file, paths)):
            answers.setdefault(file.path, []).append(answer)
    return answers


def ended(answers: Sequence[Member | Outcome | Ended]) -> Outcome:
    assert isinstance(answers[-1], Ended)
    return answers[-1].outcome


def parsed(path: Path) -> list[Member | Outcome]:
    """What the parsers say of a file, read in this process."""
    with OpenFile(bytes(path)) as file:
        return list(attempt(open_source(path, file)))


def only(path: Path, content: str | bytes | None = None) -> Document:
    """The one document of a file, which is written first where its content is given."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    (member,) = parsed(path)
    assert isinstance(member, Member), member
    check(member.document)
    return member.document


def check(document: Document) -> None:
    """The marks stand in order within the text, and a heading where its words begin."""
    offsets = [mark.offset for mark in document.marks]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(document.text) for offset in offsets)
    for mark in document.marks:
        if mark.kind == "heading" and not document.lined:
            there = clean(document.text[mark.offset :][: 2 * len(mark.label) + 20])
            assert there.split()[0][:5] in mark.label  # a number may stand before it that is in no text


def write_pdf(path: Path, pages: Sequence[Sequence[str]], *, title: str = "", labels: str = "") -> Path:
    """A PDF with one line of Helvetica per string; `labels` is the /Nums array of its page labels."""
    objects = ["", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    numbered = f"/PageLabels << /Nums [{labels}] >>" if labels else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {numbered} >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) /Author (Dana Visser) /CreationDate (D:20240302101500+01'00') >>")
    written = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    written += f"{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(written)
    return path


def message(body: str, *, subject: str = "Rent", message_id: str | None = "one@example.org") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Dana Visser <dana@example.org>"
    mail["To"] = "Kees <kees@example.org>, Łucja Ż <lucja@example.org>"
    mail["Cc"] = "Ann <ann@example.org>"
    mail["Date"] = "Sat, 02 Mar 2024 10:15:00 +0100"
    mail["Subject"] = subject
    if message_id:
        mail["Message-ID"] = f"<{message_id}>"
    mail.set_content(body)
    return mail


def documents(answers: Iterable[Member | Outcome | Ended]) -> dict[str | None, Document]:
    return {answer.part: answer.document for answer in answers if isinstance(answer, Member)}


def bad_name(folder: Path, name: bytes) -> Path:
    return folder / os.fsdecode(name)
