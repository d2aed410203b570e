"""Markdown: the text untouched, its headings as marks, the facts of its frontmatter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ragd.parsers import dates
from ragd.parsers.reading import fact
from ragd.parsers.source import Source
from ragd.parsers.text import lined_text
from ragd.records import Document, Mark, Member

FRONTMATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.{0,65536}?)^(?:\1|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
MAYBE_HEADING = re.compile(r"^(?:[ ]{0,3}#{1,6}(?:[ \t]|$)|[ ]{0,3}(?:=+|-+)[ \t]*$)", re.MULTILINE)
LINE = re.compile(r"^ {0,3}(?:(```|~~~)|(#{1,6})[ \t]+(.{1,500}))", re.MULTILINE)
LARGE = 2_000_000  # characters
CLOSED = re.compile(r"[ \t]+#+[ \t]*\Z")
MARKUP = (  # what a reader of the heading does not see
    (re.compile(r"!?\[\[(?:[^\]|]*\|)?([^\]]*)\]\]"), r"\1"),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<[^<>]{1,200}>"), ""),
    (re.compile(r"\s*\{#[^}]*\}\s*\Z"), ""),
    (re.compile(r"\s\^[\w-]+\Z"), ""),
    (re.compile(r"(\*\*|__|~~|==|`|\*)(\S(?:.*?\S)?)\1"), r"\2"),
)
TITLE, DATE = ("title",), ("date", "datetime", "created", "created_at", "published", "creation_date")
AUTHOR, TO = ("author", "authors", "from", "by"), ("to", "recipients")


@dataclass(frozen=True, slots=True)
class _Front:
    facts: Mapping[str, Any] = field(default_factory=dict)
    end: int = 0  # offset of the first character after it

    def one(self, names: tuple[str, ...]) -> str | None:
        return next(iter(self.many(names)), None)

    def many(self, names: tuple[str, ...]) -> tuple[str, ...]:
        found = next((self.facts[name] for name in names if self.facts.get(name)), None)
        values = found if isinstance(found, list) else [found]
        return tuple(
            fact(str(value)) or ""
            for value in values[:100]
            if isinstance(value, str | int | float) and fact(str(value))
        )


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    front = _front(text)
    marks = tuple(_headings(text, front.end))
    named = next((front.facts[name] for name in DATE if front.facts.get(name)), None)
    document = Document(
        id=source.identity(source.kind),
        text=text,
        kind=source.kind,
        family=source.family,
        marks=marks,
        title=front.one(TITLE) or next((mark.label for mark in marks if mark.level == 1), None),
        author=", ".join(front.many(AUTHOR)) or None,
        recipients=front.many(TO),
        date=dates.iso(named),
        language=front.one(("lang", "language")),
        lined=True,
    )
    yield Member(source.part, document)


def _front(text: str) -> _Front:
    found = FRONTMATTER.match(text)
    if not found:
        return _Front()
    facts = _yaml(found[2]) if found[1] == "---" else _toml(found[2])
    return _Front(facts, found.end()) if facts is not None else _Front()


def _yaml(text: str) -> Mapping[str, Any] | None:
    import yaml  # type: ignore[import-untyped]

    try:
        loaded = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, OverflowError):
        return {}  # it is still frontmatter, and no heading hides in it
    return _lowered(loaded) if isinstance(loaded, dict) else ({} if loaded is None else None)


def _toml(text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return _lowered(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _lowered(facts: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in facts.items()}


def _headings(text: str, start: int) -> Iterator[Mark]:
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
            label = _label(inline.content)
            if label:
                yield Mark(offsets[opening.map[0]], "heading", label, int(opening.tag[1]))


def _plain_headings(text: str, start: int) -> Iterator[Mark]:
    """The "# " headings outside fences of a text that is too large for markdown-it, which takes 100 times its size."""
    fence = ""
    for found in LINE.finditer(text, start):
        opened, hashes, words = found.groups()
        if opened:
            fence = opened[0] if not fence else ("" if opened[0] == fence else fence)
        elif not fence and (label := _label(words)):
            yield Mark(found.start(), "heading", label, len(hashes))


@lru_cache(maxsize=1)
def _blocks() -> Any:
    """markdown-it for blocks only: it knows fences, indented code and HTML blocks from headings."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark")
    reader.core.ruler.enableOnly(["block"])
    return reader


def _label(content: str) -> str | None:
    for pattern, shown in MARKUP:
        content = pattern.sub(shown, content)
    return fact(CLOSED.sub("", content))
