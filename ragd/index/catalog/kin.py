"""Which other mails may hold what one quotes: those that it answers, its namesakes, and who answers the same one.

Of each sort only the nearest count, by an order of all mails in sight, so that a thousand answers to one message are a
thousand times the work of one and not a million times. Lists are made once for all mails that are looked at together.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice

from ragd.index.catalog.letters import (
    FACTS,
    WINDOW,
    Letter,
    having,
    ids_of,
    letter,
    letter_of,
    letters_of,
    namesakes,
    referring_to,
)
from ragd.index.catalog.read import rows_in, visible

NEWEST = 40  # of the mails that one refers to: a quote of a quote of a quote seldom goes further back
NEAREST = 40  # of its namesakes to either side
EARLIEST = 40  # of the mails that answer a missing one


class Kin:
    """The mails around others, as the catalog is now: made anew for every batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._beside: dict[str, list[Letter]] = {}
        self._named: dict[tuple[str, int], list[Letter]] = {}  # by subject and month
        self._there: dict[str, bool] = {}  # whether a message of this id is in sight
        self._told: set[str] = set()  # missing messages whose answers were concerned already

    def concerned(self, moved: Iterable[int]) -> Iterator[int]:
        """The mails that may quote these: those that answer them, and those that answer an answer; they themselves."""
        for key in moved:
            one = letter_of(self._db, key)
            if one is None:
                continue
            yield key
            if one.message_id:
                answers = referring_to(self._db, [one.message_id])
                yield from answers
                yield from referring_to(self._db, ids_of(self._db, answers))
            named = (other for other in self._around(one) if namesakes(one, other))
            yield from (other.key for other in named if not self._is_answer_to_what_is_there(other))
            yield from self._moved_beside(one)

    def by_subject(self, keys: Iterable[int]) -> list[int]:
        """Keys of mails in an order in which neighbours are compared with the same others."""
        sql = "SELECT coalesce(subject, ''), coalesce(moment, 0), key FROM documents WHERE key IN ({})"
        return [key for _, _, key in sorted(rows_in(self._db, sql, keys))]

    def of(self, one: Letter) -> list[Letter]:
        """The mails in sight that hold what this one quotes, if any does."""
        above = self._seen(having(self._db, one.references[-NEWEST:]))
        further = self._seen(having(self._db, {name for other in above for name in other.references[-NEWEST:]}))
        found = {other.key: other for other in (*above, *further)}
        if not self._is_answer_to_what_is_there(one):
            # Only where what it answers is missing: elsewhere a thousand mails of one subject would all be compared.
            names = (other for other in self._around(one) if namesakes(one, other))
            found |= {other.key: other for other in (*self._earliest(one), *names)}
        found.pop(one.key, None)
        return list(found.values())

    def _is_answer_to_what_is_there(self, one: Letter) -> bool:
        if not one.references:
            return False
        parent = one.references[-1]
        if parent not in self._there:
            self._there[parent] = bool(self._seen(having(self._db, [parent])))
        return self._there[parent]

    def _earliest(self, one: Letter) -> list[Letter]:
        """The first of those that answer the same message, which is missing: it may be quoted in each of them."""
        if not one.references:
            return []
        before = (other for other in self._answering(one.references[-1]) if is_before(other, one))
        return list(islice(before, EARLIEST))

    def _moved_beside(self, one: Letter) -> Iterator[int]:
        """Those that answer the same missing message, where this one is, or was, among the first of them."""
        parent = one.references[-1] if one.references else None
        if parent is None or parent in self._told or self._is_answer_to_what_is_there(one):
            return
        others = self._answering(parent)
        if bisect_left(others, place(one), key=place) <= EARLIEST:
            self._told.add(parent)
            yield from (other.key for other in others)

    def _answering(self, message_id: str) -> list[Letter]:
        """The mails in sight whose answered message is this one, in their order."""
        if message_id not in self._beside:
            letters = letters_of(self._db, referring_to(self._db, [message_id]))
            self._beside[message_id] = sorted(
                (other for other in self._seen(letters) if other.references[-1:] == (message_id,)), key=place
            )
        return self._beside[message_id]

    def _around(self, one: Letter) -> list[Letter]:
        """The mails in sight with its subject that are nearest to it, of those within a month of it at least."""
        if not one.subject or one.moment is None:
            return []
        month = one.moment // WINDOW
        if (one.subject, month) not in self._named:
            sql = f"SELECT {FACTS} FROM documents WHERE subject = ? AND moment BETWEEN ? AND ? AND kind = 'mail'"
            rows = self._db.execute(sql, (one.subject, (month - 1) * WINDOW, (month + 2) * WINDOW)).fetchall()
            self._named[one.subject, month] = sorted(self._seen(map(letter, rows)), key=place)
        named = self._named[one.subject, month]
        at = bisect_left(named, place(one), key=place)
        return [other for other in named[max(at - NEAREST, 0) : at + NEAREST + 1] if other.key != one.key]

    def _seen(self, letters: Iterable[Letter]) -> list[Letter]:
        """Those that have a place."""
        there = list(letters)
        seen = visible(self._db, (other.key for other in there))
        return [other for other in there if other.key in seen]


def is_before(one: Letter, other: Letter) -> bool:
    """A strict order of all mails; those without a date come first."""
    return place(one) < place(other)


def place(one: Letter) -> tuple[int, str]:
    """What mails are ordered by."""
    return one.moment or 0, one.id
