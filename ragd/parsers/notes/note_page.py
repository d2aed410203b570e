"""A note that its program exported as a page: Google Keep, OneNote, Apple's Journal."""

import re
from collections.abc import Iterator
from typing import Any

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.notes.rich import read_note
from ragd.parsers.reading import fact
from ragd.parsers.source import NothingInIt, Source
from ragd.parsers.web.html import stated_charset
from ragd.records import Document, Member

TITLES = ("div.note > div.title", "div.pageContainer div.title", "div.title")  # what stands in the note goes before
DATED = ("div.note > div.heading", "div.pageHeader")
TAGS = ".label-name"
WEEKDAY = re.compile(r"^[^\W\d]+, ")


def parse(source: Source) -> Iterator[Member]:
    from selectolax.lexbor import LexborHTMLParser

    markup = decode(source.data, stated_charset(source.data))
    note = read_note(markup)
    if not note.page.text:
        raise NothingInIt("no text in it")
    tree = LexborHTMLParser(markup)
    stated = next((date for name in DATED if (date := dates.iso(WEEKDAY.sub("", _first(tree, name) or "")))), None)
    yield Member(
        source.part,
        Document(
            id=source.identity(),
            text=note.page.text,
            kind="note",
            family=source.family,
            marks=note.page.marks,
            title=next(filter(None, (_first(tree, name) for name in TITLES)), note.page.title),
            date=stated or note.page.date,
            tags=tuple(dict.fromkeys(filter(None, (fact(node.text()) for node in tree.css(TAGS))))),
            links=note.links,
        ),
    )


def _first(tree: Any, selector: str) -> str | None:
    found = tree.css_first(selector)
    return fact(found.text()) if found is not None else None
