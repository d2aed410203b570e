"""Which passages have vectors, in the space of which embedder."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from ragd.index.catalog import read
from ragd.index.catalog.schema import MEANT, moved_on, transaction


class Spaces:
    """The catalog's word on vectors: one space an embedder, numbered, so that two embedders' vectors never mix."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

    def of(self, fingerprint: str, *, wish: str, dimensions: int) -> int:
        """The number of an embedder's space, a new one for a new embedder. `wish` is what was asked for."""
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT INTO spaces (fingerprint, wish, dimensions) VALUES (?, ?, ?)"
                " ON CONFLICT (fingerprint) DO UPDATE SET wish = excluded.wish",
                (fingerprint, wish, dimensions),
            )
        return int(self._db.execute("SELECT id FROM spaces WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])

    def all(self) -> dict[int, int]:
        """Every space with the dimensions of its vectors."""
        return dict(self._db.execute("SELECT id, dimensions FROM spaces ORDER BY id").fetchall())

    def wish(self, space: int) -> str | None:
        """What was asked for when the space was last opened."""
        row = self._db.execute("SELECT wish FROM spaces WHERE id = ?", (space,)).fetchone()
        return row[0] if row else None

    def drop(self, space: int) -> None:
        with transaction(self._db, self._path):
            self._db.execute("DELETE FROM vectors WHERE space = ?", (space,))
            self._db.execute("DELETE FROM spaces WHERE id = ?", (space,))

    def owed(self, space: int, *, limit: int = -1) -> list[int]:
        """Passages that have no vector yet in a space and are to, newest first, at most `limit` if it is given."""
        sql = (
            "SELECT id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE space = ? AND passage = p.id)"
            f" AND EXISTS (SELECT 1 FROM chunks WHERE passage = p.id AND {MEANT}) ORDER BY id DESC LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (space, limit))]

    def nothing_owed(self, space: int) -> None:
        """Remember that nothing is owed to a space as the index is now."""
        if not self.is_nothing_owed(space):
            with transaction(self._db, self._path):
                self._db.execute("INSERT OR REPLACE INTO settings VALUES ('given', ?)", (read.given(self._db, space),))

    def is_nothing_owed(self, space: int) -> bool:
        """Whether nothing was owed to the space when it was last looked at, and nothing has changed since."""
        return read.is_nothing_owed(self._db, space)

    def embedded(self, space: int) -> set[int]:
        """Passages whose vectors the space holds."""
        return {row[0] for row in self._db.execute("SELECT passage FROM vectors WHERE space = ?", (space,))}

    def count(self, space: int) -> int:
        """How many passages have their vectors in the space."""
        return int(self._db.execute("SELECT count(*) FROM vectors WHERE space = ?", (space,)).fetchone()[0])

    def mark(self, space: int, passages: Iterable[int]) -> None:
        """The vectors of these passages are on the disk."""
        with transaction(self._db, self._path):
            self._db.executemany(
                "INSERT OR IGNORE INTO vectors SELECT ?, id FROM passages WHERE id = ?",
                [(space, passage) for passage in passages],
            )
            moved_on(self._db)

    def unmark(self, space: int, passages: Iterable[int]) -> None:
        """The vectors of these passages are not there after all: they are owed again."""
        rows = [(space, passage) for passage in passages]
        with transaction(self._db, self._path):
            self._db.executemany("DELETE FROM vectors WHERE space = ? AND passage = ?", rows)
