"""Mails that no message id links, joined by subject, people and time, in a time that grows as their number does.

Two mails are joined where their subjects are the same but for Re and Fwd, one of them answers, one of them names no
other or has no name, no more than WINDOW lies between them, and each writes to the other (or, from one writer or with a
list's tag, both write to the same). These are many pairs: ten thousand reports without ids are fifty million. What is
joined comes out the same from few: where two sorts of mails stand in order of time, and each is joined with the nearest
of the other sort before it and after it, all are joined that are so by the pairs.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ragd.index.catalog.letters import FACTS, WINDOW, Letter, letter

Pair = tuple[str, str]  # names of two mails among the threads
Way = tuple[str, str]  # who writes to whom
Entry = tuple[int, int, bool, Letter]  # when it was written, its key, whether it is new
LIST = "\0list"  # writes to all to whom a mail with a list's tag goes


def pairs(connection: sqlite3.Connection, letters: Iterable[Letter]) -> Iterator[Pair]:
    """What joins these mails with each other and with those in the catalog, which are joined among themselves."""
    by_subject: defaultdict[str, list[Letter]] = defaultdict(list)
    for one in letters:
        if one.subject and one.moment is not None:
            by_subject[one.subject].append(one)
    for some in by_subject.values():
        for run in _runs(sorted(some, key=_when)):
            yield from joining(run, _around(connection, run))


def joining(new: Sequence[Letter], known: Iterable[Letter]) -> Iterator[Pair]:
    """What joins mails of one subject, all with a date, with each other and with those that are known."""
    ways: defaultdict[Way, list[Entry]] = defaultdict(list)
    keys = {one.key for one in new}
    for one in {one.key: one for one in (*known, *new)}.values():
        entry = (_when(one), one.key, one.key in keys, one)
        for person in one.recipients:
            ways[one.author, person].append(entry)
            if one.listed:
                ways[LIST, person].append(entry)
    for (writer, reader), some in ways.items():
        yield from _within(some)
        others = ways.get((reader, writer), []) if writer < reader else []
        if others:
            listed = [entry for entry in some if entry[-1].listed]
            yield from _between([entry for entry in some if not entry[-1].listed], others)
            yield from _between(listed, [entry for entry in others if not entry[-1].listed])


def _runs(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Mails in order of time, parted where none can be near one of the next."""
    run: list[Letter] = []
    for one in letters:
        if run and _when(one) - _when(run[-1]) > 2 * WINDOW:
            yield run
            run = []
        run.append(one)
    yield run


def _around(connection: sqlite3.Connection, run: Sequence[Letter]) -> list[Letter]:
    """The mails in the catalog that may be joined with one of these, which are in order of time."""
    span = (run[0].subject, _when(run[0]) - WINDOW, _when(run[-1]) + WINDOW)
    loose = "" if any(one.loose for one in run) else "AND loose = 1"
    sql = f"SELECT {FACTS} FROM documents WHERE subject = ? AND moment BETWEEN ? AND ? {loose}"
    return list(map(letter, connection.execute(sql, span).fetchall()))


def _within(some: Sequence[Entry]) -> Iterator[Pair]:
    """Joins mails of one kind of which one answers and one names no other or has no name."""
    both, answering, loose = _sorts(some)
    yield from _nearest(both, some)
    yield from _nearest(answering, loose)


def _between(some: Sequence[Entry], others: Sequence[Entry]) -> Iterator[Pair]:
    """Joins mails of one kind with those of another, by the same rule."""
    both, answering, loose = _sorts(some)
    others_both, others_answering, others_loose = _sorts(others)
    yield from _nearest(both, others)
    yield from _nearest(some, others_both)
    yield from _nearest(answering, others_loose)
    yield from _nearest(loose, others_answering)


def _sorts(some: Iterable[Entry]) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Mails that answer and are loose, that only answer, that are only loose; the rest joins nobody."""
    sorts: dict[tuple[bool, bool], list[Entry]] = {(True, True): [], (True, False): [], (False, True): []}
    for entry in some:
        sorts.setdefault((entry[-1].answers, entry[-1].loose), []).append(entry)
    return sorts[True, True], sorts[True, False], sorts[False, True]


def _nearest(some: Sequence[Entry], others: Sequence[Entry]) -> Iterator[Pair]:
    """Each with the nearest of the other sort before it and after it, within the window; a pair of known ones is known.

    A mail may be of both sorts.
    """
    if not some or not others:
        return
    order = [(when, key, 0, new, one) for when, key, new, one in some]
    order += [(when, key, 1, new, one) for when, key, new, one in others]
    for is_turned in (False, True):
        last: list[tuple[int, bool, Letter] | None] = [None, None]
        for when, _, sort, new, one in sorted(order, reverse=is_turned):
            before = last[1 - sort]
            if before and (new or before[1]) and abs(when - before[0]) <= WINDOW:
                yield one.node, before[2].node
            last[sort] = (when, new, one)


def _when(one: Letter) -> int:
    return one.moment or 0  # only mails that have a date come here
