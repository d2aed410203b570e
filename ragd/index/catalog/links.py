"""Links between documents: what each calls the others by, resolved when asked, so that no order of arrival matters.

As Obsidian does: a link names a file by its name without suffix, by the end of its path, or by a title or alias; of
several that fit, the one in the same folder, then the nearest in path order.
"""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from ragd.index.catalog.read import places_of
from ragd.records import Document

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # http:, mailto:
NOTE_SUFFIXES = (".md", ".markdown", ".org", ".html", ".htm", ".txt")


def record(connection: sqlite3.Connection, key: int, document: Document) -> None:
    """Keep what a document links to and what its own content calls it."""
    targets = {_name(target) for target in document.links} - {""}
    connection.executemany("INSERT OR IGNORE INTO targets VALUES (?, ?)", [(name, key) for name in targets])
    own = {one.casefold() for one in (document.title, *document.aliases) if one} if document.kind != "mail" else set()
    connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(name, key) for name in own])


def record_place(connection: sqlite3.Connection, key: int, path: str, part: str | None) -> None:
    """Keep the name of a file or an archive's member, by which links call it; a message has none."""
    name = _name((part or path).rpartition(" > ")[2])
    if name and not (part or "").startswith(("<", "#")):
        connection.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (name, key))


def linked(connection: sqlite3.Connection, key: int, path: str, targets: Iterable[str]) -> list[int]:
    """The documents that a document's links lead to, seen from the place at `path`, in order, each once."""
    found = dict.fromkeys(_resolved(connection, path, target) for target in targets)
    return [one for one in found if one is not None and one != key]


def linking(connection: sqlite3.Connection, key: int) -> list[int]:
    """Documents that link to one of the names of this document; which of them mean it, `linked` says."""
    sql = (
        "SELECT DISTINCT t.key FROM names n JOIN targets t USING (name) WHERE n.key = ? AND t.key != ?"
        " AND EXISTS (SELECT 1 FROM places p WHERE p.key = t.key) ORDER BY t.key"
    )
    return [row[0] for row in connection.execute(sql, (key, key))]


def _resolved(connection: sqlite3.Connection, path: str, target: str) -> int | None:
    written = _written(target)
    name = _name(target)
    if not name:
        return None
    keys = [row[0] for row in connection.execute("SELECT key FROM names WHERE name = ?", (name,))]
    best = sorted(
        (*_fit(path, place, part, written), place, part or "", one) for one, place, part in places_of(connection, keys)
    )
    return best[0][-1] if best else None


def _fit(path: str, place: str, part: str | None, written: str) -> tuple[int, int]:
    """How well a place fits a link written in the file at `path`: lower is better."""
    here, there = PurePosixPath(path).parent, PurePosixPath(place if part is None else part)
    if normpath(here / written).casefold() in _spellings(there):
        return 0, 0
    ends = str(there).casefold().removesuffix(there.suffix.casefold()).endswith("/" + _bare(written).casefold())
    shared = len([1 for one, other in zip(here.parts, there.parent.parts, strict=False) if one == other])
    return (1 if ends else 2), -shared


def _spellings(path: PurePosixPath) -> tuple[str, str]:
    return str(path).casefold(), str(path.with_suffix("")).casefold()


def _written(target: str) -> str:
    """The path or name of a link, without the heading it points to; "" of one that leads out of the files."""
    if ELSEWHERE.match(target):
        return ""
    return unquote(target).partition("|")[0].partition("#")[0].strip().strip("/")


def _name(target: str) -> str:
    """The name alone; Logseq keeps its page "house/boiler" as "house___boiler.md" or "house%2Fboiler.md"."""
    return _bare(PurePosixPath(_written(target).replace("___", "/")).name).casefold()


def _bare(name: str) -> str:
    for suffix in NOTE_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
