"""An Obsidian canvas: what stands on its cards, group by group from the top, and the notes that lie on it."""

from collections.abc import Iterator
from typing import Any

from ragd.parsers.notes.vault import is_elsewhere, links_of, prose_of, tags_of
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Source, Unreadable
from ragd.parsers.texts.jsons import loaded, rows, words
from ragd.records import Document, Member

Card = dict[str, Any]


def parse(source: Source) -> Iterator[Member]:
    try:
        kept = loaded(source)
    except AnotherFormat as error:
        raise Unreadable("damaged canvas") from error
    cards = rows(kept.get("nodes")) if isinstance(kept, dict) else []
    reading = Reading()
    groups = sorted((card for card in cards if card.get("type") == "group"), key=_place)
    alone = sorted((card for card in cards if card.get("type") != "group"), key=_place)
    for group in groups:
        reading.heading(words(group.get("label")), 1)
        for card in [card for card in alone if _within(card, group)]:
            reading.block(_said(card))
            alone.remove(card)
    for card in alone:
        reading.block(_said(card))
    for edge in rows(kept.get("edges")) if isinstance(kept, dict) else []:
        reading.block(words(edge.get("label")), gap="\n")
    if not reading.text:
        raise NothingInIt("an empty canvas")
    prose = prose_of(reading.text)
    files = (fact(words(card.get("file"))) for card in cards)
    yield Member(
        source.part,
        Document(
            id=source.identity(),
            text=reading.text,
            kind="note",
            family=source.family,
            marks=tuple(reading.marks),
            tags=tags_of(prose),
            links=tuple(dict.fromkeys((*filter(None, files), *links_of(prose)))),
        ),
    )


def _said(card: Card) -> str:
    """A card's own text; of a file's card its name, of a page's its address."""
    shown = next(filter(None, (words(card.get(name)) for name in ("text", "file", "url"))), "")
    return shown if words(card.get("text")) or is_elsewhere(shown) else shown.rpartition("/")[2].removesuffix(".md")


def _place(card: Card) -> tuple[float, float]:
    return _number(card, "y"), _number(card, "x")


def _within(card: Card, group: Card) -> bool:
    x, y = _number(card, "x") - _number(group, "x"), _number(card, "y") - _number(group, "y")
    return 0 <= x <= _number(group, "width") and 0 <= y <= _number(group, "height")


def _number(card: Card, name: str) -> float:
    value = card.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
