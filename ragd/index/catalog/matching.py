"""Which documents a query's filters leave: SQLite goes through the places, and asks of each combination of facts once.

Made into a record each, the documents of a mailbox of 400,000 messages took ten seconds to be looked through.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from ragd.index.catalog.dates import unstated_date
from ragd.records import Enclosing, Found

# Facts of a document (fields of `Found`), and what is true of those that pass. It may look at nothing else.
Condition = tuple[Sequence[str], Callable[[Found], bool]]
Place = tuple[int, str, str, str | None]  # key, path, part, date

PLACES = (  # e is the message that an attachment is in
    "places p JOIN documents d USING (key)"
    " LEFT JOIN places w ON w.path = p.path AND w.part = p.within LEFT JOIN documents e ON e.key = w.key"
)
REMEMBERED = 20_000  # combinations of facts whose answer is kept
# A mail that states no date has that of the mailbox that knows one, wherever else it lies.
TOLD = "CASE WHEN {0}.kind = 'mail' THEN (SELECT min(o.dated) FROM places o WHERE o.key = {0}.key) END"
OWN_DATE = f"coalesce(nullif(d.date, ''), {TOLD.format('d')})"
DATE_ABOVE = f"coalesce(nullif(e.date, ''), {TOLD.format('e')})"
DATE = f"coalesce({OWN_DATE}, {DATE_ABOVE}, ragd_date(d.kind, p.path, p.part, p.mtime_ns))"
COLUMNS = {
    "kind": "d.kind",
    "author": "d.author",
    "recipients": "d.recipients",
    "title": "d.title",
    "tags": "d.tags",
    "labels": "ragd_labels(p.key)",
    "path": "p.path",
    # The id of a message is no name.
    "part": "CASE WHEN p.part LIKE '<%' AND instr(p.part, ' > ') = 0 THEN '<>' ELSE p.part END",
    # A time's day is what stands first.
    "date": f"CASE WHEN substr({DATE}, 11, 1) = 'T' THEN substr({DATE}, 1, 10) ELSE {DATE} END",
    "within": "CASE WHEN e.key IS NULL THEN NULL ELSE json_array(w.part, e.title, e.kind, e.author, e.recipients) END",
}


def places_where(
    connection: sqlite3.Connection, conditions: Sequence[Condition], labels: Callable[[int], tuple[str, ...]]
) -> Iterator[Place]:
    """The places in path order whose facts pass all conditions; of conversations of many days none.

    `labels` gives those of a document's key.
    """
    _prepare(connection, labels)
    calls = []
    for number, (facts, test) in enumerate(conditions):
        connection.create_function(f"ragd_{number}", len(facts), _asked(facts, test), deterministic=True)
        calls.append(f" AND ragd_{number}({', '.join(COLUMNS[fact] for fact in facts)})")
    no_days = "NOT EXISTS (SELECT 1 FROM days WHERE days.key = p.key)"
    sql = f"SELECT p.key, p.path, p.part, {DATE} FROM {PLACES} WHERE {no_days}{''.join(calls)} ORDER BY p.path, p.part"
    yield from connection.execute(sql)


def combinations(
    connection: sqlite3.Connection, facts: Sequence[str], labels: Callable[[int], tuple[str, ...]]
) -> Iterator[tuple[Found, int]]:
    """Each combination of facts that there is, as a document of which these are known, and at how many places."""
    _prepare(connection, labels)
    columns = ", ".join(COLUMNS[fact] for fact in facts)
    for *values, count in connection.execute(f"SELECT {columns}, count(*) FROM {PLACES} GROUP BY {columns}"):
        yield _with(dict(zip(facts, values, strict=True))), count


def _prepare(connection: sqlite3.Connection, labels: Callable[[int], tuple[str, ...]]) -> None:
    connection.create_function("ragd_date", 4, lambda *place: unstated_date(*place)[0], deterministic=True)
    connection.create_function("ragd_labels", 1, lambda key: json.dumps(labels(key)), deterministic=True)


def _asked(facts: Sequence[str], test: Callable[[Found], bool]) -> Callable[..., bool]:
    @lru_cache(maxsize=REMEMBERED)
    def passes(*values: str | None) -> bool:
        return test(_with(dict(zip(facts, values, strict=True))))

    return passes


def _with(facts: dict[str, Any]) -> Found:
    """A document of which these facts are known."""
    within = facts.get("within")
    return Found(
        *("", "", facts.get("path", ""), facts.get("part") or None, facts.get("title"), facts.get("kind", "other")),
        *(facts.get("author"), facts.get("date"), None, ()),
        recipients=_several(facts.get("recipients")),
        labels=_several(facts.get("labels")),
        tags=_several(facts.get("tags")),
        within=_enclosing(*json.loads(within)) if within else None,
    )


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def _enclosing(part: str, title: str | None, kind: Any, author: str | None, recipients: str) -> Enclosing:
    return Enclosing(part or None, title, kind, author, _several(recipients), None)
