"""Notion exports: pages and databases under the names that people gave them, with their properties as facts."""

import re
from dataclasses import dataclass, replace
from typing import Any

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.notes.markdown import note_of
from ragd.parsers.notes.rich import read_note
from ragd.parsers.packed.unpacked import Entry, part_of, read_entry
from ragd.parsers.reading import fact
from ragd.parsers.source import AnotherFormat, NothingInIt, Parsed, Source, guard
from ragd.parsers.table import Format
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Member

NOTE = Format("notion/1", "", "note", "")
ID = re.compile(r" [0-9a-f]{32}(?=$|[./_])")
WRAPPER = re.compile(r"^Export-[0-9a-f-]{36}(?:-Part-\d+)?/")
PROPERTY = re.compile(r"\A(?:#[^\n]*\n+)((?:[^\n:#\-][^\n:]{0,60}: [^\n]*\n)+)")
TAGS = ("tags", "tag", "type", "category", "categories", "labels", "label")
DATES = re.compile(r"(?:.*\b)?(?:date|day|when)|created(?: time)?|due")
DATE_WORDS = re.compile(r"^@?(.{6,40}?)(?: \([^)]*\))?(?: (?:→|->) .*)?$")


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a page's properties state."""

    tags: tuple[str, ...] = ()
    date: str | None = None


def read(source: Source, entries: list[Entry]) -> Parsed:
    """A whole export. Of a database's table the one with all rows is read, a view of some of them is not."""
    names = {entry.name for entry in entries}
    for entry in entries:
        called = plain(entry.name)
        if entry.name.endswith(".csv") and f"{entry.name.removesuffix('.csv')}_all.csv" in names:
            part = source.unique(part_of(source, f"{called} (a view of it)"))
            yield source.left_out(part, "its rows are in the table of all rows")
        elif entry.base == "index.html" and not ID.search(entry.name):
            yield source.left_out(part_of(source, called), "only lists the pages of the export")
        elif entry.name.endswith((".md", ".html")):
            part = source.unique(part_of(source, called))
            read_as = _note if entry.name.endswith(".md") else parse_page
            yield from guard(source.inner(entry.base, entry.open, part, NOTE), read_as)
        else:
            yield from read_entry(source, entry, called=called.replace("_all.csv", ".csv"))


def parse_page(source: Source) -> Parsed:
    """A page of the HTML export."""
    from selectolax.lexbor import LexborHTMLParser

    markup = decode(source.data)
    tree = LexborHTMLParser(markup)
    article = tree.css_first("article.page")
    if article is None:
        if source.part and source.format is NOTE:
            raise NothingInIt("is no page of Notion's")
        raise AnotherFormat
    note = read_note(article.html or "")
    if not note.page.text:
        raise NothingInIt("no text in it")
    rows = [(_shown(row, "th"), _values(row)) for row in article.css("table.properties tr")]
    title = article.css_first(".page-title")
    stated = _stated(rows)
    yield Member(
        source.part,
        Document(
            id=source.identity("note"),
            text=note.page.text,
            kind="note",
            family=source.family,
            marks=note.page.marks,
            title=fact(title.text()) if title else None,
            date=stated.date,
            tags=stated.tags,
            links=tuple(map(plain, note.links)),
        ),
    )


def plain(name: str) -> str:
    """A path of the export as a person would write it: without the ids at the ends of names."""
    return WRAPPER.sub("", ID.sub("", name))


def _note(source: Source) -> Parsed:
    text = lined_text(source)
    note = note_of(text, id=source.identity("note"), kind="note", family=source.family)
    found = PROPERTY.match(text)
    rows = [line.partition(": ")[::2] for line in found[1].splitlines()] if found else []
    stated = _stated([(name, [value.strip() for value in values.split(",")]) for name, values in rows])
    tags = tuple(dict.fromkeys((*note.tags, *stated.tags)))
    yield Member(
        source.part,
        replace(note, tags=tags, date=note.date or stated.date, links=tuple(dict.fromkeys(map(plain, note.links)))),
    )


def _stated(rows: list[tuple[str, list[str]]]) -> _Stated:
    facts = {name.strip().lower(): [value for value in values if value] for name, values in rows}
    tags = [tag for name in TAGS for tag in facts.get(name, [])]
    moments = (_date(", ".join(values)) for name, values in facts.items() if values and DATES.fullmatch(name))
    return _Stated(tuple(dict.fromkeys(tags)), next(filter(None, moments), None))


def _date(value: str) -> str | None:
    found = DATE_WORDS.match(value)
    return dates.iso(found[1]) if found else None


def _shown(row: Any, tag: str) -> str:
    cell = row.css_first(tag)
    return (fact(cell.text()) or "") if cell else ""


def _values(row: Any) -> list[str]:
    chosen = [fact(one.text()) or "" for one in row.css("td .selected-value")]
    return chosen or [_shown(row, "td")]
