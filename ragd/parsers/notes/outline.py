"""Outlines in OPML, of outliners and lists of subscriptions: a line an entry, what holds others a heading."""

from collections.abc import Iterator
from typing import Any

from ragd.parsers import dates
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.parsers.texts.xml_tree import local, tree
from ragd.records import Document, Member

WHAT = "OPML outline"
HEADINGS = 3  # levels of entries that are places
LONGEST_HEADING = 200  # characters; a longer entry is a paragraph
ADDRESSES = ("htmlUrl", "xmlUrl", "url")


def parse(source: Source) -> Parsed:
    root = tree(source.data, WHAT)
    body = next((one for one in root if local(one) == "body"), None)
    if body is None:
        raise Unreadable(f"damaged {WHAT}")
    stated = {local(one): one.text or "" for head in root if local(head) == "head" for one in head}
    reading = Reading()
    for level, entry in _entries(body):
        _take(reading, level, entry)
    if not reading.text:
        raise NothingInIt("no text in it")
    yield Member(
        source.part,
        Document(
            id=source.identity(),
            text=reading.text,
            kind=source.kind,
            family=source.family,
            marks=tuple(reading.marks),
            title=fact(stated.get("title")),
            author=fact(stated.get("ownerName")),
            date=dates.iso(stated.get("dateCreated")) or dates.iso(stated.get("dateModified")),
        ),
    )


def _entries(body: Any) -> Iterator[tuple[int, Any]]:
    """Every entry with its level, in the order of reading; no stack of calls, for they may lie deep."""
    waiting = [(1, one) for one in reversed(body)]
    while waiting:
        level, entry = waiting.pop()
        if local(entry) == "outline":
            yield level, entry
            waiting += [(level + 1, one) for one in reversed(entry)]


def _take(reading: Reading, level: int, entry: Any) -> None:
    words = (entry.get("text") or entry.get("title") or "").strip()
    if len(entry) and level <= HEADINGS and 0 < len(words) <= LONGEST_HEADING:
        reading.heading(words, level)
    else:
        reading.block(words, gap="\n")
    reading.block(entry.get("_note") or "", gap="\n")
    addresses = dict.fromkeys(filter(None, (entry.get(name) for name in ADDRESSES)))
    reading.block(" ".join(one for one in addresses if one != words), gap="\n")
