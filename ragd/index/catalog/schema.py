"""The catalog's tables, and how a connection to them is opened."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragd.errors import DiskFull, HomeError

FORMAT = 6  # of the tables below; a change adds a step to MIGRATIONS

READ_AGAIN = "to be read again: "  # begins the reading of a document that only its file can bring up to date
# What mails refer to, which chunks are quotes that are shown elsewhere, and the names by which links find documents.
NEW_INDEXES = """
CREATE INDEX documents_by_message ON documents (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX documents_by_subject ON documents (subject, loose, moment) WHERE subject IS NOT NULL;
CREATE TABLE answers (message_id TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (message_id, key)) WITHOUT ROWID;
CREATE INDEX answers_by_key ON answers (key);
CREATE TABLE names (name TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE INDEX names_by_key ON names (key);
CREATE TABLE targets (name TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE INDEX targets_by_key ON targets (key);
CREATE INDEX chunks_by_passage ON chunks (passage, covered);
CREATE INDEX chunks_covered ON chunks (key, ordinal) WHERE covered;
"""

FILES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, digest TEXT, reader TEXT NOT NULL,
    status TEXT NOT NULL, note TEXT,
    read_at REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400)) WITHOUT ROWID;
CREATE INDEX files_by_size ON files (size);
"""

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (path TEXT PRIMARY KEY, device INTEGER, state TEXT NOT NULL, as_of REAL,
    pending INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE forgotten (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE left_out (root TEXT NOT NULL, path TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (root, path))
    WITHOUT ROWID;
CREATE TABLE problems (path TEXT NOT NULL, part TEXT NOT NULL, status TEXT NOT NULL, note TEXT,
    PRIMARY KEY (path, part)) WITHOUT ROWID;
CREATE TABLE reserved (key INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE documents (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, reading TEXT NOT NULL, kind TEXT NOT NULL, family TEXT NOT NULL,
    title TEXT, author TEXT, recipients TEXT NOT NULL, date TEXT, message_id TEXT, refs TEXT NOT NULL, language TEXT,
    lined INTEGER NOT NULL, marks TEXT NOT NULL, length INTEGER NOT NULL, tags TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]', aliases TEXT NOT NULL DEFAULT '[]', asides TEXT NOT NULL DEFAULT '[]',
    subject TEXT, moment INTEGER, loose INTEGER NOT NULL DEFAULT 0, UNIQUE (id, reading));
CREATE TABLE blocks (key INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (key, number))
    WITHOUT ROWID;
CREATE TABLE places (path TEXT NOT NULL, part TEXT NOT NULL, key INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    labels TEXT NOT NULL DEFAULT '', within TEXT, conversations TEXT NOT NULL DEFAULT '',
    dated TEXT, PRIMARY KEY (path, part)) WITHOUT ROWID;
CREATE INDEX places_by_key ON places (key, path, part);
CREATE TABLE gone (key INTEGER PRIMARY KEY, since REAL NOT NULL);
CREATE TABLE dropped (key INTEGER PRIMARY KEY);
CREATE TABLE passages (id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE);
CREATE TABLE dropped_passages (id INTEGER PRIMARY KEY);
CREATE TABLE chunks (key INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    line INTEGER, passage INTEGER NOT NULL, quoted INTEGER NOT NULL DEFAULT 0, covered INTEGER NOT NULL DEFAULT 0,
    role TEXT NOT NULL DEFAULT 'body', PRIMARY KEY (key, ordinal)) WITHOUT ROWID;
CREATE TABLE spaces (id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, wish TEXT NOT NULL,
    dimensions INTEGER NOT NULL);
CREATE TABLE vectors (space INTEGER NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (space, passage)) WITHOUT ROWID;
CREATE TABLE threads (message_id TEXT PRIMARY KEY, thread TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX threads_by_thread ON threads (thread);
"""

# A signature or foot stands under many mails; its words are in the word index once, under a key of their own.
SHARED = """
CREATE TABLE shared (key INTEGER PRIMARY KEY, passage INTEGER NOT NULL UNIQUE);
DROP INDEX chunks_by_passage;
CREATE INDEX chunks_by_passage ON chunks (passage, role, covered);
"""
# Of a conversation or a diary that is one text, the day of each passage (ISO 8601).
DAYS = """
CREATE TABLE days (key INTEGER NOT NULL, ordinal INTEGER NOT NULL, day TEXT NOT NULL, PRIMARY KEY (key, ordinal))
    WITHOUT ROWID;
"""
# Mails that came into sight: which quotes their words cover is not looked at yet. What states no date has its file's.
UNSETTLED = """
CREATE TABLE unsettled (key INTEGER PRIMARY KEY);
CREATE INDEX documents_undated ON documents (key) WHERE date IS NULL;
"""
# What forgotten files held: a rename does not bring it back.
CONTENTS = """
CREATE TABLE forgotten_contents (size INTEGER NOT NULL, digest TEXT NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (size, digest, path)) WITHOUT ROWID;
CREATE INDEX forgotten_contents_by_path ON forgotten_contents (path);
"""
# A chunk that has its meaning: no quote that is shown elsewhere, no foot. As a list, which the index is sought by.
MEANT = "covered = 0 AND role IN ('body', 'signature')"

# Format 1 knew no quotes, labels, tags or links: only reading the files again tells them. Until a file is read its
# documents stay as they are; passages keep their vectors, for these go by the text.
FROM_FORMAT_1 = f"""
ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN asides TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN subject TEXT;
ALTER TABLE documents ADD COLUMN moment INTEGER;
ALTER TABLE documents ADD COLUMN loose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN labels TEXT NOT NULL DEFAULT '';
ALTER TABLE places ADD COLUMN within TEXT;
ALTER TABLE chunks ADD COLUMN quoted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chunks ADD COLUMN covered INTEGER NOT NULL DEFAULT 0;
DROP INDEX chunks_by_passage;
{NEW_INDEXES}
UPDATE documents SET reading = '{READ_AGAIN}' || key;
DROP INDEX files_by_size;
ALTER TABLE files RENAME TO files_before;
{FILES}
INSERT INTO files SELECT path, size, mtime_ns, ctime_ns, device, inode, digest, '', status, note, 0 FROM files_before;
DROP TABLE files_before;
"""
FROM_FORMAT_2 = f"ALTER TABLE chunks ADD COLUMN role TEXT NOT NULL DEFAULT 'body'; {SHARED}"
# Which conversations a mail is in is told when its file is read the next time.
FROM_FORMAT_3 = "ALTER TABLE places ADD COLUMN conversations TEXT NOT NULL DEFAULT '';"
# When a message without a date came into its mailbox is told in the same way.
FROM_FORMAT_5 = "ALTER TABLE places ADD COLUMN dated TEXT;"
# format -> the SQL that carries a catalog of that format to the next
MIGRATIONS = {1: FROM_FORMAT_1, 2: FROM_FORMAT_2, 3: FROM_FORMAT_3, 4: DAYS + UNSETTLED + CONTENTS, 5: FROM_FORMAT_5}


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """A connection to the catalog; a writing one makes the tables where there are none, and carries older ones over.

    Raises HomeError where the file is no catalog or another ragd's, and FileNotFoundError where a reader finds none.
    """
    try:
        connection = _open(path) if writing else _open_to_read(path)
        if writing:
            _prepare(connection)
        _check_format(connection)
    except sqlite3.DatabaseError as error:
        raise translated(error, path) from error
    return connection


def is_older(path: Path) -> bool:
    """Whether a catalog is there and of an older format: a writer has to carry it over before it can be read."""
    try:
        connection = _open_to_read(path)
    except FileNotFoundError:
        return False
    except sqlite3.DatabaseError as error:
        raise translated(error, path) from error
    try:
        return _format(connection) < FORMAT
    finally:
        connection.close()


def _open(path: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30, uri=uri)
    connection.execute("PRAGMA busy_timeout = 30000")
    return connection


def _open_to_read(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise FileNotFoundError(path)
    connection = _open(path)
    try:
        connection.execute("PRAGMA query_only = ON")
        is_empty = _is_empty(connection)
    except sqlite3.OperationalError:
        connection.close()
        if not _stands_still(path):
            raise
        connection = _open(f"{path.as_uri()}?immutable=1", uri=True)
        is_empty = _is_empty(connection)
    if is_empty:  # a writer is just making it, or was killed before it could
        connection.close()
        raise FileNotFoundError(path)
    return connection


def _stands_still(path: Path) -> bool:
    """Whether nobody writes to the catalog, and all of it is in its one file.

    SQLite makes two files beside one that it reads, which it cannot where the folder may not be written to.
    """
    beside = path.with_name(f"{path.name}-wal")
    return not os.access(path.parent, os.W_OK) and not (beside.exists() and beside.stat().st_size)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a power cut must not undo a reservation, or a key could be used twice.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    if _is_empty(connection):
        start = f"INSERT INTO settings VALUES ('format', '{FORMAT}'), ('generation', '0'), ('purges', '0');"
        tables = f"{TABLES} {FILES} {NEW_INDEXES} {SHARED} {DAYS} {UNSETTLED} {CONTENTS}"
        connection.executescript(f"BEGIN IMMEDIATE; {tables} {start} COMMIT;")
        return
    while (known := _format(connection)) < FORMAT:
        step = f"UPDATE settings SET value = '{known + 1}' WHERE name = 'format';"
        connection.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[known]} {step} COMMIT;")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM settings WHERE name = 'format'").fetchone()[0])


def _check_format(connection: sqlite3.Connection) -> None:
    found = _format(connection)
    if found > FORMAT:
        raise HomeError(f"this index was written by a newer ragd (format {found})", remedy="upgrade ragd")
    if found < FORMAT:
        raise HomeError(
            f"this index was written by an older ragd (format {found})", remedy="`ragd sync` carries it over"
        )


def translated(error: sqlite3.DatabaseError, path: Path) -> DiskFull | HomeError:
    """What an SQLite error means to a person."""
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return DiskFull(f"no space left to write {path}", remedy="free some space and run `ragd sync`")
    if "readonly" in text or "unable to open" in text:
        return HomeError(f"cannot write {path}", remedy="check the permissions of RAGD_HOME")
    return HomeError(f"the catalog {path} is damaged ({text})", remedy="move RAGD_HOME aside and add the folders again")


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of it or nothing; SQLite's errors come out as RagdErrors."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise translated(error, path) from error


def moved_on(connection: sqlite3.Connection) -> None:
    """Say, within a transaction, that what a search sees is another state than before."""
    connection.execute("UPDATE settings SET value = value + 1 WHERE name = 'generation'")
