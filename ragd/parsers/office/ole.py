"""Old Office files (.doc, .ppt, .xls) and locked new ones: all lie in the same kind of container, which says which.

Words and slides are read with office-oxide, workbooks with xlrd.
"""

import json
from datetime import datetime
from typing import Any, Literal

from ragd.parsers.office import properties, xls
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.records import Document, Kind, Member

LOCKED = ("EncryptedPackage", "EncryptionInfo")
SUMMARY = "\x05SummaryInformation"


def parse(source: Source) -> Parsed:
    streams, facts = _look_into(source.data)
    if streams & {*LOCKED}:
        raise Unreadable("is protected by a password")
    if streams & {"Workbook", "Book"}:
        yield from xls.parse(source, facts)
    elif "WordDocument" in streams:
        yield _read(source, "doc", "office", facts)
    elif "PowerPoint Document" in streams:
        yield _read(source, "ppt", "slides", facts)
    elif any(name.startswith("__substg1.0_") or name.startswith("__properties_version1.0") for name in streams):
        raise Unreadable(f"named {source.path.suffix} but is an Outlook message")
    else:
        raise Unreadable("is an old Office file of a kind that cannot be read (Publisher, Visio, Works ...)")


def _look_into(data: bytes) -> tuple[set[str], properties.Facts]:
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(data) as held:
            return {path[0] for path in held.listdir()}, _facts(held)
    except (OSError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise Unreadable("damaged Office file") from error


def _facts(held: Any) -> properties.Facts:
    if not held.exists(SUMMARY):
        return properties.Facts()
    stated = held.get_metadata()
    page = f"cp{stated.codepage}" if stated.codepage and stated.codepage not in (65001, 1200) else "utf-8"

    def words(value: Any) -> str | None:
        if not isinstance(value, bytes):
            return value if isinstance(value, str) else None
        try:
            return value.decode(page, "replace").strip("\0")
        except LookupError:
            return value.decode("cp1252", "replace").strip("\0")

    dates = [one for one in (stated.create_time, stated.last_saved_time) if isinstance(one, datetime)]
    return properties.Facts(
        properties.title(words(stated.title)),
        properties.author(words(stated.author)),
        properties.date(*dates),
        tags=properties.keywords(words(stated.keywords)),
    )


def _read(source: Source, suffix: Literal["doc", "ppt"], kind: Kind, facts: properties.Facts) -> Member:
    reading = Reading()
    whole = _opened(source.data, suffix)
    for number, section in enumerate(whole.get("sections", ()), start=1):
        if kind == "slides" and _says_anything(section):
            reading.turn()
            reading.mark("slide", str(number), number)
        _elements(reading, section.get("elements", ()))
        for note in ("speaker_notes", "footnotes", "endnotes", "comments"):
            _elements(reading, section.get(note) or ())
    if not reading.text:
        raise NothingInIt("no text in it")
    marks = tuple(reading.marks)
    headings = (mark.label for mark in marks if mark.kind == "heading" and mark.offset < 200)
    return Member(
        source.part,
        Document(
            id=source.identity(),
            text=reading.text,
            kind=kind,
            family=source.family,
            marks=marks,
            title=facts.title or next(headings, None),
            author=facts.author,
            date=facts.date,
            tags=facts.tags,
        ),
    )


def _opened(data: bytes, suffix: Literal["doc", "ppt"]) -> Any:
    import office_oxide

    try:
        with office_oxide.Document.from_bytes(data, suffix) as opened:
            return json.loads(opened.to_ir_json())
    except (office_oxide.OfficeOxideError, ValueError) as error:
        if "encrypt" in str(error).lower() or "password" in str(error).lower():
            raise Unreadable("is protected by a password") from error
        what = "Word document" if suffix == "doc" else "PowerPoint presentation"
        raise Unreadable(f"damaged {what}") from error


def _says_anything(section: Any) -> bool:
    return '"text": "' in json.dumps([section.get("elements"), section.get("speaker_notes")]).replace('"text": ""', "")


def _elements(reading: Reading, elements: Any) -> None:
    for element in elements:
        kind = element.get("type")
        if kind == "heading" and fact(_words(element)):
            reading.heading(_words(element), min(max(int(element.get("level") or 1), 1), 9))
        elif kind == "table":
            gap = "\n\n"
            for row in element.get("rows", ()):
                if reading.row((_words(cell) for cell in row.get("cells", ())), gap=gap):
                    gap = "\n"
        elif kind == "list":
            for item in element.get("items", ()):
                reading.block(_words(item))
        else:
            reading.block(_words(element))


def _words(node: Any) -> str:
    """The words of an element, a line a paragraph: its runs, its cells and what is nested in it."""
    if isinstance(node, list):
        inline = all(isinstance(one, dict) and one.get("type") not in ("paragraph", "heading", "list") for one in node)
        return ("" if inline else "\n").join(_words(one) for one in node)
    if not isinstance(node, dict):
        return ""
    if node.get("type") in ("line_break", "break"):
        return "\n"
    text = node.get("text")
    own = text if isinstance(text, str) else ""
    inside = (
        _words(node[name]) for name in ("content", "items", "rows", "cells", "nested", "elements") if name in node
    )
    return own + "\n".join(one for one in inside if one)
