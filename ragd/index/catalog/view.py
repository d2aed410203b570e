"""The reader's side of the catalog: one snapshot, whatever is written meanwhile."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from math import inf
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from ragd.index.catalog import links, read, threads
from ragd.index.catalog.contents import Contents
from ragd.index.catalog.counts import Counts
from ragd.index.catalog.dates import unstated_date
from ragd.index.catalog.days import Days, Row, said_on
from ragd.index.catalog.lookup import SPACE, Lookup
from ragd.index.catalog.matching import DATE_ABOVE, OWN_DATE, PLACES, Condition, Place, combinations, places_where
from ragd.index.catalog.numbers import at_number
from ragd.index.catalog.record import Stored
from ragd.index.catalog.schema import MEANT, connect, translated
from ragd.index.catalog.shared import Shared
from ragd.index.catalog.standing import Standing, standing
from ragd.numbered import Numbered
from ragd.records import Enclosing, Found, Outcome

FACTS = (
    f"p.key, p.path, p.part, p.mtime_ns, d.id, d.title, d.kind, d.author, {OWN_DATE}, d.recipients,"
    " (SELECT thread FROM threads t WHERE t.message_id = coalesce(d.message_id, e.message_id, '#' || d.id)),"
    f" p.labels, d.tags, p.within, e.title, e.kind, e.author, {DATE_ABOVE}, e.recipients,"
    " coalesce(d.message_id, e.message_id)"
)
LABELS = 11  # the column of them


class View:
    """A snapshot of the catalog. Use as a context manager; raises FileNotFoundError where nothing was indexed yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = connect(path, writing=False)
        self._db.execute("BEGIN")
        self.lookup = Lookup(self._db)
        self.contents = Contents(self._db)
        self.shared = Shared(self._db)
        self.days = Days(self._db)
        self.counts = Counts(self._db)
        try:
            self.generation = int(read.setting(self._db, "generation") or 0)
        except sqlite3.DatabaseError as error:
            raise translated(error, path) from error

    def __enter__(self) -> "View":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def setting(self, name: str) -> str | None:
        return read.setting(self._db, name)

    def rows_moved(self) -> bool:
        """Whether rows that this snapshot knows may have left the other stores since it was taken."""
        now = connect(self._path, writing=False)
        try:
            return any(read.setting(now, name) != self.setting(name) for name in ("purges", "words", "space"))
        finally:
            now.close()

    # chunks and documents

    def visible(self, keys: Iterable[int]) -> set[int]:
        """Those of the keys that have a place."""
        return read.visible(self._db, keys)

    def covered(self, keys: Iterable[int]) -> set[tuple[int, int]]:
        """(key, ordinal) of the quotes in these documents that are not shown: their message is in the index itself."""
        return set(read.rows_in(self._db, "SELECT key, ordinal FROM chunks WHERE covered AND key IN ({})", keys))

    def rows_of_passages(self, passages: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        """(passage, key, ordinal) of every row of the word index that is one of the passages and has its meaning."""
        for some in read.batched(passages, read.AT_ONCE):
            marks = ",".join("?" * len(some))
            sql = (
                "SELECT passage, key, ordinal FROM chunks"
                f" WHERE passage IN ({marks}) AND role = 'body' AND covered = 0"
                f" UNION ALL SELECT passage, key, 0 FROM shared WHERE passage IN ({marks}) ORDER BY key, ordinal"
            )
            yield from self._db.execute(sql, some * 2)

    def passages_of_rows(self, rows: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """The passage of each (key, ordinal)."""
        found = {}
        for row in rows:
            passage = self._db.execute("SELECT passage FROM chunks WHERE key = ? AND ordinal = ?", row).fetchone()
            if passage:
                found[row] = int(passage[0])
        return found

    def passages_of_keys(self, keys: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        """(passage, key, ordinal) of every chunk of these documents that has its meaning."""
        return read.rows_in(self._db, f"SELECT passage, key, ordinal FROM chunks WHERE key IN ({{}}) AND {MEANT}", keys)

    def stored(self, rows: Iterable[tuple[int, int]]) -> Iterator[Stored]:
        return read.stored(self._db, rows)

    def standing(self, rows: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Standing]:
        """Where passages stand in their documents."""
        return standing(self._db, rows)

    def numbered(self, keys: Iterable[int], place: Numbered) -> list[tuple[int, int]]:
        """(key, ordinal) of the passages of these documents that stand at a place with such a number."""
        return at_number(self._db, keys, place)

    def text(self, key: int, start: int, end: int) -> str:
        return read.text_of(self._db, key, start, end)

    def key_at(self, path: str, part: str | None) -> int | None:
        row = self._db.execute("SELECT key FROM places WHERE path = ? AND part = ?", (path, part or "")).fetchone()
        return row[0] if row else None

    def length(self, key: int) -> int:
        row = self._db.execute("SELECT length FROM documents WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else 0

    def found(self, key: int, matches: Callable[[Found], bool], *, day: str | None = None) -> Found | None:
        """The document of a key at the first of its places that a filter matches; `day` is that of the passage shown.

        They are in path order, whole files before what lies in others: a person opens the letter, not its archive.
        """
        order = "ORDER BY p.part != '', p.path, p.part"
        rows = self._db.execute(f"SELECT {FACTS} FROM {PLACES} WHERE p.key = ? {order}", (key,)).fetchall()
        places = tuple((row[1], row[2] or None) for row in rows)
        labels = self._labels(rows)
        for number, row in enumerate(rows):
            here = said_on(day, _found(row, also_at=places[:number] + places[number + 1 :], labels=labels))
            if matches(here):
                recording = None if here.part else self.lookup.recording(here.path)
                return replace(here, holds=self._held(here.path, here.part), recording=recording)
        return None

    def _held(self, path: str, part: str | None) -> tuple[str, ...]:
        """The parts that lie in one and in no other within it."""
        above = f"{part} > " if part else ""
        sql = "SELECT part FROM places WHERE path = ? AND part > ? AND part < ? AND within = ? ORDER BY part"
        below = above[:-1] + chr(ord(" ") + 1) if above else chr(0x10FFFF)
        return tuple(row[0] for row in self._db.execute(sql, (path, above, below, part or "")))

    @staticmethod
    def _labels(rows: Iterable[Sequence[object]]) -> tuple[str, ...]:
        """The labels of all of a document's places, each once."""
        return tuple(dict.fromkeys(label for row in rows for label in read.labels_from(str(row[LABELS]))))

    def keys_where(self, conditions: Sequence[Condition]) -> set[int]:
        """The documents that have a place, and a day if they have days, that all conditions match."""
        keys = {key for key, _ in self._days_where(conditions)}
        return keys.union(key for key, *_ in self._places_where(conditions))

    def rows_outside(self, conditions: Sequence[Condition]) -> set[Row]:
        """(key, ordinal) of what was said, in conversations of many days, on a day that a condition does not match."""
        inside = set(self._days_where(conditions))
        rows = self._db.execute("SELECT key, ordinal, day FROM days")
        return {(key, ordinal) for key, ordinal, day in rows if (key, day) not in inside}

    def combinations(self, facts: Sequence[str]) -> Iterator[tuple[Found, int]]:
        """Each combination of these facts (fields of a document) that there is, and at how many places."""
        return combinations(self._db, facts, self._labels_of)

    def _places_where(self, conditions: Sequence[Condition]) -> Iterator[Place]:
        return places_where(self._db, conditions, self._labels_of)

    def _days_where(self, conditions: Sequence[Condition]) -> Iterator[tuple[int, str]]:
        """(key, day) of each day of conversations of many days that the conditions match at one of their places."""
        days = self.days.all()
        where = "WHERE p.key IN (SELECT key FROM days) ORDER BY p.path, p.part"
        for row in self._db.execute(f"SELECT {FACTS} FROM {PLACES} {where}") if days else ():
            found = _found(row, also_at=(), labels=self._labels_of(row[0]))
            for day in days[row[0]]:
                here = said_on(day, found)
                if all(test(here) for _, test in conditions):
                    yield row[0], day

    def _labels_of(self, key: int) -> tuple[str, ...]:
        return self._labels_of_keys.get(key, ())

    @cached_property
    def _labels_of_keys(self) -> dict[int, tuple[str, ...]]:
        found: dict[int, dict[str, None]] = {}
        for key, labels in self._db.execute("SELECT key, labels FROM places WHERE labels != '' ORDER BY path, part"):
            found.setdefault(key, {}).update(dict.fromkeys(read.labels_from(labels)))
        return {key: tuple(labels) for key, labels in found.items()}

    def names_with(self, needles: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """(path, part) of every file, attachment and archive member in whose names one of the needles stands.

        `needles` are lower case; names that are not plain ASCII all come: SQLite knows no other letters' cases.
        """
        for sql, name in ((FILE_NAMES, "path"), (PART_NAMES, "part")):
            likes = [f"{name} LIKE ?" for _ in needles] + [f"length({name}) != length(CAST({name} AS BLOB))"]
            yield from self._db.execute(f"{sql} AND ({' OR '.join(likes)})", [f"%{needle}%" for needle in needles])

    def keys_of(self, places: Iterable[tuple[str, str | None]], limit: int) -> list[int]:
        """The documents at these places, whole files and what is in them, in the order of the places."""
        keys: dict[int, None] = {}
        for path, part in places:
            if len(keys) >= limit:
                break
            where = "path = ?" if part is None else "path = ? AND part = ?"
            values = (path,) if part is None else (path, part)
            keys |= dict.fromkeys(row[0] for row in self._db.execute(f"SELECT key FROM places WHERE {where}", values))
        return list(keys)

    def places_of(self, keys: Iterable[int]) -> Iterator[tuple[int, str, str | None]]:
        """(key, path, part) of every place of these documents."""
        return read.places_of(self._db, keys)

    def keys_with(self, document: str) -> list[int]:
        """The readings of a document, by its id."""
        return [row[0] for row in self._db.execute("SELECT key FROM documents WHERE id = ?", (document,))]

    def size_and_time(self, path: str) -> tuple[int, int] | None:
        """Bytes and mtime_ns of a file when it was last read."""
        row = self._db.execute("SELECT size, mtime_ns FROM files WHERE path = ?", (path,)).fetchone()
        return (int(row[0]), int(row[1])) if row else None

    def links(self, key: int, path: str) -> list[int]:
        """The documents that one links to, seen from its place at `path`, in the order of its links."""
        row = self._db.execute("SELECT links FROM documents WHERE key = ?", (key,)).fetchone()
        return links.linked(self._db, key, path, json.loads(row[0])) if row else []

    def backlinks(self, key: int) -> list[int]:
        """The documents that link to one, in path order."""
        linking = []
        for other in links.linking(self._db, key):
            found = self.found(other, lambda _: True)
            if found and key in self.links(other, found.path):
                linking.append((found.path, found.part or "", other))
        return [other for *_, other in sorted(linking)]

    def thread(self, name: str) -> list[int]:
        """The mails of a thread, by date."""
        return threads.messages(self._db, name)

    def newest(self, conditions: Sequence[Condition]) -> list[Row]:
        """The first passage of each document, and of each day of a conversation, that all conditions match.

        Those with the latest dates come first, the documents' own or their files'.
        """
        days = self.days.all()
        dated = {(key, days[key][day]): moment(day) for key, day in self._days_where(conditions)}
        for key, _, _, date in self._places_where(conditions):
            if (key, 0) not in dated:
                dated[key, 0] = moment(date)
        return sorted(dated, key=lambda row: -dated[row])

    # what there is

    def roots(self) -> list[tuple[str, str, float | None, int]]:
        """(path, state, as of, pending) of every root: seconds of the epoch, files still to be read."""
        return self._db.execute("SELECT path, state, as_of, pending FROM roots ORDER BY path").fetchall()

    def forgotten(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT path FROM forgotten ORDER BY path")]

    def space(self) -> tuple[int, str, int] | None:
        """(number, fingerprint, dimensions) of the space that is searched; None before the first vectors."""
        sql = f"SELECT id, fingerprint, dimensions FROM spaces WHERE id = {SPACE}"
        row = self._db.execute(sql).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def kinds(self) -> dict[str, int]:
        sql = (
            "SELECT kind, count(*) FROM documents d WHERE EXISTS (SELECT 1 FROM places p WHERE p.key = d.key)"
            " GROUP BY kind ORDER BY count(*) DESC, kind"
        )
        return dict(self._db.execute(sql).fetchall())

    def problems(self) -> list[Outcome]:
        """Files and parts of files that failed, and parts that were left out."""
        files = self._db.execute("SELECT path, '', status, note FROM files WHERE status != 'indexed'")
        parts = self._db.execute("SELECT path, part, status, note FROM problems")
        rows = sorted([*files, *parts])
        return [Outcome(path, part or None, status, note) for path, part, status, note in rows]

    def sizes_and_times(self, root: str) -> dict[str, tuple[int, int]]:
        """Bytes and mtime_ns of every file at or below a path, as they were when it was read."""
        sql = f"SELECT path, size, mtime_ns FROM files WHERE {read.AT_OR_BELOW}"
        rows = self._db.execute(sql, read.span(root))
        return {path: (size, mtime_ns) for path, size, mtime_ns in rows}

    def left_out(self) -> list[Outcome]:
        """Files and folders that were never read, and the rule."""
        rows = self._db.execute("SELECT path, note FROM left_out ORDER BY path")
        return [Outcome(path, None, "skipped", note) for path, note in rows]

    def places(self) -> list[tuple[str, str | None, str, int]]:
        """(path, part, document id, key) of everything, in path order."""
        sql = "SELECT path, part, id, key FROM places JOIN documents USING (key) ORDER BY path, part"
        return [(path, part or None, name, key) for path, part, name, key in self._db.execute(sql)]


FILE_NAMES = "SELECT path, NULL FROM files WHERE status = 'indexed'"
# The messages of a mailbox have no names; their attachments do.
PART_NAMES = "SELECT path, part FROM places WHERE part != '' AND (part NOT LIKE '<%' OR part LIKE '% > %')"


def _found(row: Sequence[object], *, also_at: tuple[tuple[str, str | None], ...], labels: tuple[str, ...]) -> Found:
    _, path, part, mtime_ns, name, title, kind, author, date, recipients, thread, _, tags, *above, message_id = row
    assert isinstance(path, str) and isinstance(part, str) and isinstance(mtime_ns, int)
    stated = date or above[4]
    otherwise, by = unstated_date(str(kind), path, part, mtime_ns)
    return Found(
        id=name,  # type: ignore[arg-type]
        uri=Path(path).as_uri() + (f"#{quote(part)}" if part else ""),
        path=path,
        part=part or None,
        title=title,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        author=author,  # type: ignore[arg-type]
        date=str(stated) if stated else otherwise,
        date_from="content" if date else "message" if stated else by,
        thread=thread,  # type: ignore[arg-type]
        also_at=also_at,
        recipients=tuple(json.loads(str(recipients))),
        labels=labels,
        tags=tuple(json.loads(str(tags))),
        within=_enclosing(above),
        message_id=message_id,  # type: ignore[arg-type]
    )


def _enclosing(row: Sequence[object]) -> Enclosing | None:
    part, title, kind, author, date, recipients = row
    if kind is None:
        return None
    people = tuple(json.loads(str(recipients)))
    return Enclosing(str(part) or None, title, kind, author, people, date)  # type: ignore[arg-type]


def moment(date: str | None) -> float:
    """Seconds of the epoch; a bare date begins at midnight here, and what has none lies before all that has."""
    try:
        return datetime.fromisoformat(date or "").astimezone().timestamp()
    except (OverflowError, OSError, ValueError):
        return -inf
