"""A OneNote section: a document a page, its outlines in order, its tables and attached files."""

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from functools import partial
from typing import Any

from ragd.parsers import dates
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format
from ragd.records import Document, Member

PAGE = Format("onenote/1", "", "note", "")
FIELD = re.compile('\ufddf\\s*HYPERLINK\\s+"[^"]*"|\ufddf')  # the address before the words that are shown for it
WEEKDAY = re.compile(r"^[^\W\d]+,?\s+")
DEPTH = 100


def parse(source: Source) -> Parsed:
    pages = list(_opened(source))
    if not pages:
        raise Unreadable("holds no page that can be read (sections downloaded from OneNote on the web cannot be)")
    for number, page in enumerate(pages, start=1):
        title = fact(_title(page)) or f"page {number}"
        part = source.unique(f"{source.part} > {title}" if source.part else title)
        yield from guard(source.inner(title, b"", part, PAGE), partial(_page, page))


def _opened(source: Source) -> Any:
    from aspose.note import Document as Section  # type: ignore[import-untyped]
    from aspose.note import IncorrectPasswordException
    from aspose.note.exceptions import AsposeNoteError  # type: ignore[import-untyped]

    try:
        return Section(io.BytesIO(source.data))
    except IncorrectPasswordException as error:
        raise Unreadable("encrypted, needs a password") from error
    except (AsposeNoteError, ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
        raise Unreadable("damaged OneNote section, or none") from error


def _page(page: Any, source: Source) -> Parsed:
    reading = Reading()
    title = fact(_title(page))
    if title:
        reading.heading(title, 1)
    files: list[Any] = []
    tags: dict[str, None] = {}
    for node in _nodes(page, 0):
        kind = type(node).__name__
        tags.update(dict.fromkeys(filter(None, (fact(tag.Label) for tag in getattr(node, "Tags", None) or []))))
        if kind == "RichText":
            reading.block(FIELD.sub("", node.Text), gap="\n")
        elif kind == "Table":
            _table(reading, node)
        elif kind in ("AttachedFile", "Image") and node.Bytes:
            files.append(node)
    if not reading.text:
        raise NothingInIt("an empty page")
    author, when = fact(getattr(page, "Author", None)), _date(page)
    stated = ("onenote", title or "", author or "", when or "", *tags, reading.text)
    yield Member(
        source.part,
        Document(
            id=hashlib.sha256("\0".join(stated).encode()).hexdigest(),
            text=reading.text,
            kind="note",
            family=source.family,
            marks=tuple(reading.marks),
            title=title,
            author=author,
            date=when,
            tags=tuple(tags),
        ),
    )
    for number, file in enumerate(files, start=1):
        yield from source.child(fact(file.FileName) or f"attachment {number}.bin", bytes(file.Bytes))


def _nodes(node: Any, depth: int) -> Iterator[Any]:
    """What stands on a page, in order; the title and what is in a table are read apart."""
    children = getattr(node, "_children", None) if depth < DEPTH else None
    for child in children or ():
        kind = type(child).__name__
        if kind == "Title":
            continue
        yield child
        if kind != "Table":
            yield from _nodes(child, depth + 1)


def _table(reading: Reading, table: Any) -> None:
    gap = "\n\n"
    for row in _nodes(table, 0):
        if type(row).__name__ == "TableRow":
            cells = [node for node in _nodes(row, 0) if type(node).__name__ == "TableCell"]
            if reading.row((_said(cell) for cell in cells), gap=gap):
                gap = "\n"


def _said(cell: Any) -> str:
    return "\n".join(FIELD.sub("", node.Text) for node in _nodes(cell, 0) if type(node).__name__ == "RichText")


def _title(page: Any) -> str:
    title = getattr(page, "Title", None)
    return getattr(getattr(title, "TitleText", None), "Text", "") or ""


def _date(page: Any) -> str | None:
    """The day that stands under the title, if it can be read, else when the page was last written to."""
    shown = getattr(getattr(getattr(page, "Title", None), "TitleDate", None), "Text", "") or ""
    return dates.iso(WEEKDAY.sub("", shown)) or dates.iso(getattr(page, "LastModifiedTime", None))
