"""Google Keep as Takeout writes it: a note a file, JSON with a page of the same beside it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ragd.parsers import dates
from ragd.parsers.notes.rich import DONE, OPEN, read_note
from ragd.parsers.packed.unpacked import Entry, part_of, read_entry
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Parsed, Source
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Document, Member

FLAGS = {"isTrashed": "trash", "isArchived": "archived", "isPinned": "pinned"}


def parse(source: Source) -> Iterator[Member]:
    note = loaded(source)
    stamp = note.get("createdTimestampUsec") or note.get("userEditedTimestampUsec") if isinstance(note, dict) else None
    if not isinstance(stamp, int) or "isTrashed" not in note:
        raise AnotherFormat
    reading = Reading()
    title = fact(words(note.get("title")))
    if title:
        reading.heading(title, 1)
    reading.block(words(note.get("textContent")) or read_note(words(note.get("textContentHtml"))).page.text)
    for number, item in enumerate(rows(note.get("listContent"))):
        box = DONE if item.get("isChecked") else OPEN
        reading.block(box + words(item.get("text")), gap="\n" if number else "\n\n")
    for link in rows(note.get("annotations")):
        reading.block("\n".join(filter(None, (words(link.get(name)) for name in ("title", "description", "url")))))
    if not reading.text:
        raise NothingInIt("an empty note")
    tags = tuple(filter(None, (fact(words(label.get("name"))) for label in rows(note.get("labels")))))
    links = tuple(filter(None, (words(one.get("filePath")) for one in rows(note.get("attachments")))))
    when = dates.iso(datetime.fromtimestamp(stamp / 1e6, UTC)) if 0 < stamp < 1e16 else None
    facts = (title or "", when or "", *tags, *links)
    document = Document(
        id=hashlib.sha256("\0".join(("keep", *facts, reading.text)).encode()).hexdigest(),
        text=reading.text,
        kind="note",
        family=source.family,
        marks=tuple(reading.marks),
        title=title,
        date=when,
        tags=tags,
        links=links,
    )
    yield Member(source.part, document, _flags(note))


def read(source: Source, entries: list[Entry]) -> Parsed:
    """Keep in a Takeout: the page of a note says what its JSON says, and is left out."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        told[entry.folder].add(entry.base)
    for entry in entries:
        if re.sub(r"\.html$", ".json", entry.base) in told[entry.folder] - {entry.base}:
            yield source.left_out(part_of(source, entry.name), "says the same as the JSON beside it")
        else:
            yield from read_entry(source, entry)


def _flags(note: dict[str, Any]) -> tuple[str, ...]:
    """What the program says of a note's place: in its trash, archived, pinned."""
    return tuple(label for name, label in FLAGS.items() if note.get(name) is True)
