"""What is asked of the catalog, by the writer and by searches alike: chunks, texts and facts by key."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from ragd.index.catalog import blocks
from ragd.index.catalog.record import Stored
from ragd.index.catalog.schema import MEANT
from ragd.index.speakers import Quoted, quoted_in
from ragd.places import held, lead_of
from ragd.records import Aside, Chunk, Document, Mark, Role

T = TypeVar("T")
AT_ONCE = 500  # values in one IN (...)
AT_OR_BELOW = "(path = ? OR (path >= ? AND path < ?))"
CHUNK = "c.key, c.ordinal, c.start, c.stop, c.line, c.passage, c.quoted, c.role"


def setting(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def rows_in(connection: sqlite3.Connection, sql: str, values: Iterable[T]) -> Iterator[Any]:
    """The rows of a question about many values, which stand in it as `IN ({})`; so many at once as SQLite takes."""
    for some in batched(values, AT_ONCE):
        yield from connection.execute(sql.format(",".join("?" * len(some))), some).fetchall()


def span(path: str) -> tuple[str, str, str]:
    """The bounds of a path and all below it, for AT_OR_BELOW: "0" is the character after "/"."""
    stem = path.rstrip("/")
    return path, f"{stem}/", f"{stem}0"


def places_of(connection: sqlite3.Connection, keys: Iterable[int]) -> Iterator[tuple[int, str, str | None]]:
    """(key, path, part) of every place of these documents."""
    for key, path, part in rows_in(connection, "SELECT key, path, part FROM places WHERE key IN ({})", keys):
        yield key, path, part or None


def is_nothing_owed(connection: sqlite3.Connection, space: int) -> bool:
    """Whether nothing was owed to a space when that was last looked at, and nothing has changed since."""
    return setting(connection, "given") == given(connection, space)


def given(connection: sqlite3.Connection, space: int) -> str:
    """The index as it is now, and a space to which nothing is owed."""
    return f"{space} {setting(connection, 'generation')}"


def text_of(connection: sqlite3.Connection, key: int, start: int, end: int) -> str:
    """A span of a document's text, code points."""
    first, last = blocks.numbers(start, end)
    rows = connection.execute(
        "SELECT number, data FROM blocks WHERE key = ? AND number BETWEEN ? AND ? ORDER BY number", (key, first, last)
    )
    return blocks.unpacked(rows, start, end)


def document_of(connection: sqlite3.Connection, key: int) -> Document:
    """The document of a key, whole."""
    row = connection.execute(
        "SELECT id, kind, family, title, author, recipients, date, message_id, refs, language, lined, marks, length,"
        " tags, links, aliases, asides"
        " FROM documents WHERE key = ?",
        (key,),
    ).fetchone()
    return Document(
        id=row[0],
        text=text_of(connection, key, 0, row[12]),
        kind=row[1],
        family=row[2],
        title=row[3],
        author=row[4],
        recipients=tuple(json.loads(row[5])),
        date=row[6],
        message_id=row[7],
        references=tuple(json.loads(row[8])),
        tags=tuple(json.loads(row[13])),
        links=tuple(json.loads(row[14])),
        aliases=tuple(json.loads(row[15])),
        asides=tuple(Aside(*values) for values in json.loads(row[16])),
        language=row[9],
        lined=bool(row[10]),
        marks=marks_from(row[11]),
    )


def labels_from(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def labels_to(labels: Iterable[str]) -> str:
    """Most places have none: "" then."""
    return json.dumps(list(labels), ensure_ascii=False) if labels else ""


def marks_from(text: str) -> tuple[Mark, ...]:
    return tuple(Mark(*values) for values in json.loads(text))


def marks_to(marks: Iterable[Mark]) -> str:
    rows = [(mark.offset, mark.kind, mark.label, mark.level) for mark in marks]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def stored(connection: sqlite3.Connection, rows: Iterable[tuple[int, int]]) -> Iterator[Stored]:
    """The chunks of (key, ordinal) rows that exist; those of one document are read together."""
    for key, ordinals in grouped(rows).items():
        for some in batched(ordinals, AT_ONCE):
            places = ",".join("?" * len(some))
            found = connection.execute(
                f"SELECT {CHUNK} FROM chunks c WHERE c.key = ? AND c.ordinal IN ({places}) ORDER BY c.ordinal",
                (key, *some),
            ).fetchall()
            yield from _chunks_of(connection, key, found)


def stored_of_key(connection: sqlite3.Connection, key: int) -> Iterator[Stored]:
    """Every chunk of a document, in order."""
    found = connection.execute(f"SELECT {CHUNK} FROM chunks c WHERE c.key = ? ORDER BY c.ordinal", (key,)).fetchall()
    return _chunks_of(connection, key, found)


def rows_of_passages(connection: sqlite3.Connection, passages: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """(passage, key, ordinal) of every chunk that shares one of the passages and has its meaning."""
    sql = f"SELECT passage, key, ordinal FROM chunks WHERE passage IN ({{}}) AND {MEANT} ORDER BY key, ordinal"
    return rows_in(connection, sql, passages)


def visible(connection: sqlite3.Connection, keys: Iterable[int]) -> set[int]:
    """Those of the keys that have a place."""
    return {row[0] for row in rows_in(connection, "SELECT DISTINCT key FROM places WHERE key IN ({})", keys)}


def batched(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Values in tuples of at most `size`; itertools has this from Python 3.12 on."""
    remaining = iter(values)
    while some := tuple(islice(remaining, size)):
        yield some


def grouped(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """The ordinals of each key."""
    groups: dict[int, list[int]] = {}
    for key, ordinal in rows:
        groups.setdefault(key, []).append(ordinal)
    return groups


def _chunks_of(connection: sqlite3.Connection, key: int, rows: Sequence[Sequence[int]]) -> Iterator[Stored]:
    facts = connection.execute(
        "SELECT id, title, author, marks, asides FROM documents WHERE key = ?", (key,)
    ).fetchone()
    if not rows or facts is None:
        return
    marks = marks_from(facts[3])
    told = [aside for aside in json.loads(facts[4]) if aside[2] != "secret"]
    asides = [(start, end) for start, end, _ in told]
    spoken = _spoken(connection, key, told, rows)
    first, last = min(row[2] for row in rows), max(row[3] for row in rows)
    text = text_of(connection, key, first, last)
    for _, ordinal, start, end, line, passage, quoted, kept_role in rows:
        role: Role = kept_role  # type: ignore[assignment]
        words = text[start - first : end - first]
        around = held(marks, start, end)
        lead = lead_of(asides, start, end) if role == "body" and not quoted else 0
        who = next((one for one in spoken if one.start < end and one.end > start), None)
        another = bool(quoted) or (role != "body" and who is not None)
        speaker = who.speaker if who and (another or lead) else None
        chunk = Chunk(
            facts[0], ordinal, start, end, words, around, line, another, role=role, lead=lead, speaker=speaker
        )
        yield Stored(key, ordinal, passage, facts[1], facts[2], chunk)


def _spoken(
    connection: sqlite3.Connection, key: int, asides: Sequence[tuple[int, int, str]], rows: Sequence[Sequence[int]]
) -> list[Quoted]:
    """What of a mail is quoted from whom, down to the last of the rows; most documents have no asides."""
    last = max(row[3] for row in rows)
    above = [aside for aside in asides if aside[0] < last]
    return quoted_in(text_of(connection, key, 0, max(end for _, end, _ in above)), above) if above else []
