"""What ends many mails alike, signatures and feet: which passages they are, and the mails that each stands in.

The words of such a passage are in the word index once, under a key of its own that no document has: four hundred rows
that are all the same would fill every result list and change what other words weigh. A search finds that key, and shows
the newest mail that the passage stands in.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator

from ragd.index.catalog import read
from ragd.index.catalog.record import Entry, Stored

Row = tuple[int, int]  # (key, ordinal)


class Shared:
    """Questions about passages that end mails."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def known(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of the hashes whose words are in the word index."""
        sql = "SELECT 1 FROM shared JOIN passages p ON p.id = passage WHERE hash = ?"
        return {one for one in hashes if self._db.execute(sql, (one,)).fetchone()}

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM shared").fetchone()[0])

    def all(self) -> Iterator[tuple[int, Stored]]:
        """Every such passage once: the key of its words, and one of the chunks that are it."""
        sql = (
            "SELECT s.key, min(c.key), c.ordinal FROM shared s JOIN chunks c USING (passage)"
            " WHERE c.role IN ('signature', 'foot') GROUP BY s.key"
        )
        rows = {(key, ordinal): words for words, key, ordinal in self._db.execute(sql).fetchall()}
        for one in read.stored(self._db, rows):
            yield rows[one.key, one.ordinal], one

    def passages(self, keys: Iterable[int]) -> dict[int, int]:
        """Those of the keys that are such a passage's, with the passage."""
        return self._pairs("SELECT key, passage FROM shared WHERE key IN", keys)

    def rows(self, passages: Iterable[int]) -> dict[int, Row]:
        """Those of the passages that end mails, with their rows of the word index."""
        found = self._pairs("SELECT passage, key FROM shared WHERE passage IN", passages)
        return {passage: (key, 0) for passage, key in found.items()}

    def keys_in(self, documents: Collection[int]) -> set[int]:
        """The keys of the passages that end these documents."""
        ends = "FROM chunks c JOIN shared s USING (passage) WHERE c.role IN ('signature', 'foot')"
        sql = f"SELECT s.key, s.passage {ends} AND c.key IN"
        return set(self._pairs(sql, documents))

    def mails(self, passage: int) -> list[Row]:
        """The chunks in sight that are this passage, those of the newest mail first."""
        sql = (
            "SELECT c.key, c.ordinal FROM chunks c JOIN documents d USING (key)"
            " WHERE c.passage = ? AND c.role IN ('signature', 'foot') AND c.covered = 0"
            " AND EXISTS (SELECT 1 FROM places p WHERE p.key = c.key)"
            " ORDER BY d.moment DESC, d.id, c.ordinal"
        )
        return self._db.execute(sql, (passage,)).fetchall()

    def roles(self, rows: Iterable[Row]) -> dict[Row, str]:
        """What each of the chunks is in its document."""
        sql = "SELECT role FROM chunks WHERE key = ? AND ordinal = ?"
        return {row: str(self._db.execute(sql, row).fetchone()[0]) for row in rows}

    def quoted(self, rows: Iterable[Row]) -> set[Row]:
        """Those of the chunks that are another's words, cards aside: who quotes one may be asked for it."""
        sql = "SELECT 1 FROM chunks WHERE key = ? AND ordinal = ? AND quoted AND role = 'body'"
        return {row for row in rows if self._db.execute(sql, row).fetchone()}

    def _pairs(self, sql: str, values: Iterable[int]) -> dict[int, int]:
        return dict(read.rows_in(self._db, f"{sql} ({{}})", values))


def put(connection: sqlite3.Connection, entry: Entry) -> None:
    """Remember, within a transaction, the passages that a new document is the first to end with."""
    for ordinal, words in entry.shared:
        digest = entry.hashes[ordinal]
        connection.execute("INSERT INTO shared SELECT ?, id FROM passages WHERE hash = ?", (words, digest))
        connection.execute("DELETE FROM reserved WHERE key = ?", (words,))


def drop(connection: sqlite3.Connection) -> None:
    """Let go, within a transaction, of those that end no mail any more."""
    used = "SELECT 1 FROM chunks c WHERE c.passage = shared.passage AND c.role IN ('signature', 'foot')"
    connection.execute(f"INSERT OR IGNORE INTO dropped SELECT key FROM shared WHERE NOT EXISTS ({used})")
    connection.execute("DELETE FROM shared WHERE key IN (SELECT key FROM dropped)")
