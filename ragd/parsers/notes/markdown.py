"""Markdown: the text untouched, its headings as marks, the facts of its frontmatter, its tags and links."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ragd.parsers import dates
from ragd.parsers.notes.diary import days_of
from ragd.parsers.notes.frontmatter import front_of
from ragd.parsers.notes.vault import blocks_of, links_of, prose_of, tags_of
from ragd.parsers.reading import fact
from ragd.parsers.source import Source
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Kind, Mark, Member

MAYBE_HEADING = re.compile(r"^(?:[ ]{0,3}#{1,6}(?:[ \t]|$)|[ ]{0,3}(?:=+|-+)[ \t]*$)", re.MULTILINE)
LINE = re.compile(r"^ {0,3}(?:(```|~~~)|(#{1,6})[ \t]+(.{1,500}))", re.MULTILINE)
LARGE = 2_000_000  # characters
LONGEST = 2_000  # characters of a heading that are looked at
CLOSED = re.compile(r"[ \t]+#+[ \t]*\Z")
MARKUP = (  # what a reader of the heading does not see
    (re.compile(r"!?\[\[(?:[^\]|]*\|)?([^\]]*)\]\]"), r"\1"),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<[^<>]{1,200}>"), ""),
    (re.compile(r"\s*\{#[^}]*\}\s*\Z"), ""),
    (re.compile(r"\s\^[\w-]+\Z"), ""),
    (re.compile(r"(\*\*|__|~~|==|`|\*)(\S(?:.*?\S)?)\1"), r"\2"),
)
DATE = ("date", "datetime", "created", "created_at", "published", "creation_date")
AUTHOR, TO = ("author", "authors", "from", "by"), ("to", "recipients")


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    yield Member(source.part, note_of(text, id=source.identity(source.kind), kind=source.kind, family=source.family))


def note_of(text: str, *, id: str, kind: Kind, family: str) -> Document:
    """The document that a note in Markdown is: its text untouched, and the facts that it states of itself."""
    front = front_of(text)
    marks = tuple(headings_of(text, front.end))
    prose = prose_of(text, front.end)
    return Document(
        id=id,
        text=text,
        kind=kind,
        family=family,
        marks=tuple(sorted((*days_of(marks), *marks), key=lambda mark: mark.offset)),
        title=front.one("title") or next((mark.label for mark in marks if mark.level == 1), None),
        author=", ".join(front.many(*AUTHOR)) or None,
        recipients=front.many(*TO),
        date=next(filter(None, (dates.iso(front.facts.get(name)) for name in DATE)), None),
        tags=tags_of(prose, front),
        links=links_of(prose, front),
        aliases=(*front.many("aliases", "alias"), *blocks_of(prose)),
        language=front.one("lang", "language"),
        lined=True,
    )


def headings_of(text: str, start: int) -> Iterator[Mark]:
    """The headings from `start` on, without those in code, lists and quotes."""
    if not MAYBE_HEADING.search(text, start):
        return
    if len(text) > LARGE:
        yield from _plain_headings(text, start)
        return
    body = text[start:]
    offsets = [start]
    offsets += [start + found.end() for found in re.finditer("\n", body)]
    tokens = _blocks().parse(body)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            label = label_of(inline.content)
            if label:
                yield Mark(offsets[opening.map[0]], "heading", label, int(opening.tag[1]))


def _plain_headings(text: str, start: int) -> Iterator[Mark]:
    """The "# " headings outside fences of a text that is too large for markdown-it, which takes 100 times its size."""
    fence = ""
    for found in LINE.finditer(text, start):
        opened, hashes, words = found.groups()
        if opened:
            fence = opened[0] if not fence else ("" if opened[0] == fence else fence)
        elif not fence and (label := label_of(words)):
            yield Mark(found.start(), "heading", label, len(hashes))


@lru_cache(maxsize=1)
def _blocks() -> Any:
    """markdown-it for blocks only: it knows fences, indented code and HTML blocks from headings."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark")
    reader.core.ruler.enableOnly(["block"])
    return reader


def label_of(content: str) -> str | None:
    """A heading as a reader sees it, without its markup."""
    content = content[:LONGEST]
    for pattern, shown in MARKUP:
        content = pattern.sub(shown, content)
    return fact(CLOSED.sub("", content))
