"""Bookmarks of browsers: one a document, with its address, its tags, and the folder that it lies in as a label."""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Source, Unreadable
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Document, Member

WEB = ("http://", "https://", "ftp://", "file://")
WINDOWS = datetime(1601, 1, 1, tzinfo=UTC)  # from which Chrome counts microseconds
MOZILLA = b"mozLz40\0"
LARGEST = 256 << 20
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An address that someone kept, and what is known of it."""

    title: str
    address: str
    folder: str
    when: datetime | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


def parse_page(source: Source) -> Iterator[Member]:
    """The page that every browser exports: NETSCAPE-Bookmark-file-1."""
    yield from _members(source, _of_page(decode(source.data)))


def parse_chrome(source: Source) -> Iterator[Member]:
    """The file "Bookmarks" of Chrome, Edge, Brave and Vivaldi."""
    kept = loaded(source)
    roots = kept.get("roots") if isinstance(kept, dict) else None
    if not isinstance(roots, dict):
        raise AnotherFormat
    found = [one for root in roots.values() if isinstance(root, dict) for one in _of_chrome(root, "", 0)]
    yield from _members(source, found)


def parse_firefox(source: Source) -> Iterator[Member]:
    """A backup of Firefox: JSON, or the same compressed."""
    try:
        kept = json.loads(_unpacked(source.data)) if source.data.startswith(MOZILLA) else loaded(source)
    except ValueError as error:
        raise Unreadable("damaged bookmarks") from error
    if not isinstance(kept, dict) or "children" not in kept:
        raise AnotherFormat
    yield from _members(source, _of_firefox(kept, "", 0))


def _members(source: Source, found: Iterator[Bookmark] | list[Bookmark]) -> Iterator[Member]:
    kept = [one for one in found if one.address.lower().startswith(WEB)]
    for one in kept:
        part = source.unique(f"{source.part} > {one.address}" if source.part else one.address)
        yield Member(part, bookmark_document(source, one), (one.folder,) if one.folder else ())
    if not kept:
        raise NothingInIt("no bookmark in it")


def bookmark_document(source: Source, one: Bookmark) -> Document:
    """The document that a bookmark is."""
    reading = Reading()
    title = fact(one.title)
    if title:
        reading.heading(title, 1)
    reading.block(one.address, gap="\n")
    reading.block(one.note)
    when = dates.iso(one.when)
    stated = ("bookmark", title or "", when or "", *one.tags, reading.text)
    return Document(
        id=hashlib.sha256("\0".join(stated).encode()).hexdigest(),
        text=reading.text,
        kind="bookmark",
        family=source.family,
        marks=tuple(reading.marks),
        title=title,
        date=when,
        tags=one.tags,
    )


def _of_page(markup: str) -> Iterator[Bookmark]:
    """The page is never well-formed: folders are told by the headings and the lists in the order they stand."""
    from selectolax.lexbor import LexborHTMLParser

    folders: list[str] = []
    heading = ""
    pending: Bookmark | None = None
    for node, opens in _walked(LexborHTMLParser(markup).body):
        if node.tag == "dl":
            _go(folders, heading, into=opens)
            heading = ""
        elif not opens:
            continue
        elif node.tag == "h3":
            heading = fact(node.text()) or ""
        elif node.tag == "a":
            yield from filter(None, (pending,))
            pending = _anchor(node, "/".join(filter(None, folders[:DEPTH])))
        elif node.tag == "dd" and pending:
            note = node.text(deep=False).strip()
            pending = Bookmark(pending.title, pending.address, pending.folder, pending.when, pending.tags, note)
    yield from filter(None, (pending,))


def _go(folders: list[str], heading: str, *, into: bool) -> None:
    if into:
        folders.append(heading)
    elif folders:
        folders.pop()


def _anchor(node: Any, folder: str) -> Bookmark:
    told = node.attributes
    tags = tuple(filter(None, (fact(tag) for tag in (told.get("tags") or "").split(","))))
    return Bookmark(node.text().strip(), told.get("href") or "", folder, _seconds(told.get("add_date")), tags)


def _walked(top: Any) -> Iterator[tuple[Any, bool]]:
    """Every element where it opens and where it closes."""
    waiting: list[tuple[Any, bool]] = [(top, True)] if top is not None else []
    while waiting:
        node, opens = waiting.pop()
        yield node, opens
        if opens:
            waiting.append((node, False))
            waiting += [(child, True) for child in reversed(list(node.iter()))]


def _of_chrome(node: dict[str, Any], folder: str, depth: int) -> Iterator[Bookmark]:
    if node.get("type") == "url":
        yield Bookmark(words(node.get("name")), words(node.get("url")), folder, _windows(node.get("date_added")))
    if depth < DEPTH:
        inside = "/".join(filter(None, (folder, words(node.get("name")))))
        for child in rows(node.get("children")):
            yield from _of_chrome(child, inside, depth + 1)


def _of_firefox(node: dict[str, Any], folder: str, depth: int) -> Iterator[Bookmark]:
    if words(node.get("uri")):
        tags = tuple(filter(None, (fact(tag) for tag in words(node.get("tags")).split(","))))
        added = node.get("dateAdded")
        when = _seconds(added / 1e6) if isinstance(added, int) else None
        yield Bookmark(words(node.get("title")), node["uri"], folder, when, tags)
    if depth < DEPTH:
        inside = "/".join(filter(None, (folder, words(node.get("title")))))
        for child in rows(node.get("children")):
            yield from _of_firefox(child, inside, depth + 1)


def _seconds(stated: object) -> datetime | None:
    try:
        seconds = float(str(stated))
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _windows(stated: object) -> datetime | None:
    try:
        return WINDOWS + timedelta(microseconds=int(str(stated)))
    except (ValueError, OverflowError):
        return None


def _unpacked(data: bytes) -> bytes:
    """LZ4's block format after Mozilla's sign and the length: literals, then a copy of what stands before, in turns.

    https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
    """
    (size,) = struct.unpack_from("<I", data, len(MOZILLA))
    if size > LARGEST:
        raise Unreadable("unpacks to more than it may")
    out = bytearray()
    at = len(MOZILLA) + 4
    try:
        while at < len(data):
            token, at = data[at], at + 1
            count, at = _length(data, at, token >> 4)
            out += data[at : at + count]
            at += count
            if at >= len(data):
                break
            back = data[at] | data[at + 1] << 8
            count, at = _length(data, at + 2, token & 15)
            for _ in range(count + 4):  # it may copy what it is writing
                out.append(out[-back])
            if len(out) > size:
                break
    except IndexError as error:
        raise Unreadable("damaged bookmarks") from error
    return bytes(out)


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    """A length of 15 goes on in the following bytes until one is not 255."""
    if length == 15:
        while data[at] == 255:
            length, at = length + 255, at + 1
        length, at = length + data[at], at + 1
    return length, at
