"""An index of an older ragd is carried over by itself, told in one line, and nothing is embedded twice."""

import sqlite3
from pathlib import Path

import pytest

from ragd import Library
from ragd.errors import HomeError
from ragd.index.catalog import View
from ragd.records import Progress

# The tables of the first format, as they were. Never edit them: they are what older indexes hold.
FIRST = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (path TEXT PRIMARY KEY, device INTEGER, state TEXT NOT NULL, as_of REAL,
    pending INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE forgotten (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE left_out (root TEXT NOT NULL, path TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (root, path))
    WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, digest TEXT, reader TEXT NOT NULL,
    status TEXT NOT NULL, note TEXT) WITHOUT ROWID;
CREATE INDEX files_by_size ON files (size);
CREATE TABLE problems (path TEXT NOT NULL, part TEXT NOT NULL, status TEXT NOT NULL, note TEXT,
    PRIMARY KEY (path, part)) WITHOUT ROWID;
CREATE TABLE reserved (key INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE documents (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, reading TEXT NOT NULL, kind TEXT NOT NULL, family TEXT NOT NULL,
    title TEXT, author TEXT, recipients TEXT NOT NULL, date TEXT, message_id TEXT, refs TEXT NOT NULL, language TEXT,
    lined INTEGER NOT NULL, marks TEXT NOT NULL, length INTEGER NOT NULL, UNIQUE (id, reading));
CREATE TABLE blocks (key INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (key, number))
    WITHOUT ROWID;
CREATE TABLE places (path TEXT NOT NULL, part TEXT NOT NULL, key INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (path, part)) WITHOUT ROWID;
CREATE INDEX places_by_key ON places (key, path, part);
CREATE TABLE gone (key INTEGER PRIMARY KEY, since REAL NOT NULL);
CREATE TABLE dropped (key INTEGER PRIMARY KEY);
CREATE TABLE passages (id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE);
CREATE TABLE dropped_passages (id INTEGER PRIMARY KEY);
CREATE TABLE chunks (key INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    line INTEGER, passage INTEGER NOT NULL, PRIMARY KEY (key, ordinal)) WITHOUT ROWID;
CREATE INDEX chunks_by_passage ON chunks (passage);
CREATE TABLE spaces (id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, wish TEXT NOT NULL,
    dimensions INTEGER NOT NULL);
CREATE TABLE vectors (space INTEGER NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (space, passage)) WITHOUT ROWID;
CREATE TABLE threads (message_id TEXT PRIMARY KEY, thread TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX threads_by_thread ON threads (thread);
"""
NOTES = {
    "boiler.md": "---\ntags: [house]\n---\n# Boiler\n\nMerle serviced the boiler on 3 May 2023.\n",
    "roof.md": "# Roof\n\nTwo slates slipped in the January storm; see [[boiler]].\n",
    "mail.eml": "From: Dana <dana@example.org>\nTo: Kees <kees@example.org>\nSubject: Pears\n"
    "Message-ID: <1@example.org>\nDate: Sat, 2 Mar 2024 10:00:00 +0100\n\nThe pears are ripe.\n",
}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    for name, text in NOTES.items():
        (tmp_path / "notes" / name).write_text(text)
    return tmp_path / "notes"


def make_older(catalog: Path) -> None:
    """Put the rows of a catalog into the first format's tables."""
    older = catalog.with_name("older.sqlite")
    with sqlite3.connect(older) as db:
        db.executescript(FIRST)
        db.execute("ATTACH ? AS now", (str(catalog),))
        for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if not table.startswith("sqlite_"):
                columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
                db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}")
        db.execute("DELETE FROM sqlite_sequence")
        db.execute("INSERT INTO sqlite_sequence SELECT * FROM now.sqlite_sequence")
        db.execute("UPDATE settings SET value = '1' WHERE name = 'format'")
    db.close()
    older.replace(catalog)


def shape(catalog: Path) -> dict[str, set[str]]:
    """The columns of every table."""
    db = sqlite3.connect(catalog)
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {table: {row[1] for row in db.execute(f"PRAGMA table_info({table})")} for table in tables}
    db.close()
    return columns


def indexes(catalog: Path) -> set[str]:
    db = sqlite3.connect(catalog)
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    db.close()
    return {name for name in names if not name.startswith("sqlite_")}


def test_an_older_index_is_searched_at_once_and_brought_up_to_date_by_sync(own_home: Path, notes: Path) -> None:
    with Library.open(own_home) as library:
        library.add([notes])
        before = library.status()
    catalog = own_home / "catalog.sqlite"
    tables, keys = shape(catalog), indexes(catalog)
    make_older(catalog)
    assert shape(catalog) != tables

    said: list[str] = []
    embedded: list[int] = []

    def meter(progress: Progress) -> None:
        embedded.append(progress.texts_done)

    with Library.open(own_home, say=said.append) as library:
        assert said == [
            "the index of an older ragd was carried over; `ragd sync` reads its files again, and embeds only new text"
        ]
        assert (shape(catalog), indexes(catalog)) == (tables, keys)
        assert library.search("slates in the storm")[0].document.path == str(notes / "roof.md")
        library.sync(meter=meter)
        assert said[1:] == ["read again, as ragd or a parser is of another version now: 3 files"]
        after = library.status()
        assert after["documents"] == before["documents"] == 3
        assert after["chunks"] == before["chunks"]
        assert after["roots"][0]["words_only"] == 0
        assert max(embedded) == 0
        assert [outcome.status for outcome in library.sync()] == ["unchanged"] * 3
    with Library.open(own_home, say=said.append):
        assert len(said) == 2


def test_whoever_only_reads_an_older_index_says_what_to_do(own_home: Path, notes: Path) -> None:
    with Library.open(own_home) as library:
        library.add([notes])
    make_older(own_home / "catalog.sqlite")
    with pytest.raises(HomeError, match=r"by an older ragd \(format 1\): `ragd sync` carries it over"):
        View(own_home / "catalog.sqlite")


def test_another_parser_or_chunker_version_reads_or_cuts_again_and_embeds_nothing(own_home: Path, notes: Path) -> None:
    with Library.open(own_home) as library:
        library.add([notes])
    db = sqlite3.connect(own_home / "catalog.sqlite")
    with db:
        db.execute("UPDATE files SET reader = 'markdown/0' WHERE path LIKE '%roof.md'")
        db.execute("UPDATE documents SET reading = reading || '-before' WHERE title = 'Boiler'")
        db.execute("UPDATE settings SET value = value || '-before' WHERE name = 'cut'")
    db.close()
    said: list[str] = []
    embedded: list[int] = []
    with Library.open(own_home, say=said.append) as library:
        library.sync(meter=lambda progress: embedded.append(progress.texts_done))
        assert library.status()["documents"] == 3
        assert library.search("boiler service")[0].document.path == str(notes / "boiler.md")
    assert said == [
        "cut into passages anew, as ragd or its embedding model changed: 1 document",
        "read again, as ragd or a parser is of another version now: 1 file",
    ]
    assert max(embedded) == 0
