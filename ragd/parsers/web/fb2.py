"""E-books in FictionBook (.fb2), one XML file each: sections by their titles, verses line by line, notes at the end."""

import re
from collections.abc import Iterator
from typing import Any

from ragd.parsers import dates
from ragd.parsers.office import properties
from ragd.parsers.office.properties import Facts
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree
from ragd.records import Member

WHAT = "e-book"
LINES = ("v", "text-author", "date")  # stand right below what comes before them
WITHOUT_WORDS = re.compile(r"[\W_]*")  # a row of stars parts two scenes, and heads neither


def parse(source: Source) -> Iterator[Member]:
    root = tree(source.data, WHAT)
    if local(root) != "FictionBook":
        raise Unreadable(f"damaged {WHAT} (it is no FictionBook)")
    reading = Reading()
    described = next((one for one in root.iter() if local(one) == "title-info"), ())
    for one in described:
        if local(one) == "annotation":
            _read(reading, one, 0)
    for body in (one for one in root if local(one) == "body"):
        _read(reading, body, -1 if attribute(body, "name") else 0)
    yield Member(source.part, properties.document(source, reading, _facts(described), kind=source.kind))


def _read(reading: Reading, element: Any, level: int) -> None:
    """Everything in an element, in order; `level` counts the sections around it, -1 in notes: "17" is no heading."""
    for child in element:
        name, within = local(child), level
        if name in ("title", "subtitle"):
            _title(reading, child, level + (name == "subtitle"))
        elif name == "p" or name in LINES:
            reading.block("".join(child.itertext()), gap="\n" if name in LINES else "\n\n")
        elif name == "table":
            _table(reading, child)
        elif name and name not in ("image", "empty-line"):
            if name == "section" and level >= 0:
                within = level + 1
            _read(reading, child, within)


def _title(reading: Reading, title: Any, level: int) -> None:
    lines = [one for one in title if local(one) == "p"] or [title]
    words = " ".join("".join(line.itertext()) for line in lines)
    if level < 0 or WITHOUT_WORDS.fullmatch(words):
        reading.block(words)
    else:
        reading.heading(words, max(level, 1))


def _table(reading: Reading, table: Any) -> None:
    gap = "\n\n"
    for row in (one for one in table.iter() if local(one) == "tr"):
        if reading.row(("".join(cell.itertext()) for cell in row if local(cell) in ("td", "th")), gap=gap):
            gap = "\n"


def _facts(described: Any) -> Facts:
    stated: dict[str, list[Any]] = {}
    for one in described:
        stated.setdefault(local(one), []).append(one)

    def words(name: str) -> str | None:
        return next((fact("".join(one.itertext())) for one in stated.get(name, ())), None)

    written = [attribute(one, "value") or one.text or "" for one in stated.get("date", ())]
    return Facts(
        properties.title(words("book-title")),
        ", ".join(filter(None, map(_person, stated.get("author", ())))) or None,
        next(filter(None, map(dates.iso, written)), None),
        properties.language(words("lang")),
        properties.keywords(words("keywords")),
    )


def _person(author: Any) -> str | None:
    names = {local(one): one.text or "" for one in author}
    parts = [names.get(part, "") for part in ("first-name", "middle-name", "last-name")]
    return properties.author(" ".join(filter(None, parts)) or names.get("nickname"))
