"""The days of chats and diaries that are one text: each passage has its own, which filters go by and hits show."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from ragd.index.catalog.read import rows_in
from ragd.index.catalog.record import Entry
from ragd.places import day_of
from ragd.records import Found

Row = tuple[int, int]  # (key, ordinal)


def put(connection: sqlite3.Connection, entry: Entry) -> None:
    """Record the day of each passage that has one."""
    rows = [(entry.key, chunk.ordinal, day) for chunk in entry.chunks if (day := day_of(chunk))]
    connection.executemany("INSERT INTO days VALUES (?, ?, ?)", rows)


def said_on(day: str | None, found: Found) -> Found:
    """The document with the date of what is shown of it."""
    return replace(found, date=day, date_from="content") if day else found


class Days:
    """Questions about the days of passages. Of a document all passages have one, or none has."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def all(self) -> dict[int, dict[str, int]]:
        """Of each document with days these, each with the ordinal of its first passage."""
        found: dict[int, dict[str, int]] = {}
        for key, day, ordinal in self._db.execute("SELECT key, day, min(ordinal) FROM days GROUP BY key, day"):
            found.setdefault(key, {})[day] = ordinal
        return found

    def of_keys(self, keys: Iterable[int]) -> dict[Row, str]:
        """The day of every passage of these documents that has one."""
        rows = rows_in(self._db, "SELECT key, ordinal, day FROM days WHERE key IN ({})", keys)
        return {(key, ordinal): day for key, ordinal, day in rows}

    def at(self, key: int, start: int) -> str | None:
        """The day of what stands at an offset of a document; None where it has no days."""
        sql = "SELECT day FROM days JOIN chunks USING (key, ordinal) WHERE key = ? AND start <= ? ORDER BY start DESC"
        row = self._db.execute(f"{sql} LIMIT 1", (key, start)).fetchone()
        return row[0] if row else None
