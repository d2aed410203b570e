"""Which passages stand in a clause or on a page by its number: read from the marks of documents, not from texts."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from ragd.numbered import Numbered


def at_number(connection: sqlite3.Connection, keys: Iterable[int], place: Numbered) -> list[tuple[int, int]]:
    """(key, ordinal) of the passages that reach into the place, in the documents with these keys."""
    found: dict[tuple[int, int], None] = {}
    for key in keys:
        row = connection.execute("SELECT marks, length FROM documents WHERE key = ?", (key,)).fetchone()
        for start, end in _stretches(row[0], row[1], place) if row else ():
            sql = "SELECT ordinal FROM chunks WHERE key = ? AND start < ? AND stop > ?"
            found |= dict.fromkeys((key, ordinal) for (ordinal,) in connection.execute(sql, (key, end, start)))
    return list(found)


def _stretches(marks: str, length: int, place: Numbered) -> Iterator[tuple[int, int]]:
    """Where the place begins and ends, once for each mark that says so."""
    telling = [mark for mark in json.loads(marks) if place.may_be(mark[1])]
    ends = [mark[0] for mark in telling[1:]] + [length]
    for mark, end in zip(telling, ends, strict=False):
        if place.is_at(mark[1], mark[2]):
            yield mark[0], end
