"""A Roam graph in JSON: a document a page, its blocks line by line, set in as deep as they hang."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ragd.parsers import dates
from ragd.parsers.notes.vault import links_of, prose_of, tags_of
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Source
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Document, Member

Block = dict[str, Any]
DEPTH = 200


def parse(source: Source) -> Iterator[Member]:
    pages = rows(loaded(source))
    if not any("title" in page and ("children" in page or "uid" in page) for page in pages):
        raise AnotherFormat
    texts = {words(block.get("uid")): words(block.get("string")) for page in pages for block, _ in _blocks(page, 0)}
    found = False
    for page in pages:
        document = _page(source, page, texts)
        if document:
            found = True
            part = document.title or "untitled"
            yield Member(source.unique(f"{source.part} > {part}" if source.part else part), document)
    if not found:
        raise NothingInIt("no text in it")


def _page(source: Source, page: Block, texts: dict[str, str]) -> Document | None:
    reading = Reading()
    title = fact(words(page.get("title")))
    if title:
        reading.heading(title, 1)
    lines = 0
    for block, depth in _blocks(page, 0):
        said = _shown(words(block.get("string")), texts)
        level = block.get("heading")
        if isinstance(level, int) and 1 <= level <= 5:
            reading.heading(said, level + 1)
        else:
            lines += reading.block("- " * (depth > 1) + said, gap="\n" if lines else "\n\n")
    if not lines and len(reading.marks) < 2:
        return None
    prose = prose_of(reading.text)
    when = dates.iso(_moment(page.get("create-time")) or _moment(page.get("edit-time")))
    tags, links = tags_of(prose), links_of(prose)
    return Document(
        id=hashlib.sha256("\0".join(("roam", when or "", *tags, *links, reading.text)).encode()).hexdigest(),
        text=reading.text,
        kind="note",
        family=source.family,
        marks=tuple(reading.marks),
        title=title,
        date=when,
        tags=tags,
        links=links,
    )


def _blocks(block: Block, depth: int) -> Iterator[tuple[Block, int]]:
    """The blocks below this one in the order of reading, with how deep they hang."""
    if depth < DEPTH:
        for child in rows(block.get("children")):
            yield child, depth + 1
            yield from _blocks(child, depth + 1)


def _shown(said: str, texts: dict[str, str]) -> str:
    """What a block says, with the words of blocks that it refers to, and its boxes to tick as everyone writes them."""
    for done, box in (("{{[[TODO]]}}", "[ ]"), ("{{[[DONE]]}}", "[x]"), ("{{TODO}}", "[ ]"), ("{{DONE}}", "[x]")):
        said = said.replace(done, box)
    pieces = said.split("((")
    return pieces[0] + "".join(
        texts.get(uid, f"(({uid}))") + rest if closed else f"(({uid}"
        for uid, closed, rest in (piece.partition("))") for piece in pieces[1:])
    )


def _moment(stated: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(stated)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
