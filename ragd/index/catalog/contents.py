"""Which files hold the same bytes: of many contents looked up at once, in one pass over the files of their sizes."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ragd.index.catalog.read import AT_OR_BELOW, span


class Content(NamedTuple):
    """The bytes of a file."""

    size: int
    digest: str


class Holder(NamedTuple):
    """A file that was read and held a content then."""

    path: str
    status: str
    inode: int


class Contents:
    """Questions about the bytes of files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def holders(self, contents: Collection[Content]) -> dict[Content, list[Holder]]:
        """The files that hold each of the contents, in path order; of a content that none holds nothing.

        No file is looked at twice, however many are of one size.
        """
        found: defaultdict[Content, list[Holder]] = defaultdict(list)
        for size in {one.size for one in contents}:
            sql = "SELECT digest, path, status, inode FROM files WHERE size = ? AND digest IS NOT NULL ORDER BY path"
            for digest, *holder in self._db.execute(sql, (size,)):
                if (content := Content(size, digest)) in contents:
                    found[content].append(Holder(*holder))
        return dict(found)

    def of(self, paths: Iterable[str]) -> dict[Content, list[Holder]]:
        """What the files at these paths held, each content with those of them that held it, in path order."""
        found: defaultdict[Content, list[Holder]] = defaultdict(list)
        sql = "SELECT size, digest, status, inode FROM files WHERE path = ? AND digest IS NOT NULL"
        for path in sorted(paths):
            for size, digest, status, inode in self._db.execute(sql, (path,)):
                found[Content(size, digest)].append(Holder(path, status, inode))
        return dict(found)

    def forgotten(self, size: int) -> dict[str, str]:
        """Digest -> path of every file of that many bytes that the person forgot."""
        sql = "SELECT digest, min(path) FROM forgotten_contents WHERE size = ? GROUP BY digest"
        return dict(self._db.execute(sql, (size,)).fetchall())

    # within a transaction

    def keep_out(self, forgotten: Iterable[tuple[str, Content]]) -> None:
        """Remember what the files at these paths held: it is not read again, whatever it is called by then."""
        rows = [(*content, path) for path, content in forgotten]
        self._db.executemany("INSERT OR IGNORE INTO forgotten_contents VALUES (?, ?, ?)", rows)

    def take_in(self, root: str, own: Content | None) -> None:
        """Let what was forgotten at or below a path be read again wherever it lies, and what the file there holds."""
        sql = f"SELECT DISTINCT size, digest FROM forgotten_contents WHERE {AT_OR_BELOW}"
        chosen = {Content(*row) for row in self._db.execute(sql, span(root))} | ({own} if own else set())
        self._db.executemany("DELETE FROM forgotten_contents WHERE size = ? AND digest = ?", chosen)
        left_out = [one for those in self.holders(chosen).values() for one in those if one.status == "skipped"]
        self._db.executemany("DELETE FROM files WHERE path = ?", [(one.path,) for one in left_out])
