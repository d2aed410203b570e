"""How much there is: documents, passages, vectors, all of them or below a root."""

import sqlite3

from ragd.index.catalog import read
from ragd.index.catalog.lookup import SPACE
from ragd.index.catalog.schema import MEANT

AT = "(p.path = ? OR (p.path >= ? AND p.path < ?))"
UNSHOWN = (  # passages that only quotes share whose messages are in the index, or feet
    "SELECT passage FROM (SELECT passage FROM chunks WHERE covered UNION SELECT passage FROM shared) c"
    f" WHERE NOT EXISTS (SELECT 1 FROM chunks o WHERE o.passage = c.passage AND {MEANT})"
)
ALL = {
    "places": "SELECT count(*) FROM places",
    "documents": "SELECT count(DISTINCT key) FROM places",
    "chunks": "SELECT count(*) FROM chunks c WHERE EXISTS (SELECT 1 FROM places p WHERE p.key = c.key)",
    "passages": f"SELECT (SELECT count(*) FROM passages) - (SELECT count(*) FROM ({UNSHOWN}))",
    "vectors": (
        f"SELECT (SELECT count(*) FROM vectors WHERE space = {SPACE})"
        f" - (SELECT count(*) FROM vectors v WHERE space = {SPACE} AND v.passage IN ({UNSHOWN}))"
    ),
}
BELOW = {
    "files": f"SELECT count(*) FROM files p WHERE {AT} AND status = 'indexed'",
    "documents": f"SELECT count(DISTINCT key) FROM places p WHERE {AT}",
    "words_only": (
        f"SELECT count(DISTINCT c.passage) FROM places p JOIN chunks c USING (key) WHERE {AT} AND {MEANT}"
        f" AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space = {SPACE} AND v.passage = c.passage)"
    ),
    "failed": (
        "SELECT count(*) FROM (SELECT path, status FROM files UNION ALL SELECT path, status FROM problems) p"
        f" WHERE {AT} AND status = 'failed'"
    ),
    "parts_failed": f"SELECT count(*) FROM problems p WHERE {AT} AND status = 'failed'",
    "copies": f"SELECT count(*) - count(DISTINCT key) FROM places p WHERE {AT}",
}


class Counts:
    """Questions about numbers; most look at every row."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, what: str) -> int:
        """How many places, documents, chunks, passages there are, or passages with vectors in the space searched."""
        return int(self._db.execute(ALL[what]).fetchone()[0])

    def below(self, root: str) -> dict[str, int]:
        """files, documents, words_only, failed (with parts of files) and copies at or below a root."""
        bounds = read.span(root)
        return {what: int(self._db.execute(sql, bounds).fetchone()[0]) for what, sql in BELOW.items()}

    def has_vectors(self) -> bool:
        """Whether anything has a vector in the space searched."""
        sql = f"SELECT 1 FROM vectors WHERE space = {SPACE} LIMIT 1"
        return self._db.execute(sql).fetchone() is not None

    def lacks_vectors(self) -> int:
        """How many passages have no vector in the space searched and are to."""
        space = read.setting(self._db, "space")
        if space and read.is_nothing_owed(self._db, int(space)):
            return 0
        return self.of("passages") - self.of("vectors")
