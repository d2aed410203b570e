"""Which quotes are the words of a message that is in the index itself: they are not embedded or shown again.

A quote is known by the words of the mails that its own mail answers: three words in a row at a time, so that rewrapped,
shortened and interleaved quotes are known as well. What is a quote there too counts
only if that mail is older, so that two mails that quote each other never hide both. Nothing here depends on the order
in which messages were read.
"""

import json
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from ragd.index.catalog.letters import Letter, having, ids_of, letter_of, namesakes, referring_to, relatives
from ragd.index.catalog.read import text_of

WORD = re.compile(r"[^\W_]+")
ENOUGH = 0.75  # of a quote's rows: what is quoted is often shortened or mended
KEPT = 512  # mails whose rows of words are held at once
LONGEST = 200_000  # code points of a mail that are looked at
NEWEST = 40  # of the mails that one refers to: a quote of a quote of a quote seldom goes further back

Rows = frozenset[tuple[str, ...]]


class Quotes:
    """Keeps the catalog's `covered` true; it changes when messages come and go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._said: OrderedDict[tuple[int, bool], Rows] = OrderedDict()

    def settle(self, moved: Iterable[int]) -> None:
        """Say anew which quotes are covered, after documents of these keys have come into sight or gone out of it."""
        for key in sorted(set(self._concerned(moved))):
            self._settle(key)

    def _concerned(self, moved: Iterable[int]) -> Iterator[int]:
        """The mails that may quote these: those that answer them, and those that answer an answer."""
        for key in moved:
            one = letter_of(self._db, key)
            if one is None:
                continue
            yield key
            yield from (other.key for other in relatives(self._db, one, namesakes))
            if one.message_id:
                answers = referring_to(self._db, [one.message_id])
                yield from answers
                yield from referring_to(self._db, ids_of(self._db, answers))
            yield from (other.key for other in self._beside(one))

    def _settle(self, key: int) -> None:
        quotes = self._db.execute(
            "SELECT ordinal, start, stop, covered FROM chunks WHERE key = ? AND quoted = 1", (key,)
        ).fetchall()
        one = letter_of(self._db, key) if quotes and self._is_seen(key) else None
        if one is None:
            return
        text, asides = self._text(key)
        known = self._known_to(one)
        for ordinal, start, stop, covered in quotes:
            rows = _sought(_quoted(text, asides, start, stop))
            now = int(sum(row in known for row in rows) >= ENOUGH * len(rows))
            if now != covered:
                self._db.execute("UPDATE chunks SET covered = ? WHERE key = ? AND ordinal = ?", (now, key, ordinal))

    def _known_to(self, one: Letter) -> "_Union":
        """The rows of words of the mails in sight that this one answers."""
        others = {other.key: other for other in self._answered(one)}
        others |= {other.key: other for other in relatives(self._db, one, namesakes)}
        seen = [other for other in others.values() if other.key != one.key and self._is_seen(other.key)]
        return _Union([self._rows_of(other.key, whole=_before(other, one)) for other in seen])

    def _answered(self, one: Letter) -> Iterator[Letter]:
        """The mails that one refers to, those that these refer to, and others that answer what is missing."""
        above = [other for other in having(self._db, one.references[-NEWEST:]) if self._is_seen(other.key)]
        yield from above
        yield from having(self._db, {name for other in above for name in other.references[-NEWEST:]})
        earliest = sorted(filter(lambda other: _before(other, one), self._beside(one)), key=_place)
        yield from earliest[:NEWEST]

    def _beside(self, one: Letter) -> list[Letter]:
        """The mails that answer the same one, where that is missing: it may be quoted in each of them."""
        parent = one.references[-1:]
        if not parent or any(self._is_seen(other.key) for other in having(self._db, parent)):
            return []
        others = filter(None, (letter_of(self._db, key) for key in referring_to(self._db, parent)))
        return [other for other in others if other.references[-1:] == parent and other.key != one.key]

    def _is_seen(self, key: int) -> bool:
        return self._db.execute("SELECT 1 FROM places WHERE key = ? LIMIT 1", (key,)).fetchone() is not None

    def _rows_of(self, key: int, *, whole: bool) -> Rows:
        """The words of a mail in rows: all of them, or its writer's own."""
        rows = self._said.get((key, whole))
        if rows is None:
            text, asides = self._text(key)
            rows = _known(text if whole else _own(text, asides))
            if len(self._said) >= KEPT:
                self._said.popitem(last=False)
            self._said[key, whole] = rows
        return rows

    def _text(self, key: int) -> tuple[str, list[tuple[int, int, str]]]:
        length, asides = self._db.execute("SELECT length, asides FROM documents WHERE key = ?", (key,)).fetchone()
        return text_of(self._db, key, 0, min(length, LONGEST)), json.loads(asides)


class _Union:
    """Rows of several mails as one."""

    def __init__(self, parts: list[Rows]) -> None:
        self._parts = parts

    def __contains__(self, row: object) -> bool:
        return any(row in part for part in self._parts)


def _before(one: Letter, other: Letter) -> bool:
    """A strict order of all mails; those without a date come first."""
    return _place(one) < _place(other)


def _place(one: Letter) -> tuple[int, str]:
    return one.moment or 0, one.id


def _quoted(text: str, asides: list[tuple[int, int, str]], start: int, stop: int) -> str:
    """The span without the lines that say who is quoted: only this mail has them."""
    pieces = []
    for first, last, kind in asides:
        if kind == "attribution" and start <= first < stop:
            pieces.append(text[start:first])
            start = last
    return "\n".join([*pieces, text[start:stop]])


def _own(text: str, asides: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, kind in asides:
        if kind in ("quote", "attribution"):
            pieces.append(text[at:start])
            at = end
    return "\n".join([*pieces, text[at:]])


def _known(text: str) -> Rows:
    """Every three words in a row, and every word for quotes of one or two."""
    words = _words(text)
    return frozenset((*_in_rows(words), *((word,) for word in words)))


def _sought(text: str) -> Rows:
    words = _words(text)
    return frozenset(_in_rows(words) or ((word,) for word in words))


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _in_rows(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(words, words[1:], words[2:], strict=False))
