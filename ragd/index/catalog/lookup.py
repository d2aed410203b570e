"""What the catalog knows of one path: the file as it was read, and each document that was read from it."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ragd import rules
from ragd.index.catalog.record import KnownFile
from ragd.index.catalog.schema import MEANT
from ragd.records import Outcome, ReadPart, SourceFile

FILE = "path, size, mtime_ns, ctime_ns, device, inode, digest, reader, status, note"
SPACE = "(SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'space')"
PARTS = (
    "SELECT p.part, d.id, d.kind, d.title, d.date, d.family, d.length,"
    f" (SELECT count(*) FROM chunks c WHERE c.key = p.key AND {MEANT}),"
    " (SELECT count(*) FROM chunks c JOIN vectors v ON v.passage = c.passage"
    f" WHERE c.key = p.key AND {MEANT} AND v.space = {SPACE}),"
    " (SELECT count(*) FROM chunks c WHERE c.key = p.key AND c.covered)"
    " FROM places p JOIN documents d USING (key) WHERE p.path = ? ORDER BY p.part"
)
ALSO_AT = (
    "SELECT p.part, q.path, q.part FROM places p JOIN places q USING (key)"
    " WHERE p.path = ? AND (q.path != p.path OR q.part != p.part) ORDER BY q.path, q.part"
)
BELOW = (
    "SELECT status, note, min(path), count(*) FROM"
    " (SELECT path, status, CASE status WHEN 'indexed' THEN NULL ELSE note END AS note FROM files"
    " WHERE path >= ?1 AND path < ?2 UNION ALL"
    " SELECT path, 'skipped', note FROM left_out WHERE path >= ?1 AND path < ?2 UNION ALL"
    " SELECT path, 'part ' || status, note FROM problems WHERE path >= ?1 AND path < ?2)"
    " GROUP BY status, note ORDER BY status, count(*) DESC, note"
)


class Group(NamedTuple):
    """Files of one folder, or parts of its files, that met the same fate."""

    status: str  # of parts "part failed" and "part skipped"
    note: str | None
    example: str  # a path
    files: int


class Lookup:
    """Questions about one path, in one snapshot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def file(self, path: str) -> tuple[KnownFile, float] | None:
        """The file as it was when it was read, and when that was (seconds of the epoch); None where it never was."""
        row = self._db.execute(f"SELECT {FILE}, read_at FROM files WHERE path = ?", (path,)).fetchone()
        return (known_of(row[:-1]), float(row[-1])) if row else None

    def has_part(self, path: str, part: str) -> bool:
        """Whether something of this name was met in the file."""
        tables = ("places", "problems")
        held = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE path = ?1 AND part = ?2" for table in tables)
        return self._db.execute(held, (path, part)).fetchone() is not None

    def parts(self, path: str) -> list[ReadPart]:
        """Every document that has a place in the file, with its other places."""
        others: defaultdict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for part, path_there, part_there in self._db.execute(ALSO_AT, (path,)):
            others[part].append((path_there, part_there or None))
        rows = self._db.execute(PARTS, (path,)).fetchall()
        return [ReadPart(*(row[0] or None, *row[1:], tuple(others[row[0]]))) for row in rows]

    def troubles(self, path: str) -> list[Outcome]:
        """The parts of the file that failed or were left out, and why."""
        rows = self._db.execute("SELECT part, status, note FROM problems WHERE path = ? ORDER BY part", (path,))
        return [Outcome(path, part or None, status, note) for part, status, note in rows]

    def same_bytes(self, known: KnownFile) -> list[str]:
        """Other files that hold the same bytes."""
        sql = "SELECT path FROM files WHERE digest = ? AND path != ? ORDER BY path"
        return [row[0] for row in self._db.execute(sql, (known.digest, str(known.file.path)))]

    def recording(self, path: str) -> str | None:
        """The recording or film that was left out because this file is its transcript."""
        if not rules.may_be_transcript(path):
            return None
        stem = path.rpartition(".")[0]  # "talk" or "talk.mp3": the recording is named so, or so and a suffix
        where = "root IN (SELECT path FROM roots) AND path >= ?1 AND path < ?1 || '/' AND note = ?2"
        note = rules.TRANSCRIBED.format(path.rpartition("/")[2])
        row = self._db.execute(f"SELECT path FROM left_out WHERE {where} ORDER BY path", (stem, note)).fetchone()
        return str(row[0]) if row else None

    def below(self, folder: str) -> list[Group]:
        """What became of the files and folders below a folder, by status and reason."""
        stem = folder.rstrip("/")
        return [Group(*row) for row in self._db.execute(BELOW, (f"{stem}/", f"{stem}0"))]


def known_of(row: Sequence[object]) -> KnownFile:
    """A row of FILE."""
    path, size, mtime_ns, ctime_ns, device, inode, digest, reader, status, note = row
    file = SourceFile(Path(path), size, mtime_ns, ctime_ns, device, inode)  # type: ignore[arg-type]
    return KnownFile(file, digest, reader, status, note)  # type: ignore[arg-type]


def begun(connection: sqlite3.Connection, where: str, values: tuple[str, ...]) -> dict[str, KnownFile]:
    """The files of which something is in and that were not read to their end: known, and never current."""
    paths = connection.execute(f"SELECT path FROM places WHERE {where} EXCEPT SELECT path FROM files", values)
    return {path: KnownFile(SourceFile(Path(path), 0, 0, 0, 0, 0), None, "", "begun", None) for (path,) in paths}
