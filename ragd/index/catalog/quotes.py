"""Which quotes are the words of a message that is in the index itself: they are not embedded or shown again.

A quote is known by the words of the mails that its own mail answers: three words in a row at a time, so that rewrapped,
shortened and interleaved quotes are known as well. It is covered where no word is unknown: what somebody wrote between
the lines that he quotes is never hidden, be it one word. What is a quote in the other mail too counts only
if that mail is older, so that two mails that quote each other never hide both. Nothing here depends on the order in
which messages were read.
"""

import json
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path

from ragd.index.catalog.kin import Kin, is_before
from ragd.index.catalog.letters import Letter, letter_of
from ragd.index.catalog.read import batched, text_of
from ragd.index.catalog.schema import moved_on, transaction
from ragd.index.said import QUOTING

WORD = re.compile(r"[^\W_]+")
# Where somebody left out some of what he quotes: "[snip]", "<snipped>".
SNIP = re.compile(
    r"[\[<][ .]*(?:snip(?:p?ed|ping)?|cut|deleted)[ .]*[\]>]|[-*({=]+ ?snip(?:ped)? ?[-*)}=]+", re.IGNORECASE
)
# Mails that do not wait to be looked at.
OTHERS = "SELECT 1 FROM documents WHERE kind = 'mail' AND key NOT IN (SELECT key FROM unsettled) LIMIT 1"
ROW = 3  # words
AT_ONCE = 1_000  # mails whose quotes, and those of their kin, are settled between two commits
HELD = 300_000  # rows of words of mails that are held at once: about 50 MB
LONGEST = 200_000  # code points of a mail that are looked at

Rows = frozenset[tuple[str, ...]]


class Quotes:
    """Keeps the catalog's `covered` true; it changes when messages come and go."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._said: OrderedDict[tuple[int, bool], Rows] = OrderedDict()
        self._held = 0  # rows in it

    def put_off(self, came: Iterable[int]) -> None:
        """Remember, within a transaction, documents that came into sight: no quote is hidden for them yet.

        Of a hundred mails of one subject each concerns all others, so they are looked at once, when all are in.
        """
        self._db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [(key,) for key in came])

    def settle_rest(self) -> Iterator[None]:
        """Settle what was put off, a step at a time; who stops in between goes on with the next call."""
        # In this order neighbours are compared with the same others.
        order = "LEFT JOIN documents USING (key) ORDER BY subject, moment, key"
        waiting = [row[0] for row in self._db.execute(f"SELECT key FROM unsettled {order}")]
        are_all = not self._db.execute(OTHERS).fetchone()  # then those that quote them wait too
        for some in batched(waiting, AT_ONCE):
            with transaction(self._db, self._path):
                if are_all:
                    self._settle_each(some, Kin(self._db))
                else:
                    self.settle(some)
                self._db.executemany("DELETE FROM unsettled WHERE key = ?", [(key,) for key in some])
                moved_on(self._db)
            yield

    def settle(self, moved: Iterable[int]) -> None:
        """Say anew which quotes are covered, after documents of these keys have come into sight or gone out of it."""
        kin = Kin(self._db)
        self._settle_each(kin.by_subject(set(kin.concerned(moved))), kin)

    def _settle_each(self, keys: Iterable[int], kin: Kin) -> None:
        for key in keys:
            self._settle(key, kin)

    def _settle(self, key: int, kin: Kin) -> None:
        quotes = self._db.execute(
            "SELECT ordinal, start, stop, covered FROM chunks WHERE key = ? AND quoted = 1", (key,)
        ).fetchall()
        one = letter_of(self._db, key) if quotes and self._is_seen(key) else None
        if one is None:
            return
        text, asides = self._text(key)
        known = self._known_to(one, kin)
        for ordinal, start, stop, covered in quotes:
            now = int(is_covered(_quoted(text, asides, start, stop), known))
            if now != covered:
                self._db.execute("UPDATE chunks SET covered = ? WHERE key = ? AND ordinal = ?", (now, key, ordinal))

    def _known_to(self, one: Letter, kin: Kin) -> "Union":
        """The rows of words of the mails in sight that this one may quote."""
        return Union([self._rows_of(other.key, whole=is_before(other, one)) for other in kin.of(one)])

    def _is_seen(self, key: int) -> bool:
        return self._db.execute("SELECT 1 FROM places WHERE key = ? LIMIT 1", (key,)).fetchone() is not None

    def _rows_of(self, key: int, *, whole: bool) -> Rows:
        """The words of a mail in rows: all of them, or its writer's own."""
        rows = self._said.get((key, whole))
        if rows is None:
            text, asides = self._text(key)
            rows = _known(text if whole else _own(text, asides))
            self._said[key, whole] = rows
            self._held += len(rows)
            while self._held > HELD and len(self._said) > 1:
                self._held -= len(self._said.popitem(last=False)[1])
        return rows

    def _text(self, key: int) -> tuple[str, list[tuple[int, int, str]]]:
        length, asides = self._db.execute("SELECT length, asides FROM documents WHERE key = ?", (key,)).fetchone()
        return text_of(self._db, key, 0, min(length, LONGEST)), json.loads(asides)


class Union:
    """Rows of several mails as one."""

    def __init__(self, parts: Iterable[Rows]) -> None:
        self._parts = list(parts)

    def __contains__(self, row: object) -> bool:
        return any(row in part for part in self._parts)

    def lacks(self, rows: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """Those of the rows that are in none."""
        left = set(rows)
        for part in self._parts:
            left = left - part  # which looks at each row that is left, and not at all of the part
            if not left:
                break
        return left


def is_covered(quote: str, known: Union) -> bool:
    """Whether all that a quote says stands in rows of words that are known."""
    words = _words(quote)
    if len(words) < ROW:
        return not words or tuple(words) in known
    rows = _in_rows(words)
    unknown = known.lacks(rows)
    found = [not unknown] * len(words)
    for at, row in enumerate(rows if unknown else ()):
        if row not in unknown:
            found[at : at + ROW] = [True] * ROW
    return all(found) or _all_mended(words, found, known)


def _all_mended(words: list[str], found: list[bool], known: Union) -> bool:
    """Whether those that are not found are halves of words that a line's end has broken: "chan" and "ge"."""
    for at in range(len(words) - 1):
        if not (found[at] and found[at + 1]):
            around = [*words[max(at - 2, 0) : at], words[at] + words[at + 1], *words[at + 2 : at + 4]]
            if any(row in known and words[at] + words[at + 1] in row for row in _in_rows(around)):
                found[at] = found[at + 1] = True
    return all(found)


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
    """Every three words in a row, and the lines of one or two: a word that occurs somewhere is no sign of a quote."""
    bare = _bare(text)
    lines = (tuple(words) for line in bare.splitlines() if 0 < len(words := WORD.findall(line)) < ROW)
    return frozenset((*_in_rows(WORD.findall(bare)), *lines))


def _words(text: str) -> list[str]:
    return WORD.findall(_bare(text))


def _bare(text: str) -> str:
    return SNIP.sub(" ", QUOTING.sub("", text)).casefold()


def _in_rows(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(words, words[1:], words[2:], strict=False))
