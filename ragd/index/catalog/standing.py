"""Where passages stand in their documents, read without their texts: below which headings, on which page."""

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from ragd.index.catalog.read import AT_ONCE, batched, grouped

BEGINNING = 60  # code points from a passage's start: a heading there is what it begins with


class Standing(NamedTuple):
    """The heading in force at a passage's start and the last of those that it begins with; the document's title."""

    title: str
    headings: tuple[str, ...]
    page: int | None  # on which it begins, from 1; None where the document has none


def standing(connection: sqlite3.Connection, rows: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Standing]:
    """Of each (key, ordinal) that exists."""
    found: dict[tuple[int, int], Standing] = {}
    for key, ordinals in grouped(rows).items():
        facts = connection.execute("SELECT title, marks FROM documents WHERE key = ?", (key,)).fetchone()
        if facts is None:
            continue
        title, headings, pages = facts[0] or "", [], []
        if '"heading"' in facts[1] or '"page"' in facts[1]:
            marks = json.loads(facts[1])
            headings = [(mark[0], mark[2]) for mark in marks if mark[1] in ("heading", "beside")]
            pages = [(mark[0], mark[3]) for mark in marks if mark[1] == "page"]
        offsets = [offset for offset, _ in headings]
        for ordinal, start in _starts(connection, key, ordinals):
            last, begins = bisect_right(offsets, start), bisect_left(offsets, start + BEGINNING)
            near = [*headings[max(last - 1, 0) : last], *headings[max(begins - 1, last) : begins]]
            found[key, ordinal] = Standing(title, tuple(label for _, label in near), _page(pages, start))
    return found


def _page(pages: list[tuple[int, int]], start: int) -> int | None:
    at = bisect_right(pages, start, key=lambda page: page[0])
    return pages[max(at - 1, 0)][1] if pages else None


def _starts(connection: sqlite3.Connection, key: int, ordinals: list[int]) -> Iterable[tuple[int, int]]:
    for some in batched(ordinals, AT_ONCE):
        places = ",".join("?" * len(some))
        yield from connection.execute(
            f"SELECT ordinal, start FROM chunks WHERE key = ? AND ordinal IN ({places})", (key, *some)
        )
