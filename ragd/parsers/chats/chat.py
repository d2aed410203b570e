"""A conversation: turns of people, day by day, in passages that a pause parts."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from ragd.parsers import dates
from ragd.parsers.reading import Reading, clean, fact
from ragd.parsers.source import Source
from ragd.records import Document, Mark, Member

PAUSE = timedelta(hours=1)  # after which people begin anew rather than go on
SHOWN = 8  # people who are named as those who spoke
BEGINS, GOES_ON = 1, 2  # levels of a turn's mark


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person said at one moment; `who` is "" where the program itself speaks, `when` None where unknown.

    `with_day` is the day under which it stands where that is another: of what it answers.
    """

    who: str
    when: datetime | None
    text: str
    with_day: date | None = None

    @property
    def day(self) -> date | None:
        return self.with_day or (self.when.date() if self.when else None)


def days(source: Source, turns: Sequence[Turn], *, title: str | None, within: str = "") -> Iterator[Member]:
    """A document for each day of a conversation, in the order of time. `within`: the chat's part, if there are several.

    A day is what a date filter can tell apart, and what an export that is made again later repeats unchanged.
    """
    for day, said in groupby(turns, key=lambda turn: turn.day):
        document = _day(source, list(said), title)
        if document.text:
            part = f"{within} > {day or 'undated'}" if within else f"{day or 'undated'}"
            yield Member(source.unique(f"{source.part} > {part}" if source.part else part), document)


def threaded(turns: Iterable[tuple[Turn, Sequence[Turn]]]) -> list[Turn]:
    """Turns with their answers right behind them, however much later those were given."""
    return [
        turn
        for first, answers in turns
        for turn in (first, *(replace(answer, with_day=first.day) for answer in answers))
    ]


def marks_of(turns: Iterable[tuple[int, Turn]]) -> Iterator[Mark]:
    """A mark for each turn at its offset: who, when, and whether a pause came before."""
    before: datetime | None = None
    for number, (offset, turn) in enumerate(turns):
        begins = not number or _pause(before, turn.when)
        before = turn.when or before
        yield Mark(offset, "turn", place(turn), BEGINS if begins else GOES_ON)


def days_of(turns: Iterable[tuple[int, Turn]]) -> Iterator[Mark]:
    """A mark where each day begins: the first at 0, with whatever stands above the first turn."""
    before: date | None = None
    for offset, turn in turns:
        if turn.day and turn.day != before:
            yield Mark(0 if before is None else offset, "day", turn.day.isoformat())
            before = turn.day


def place(turn: Turn) -> str:
    """ "Dana, 2 March 2024 14:05"."""
    when = f"{turn.when.day} {turn.when:%B %Y %H:%M}" if turn.when else ""
    return ", ".join(filter(None, (_name(turn.who), when)))


def speakers(turns: Iterable[Turn]) -> str | None:
    """The people who spoke, those who said most first."""
    said: dict[str, int] = {}
    for turn in turns:
        name = _name(turn.who)
        if name:
            said[name] = said.get(name, 0) + 1
    return ", ".join(sorted(said, key=lambda name: -said[name])[:SHOWN]) or None


def moment(seconds: object) -> datetime | None:
    """The local time of seconds since 1970, as a number or its words; None of anything else."""
    try:
        return datetime.fromtimestamp(float(str(seconds))).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def told(value: object) -> datetime | None:
    """The moment that ISO 8601 tells; None of anything else."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _day(source: Source, turns: Sequence[Turn], title: str | None) -> Document:
    reading = Reading()
    placed: list[tuple[int, Turn]] = []
    before: datetime | None = None
    for turn in turns:
        line = _line(turn)
        if not line:
            continue
        reading.turn(gap="\n\n" if _pause(before, turn.when) else "\n")
        placed.append((len(reading), turn))
        reading.block(line, gap="")
        before = turn.when or before
    first = next((turn.when for turn in turns if turn.when), None)
    facts = (fact(title) or "", speakers(turns) or "", dates.iso(first) or "")
    return Document(
        id=hashlib.sha256("\0".join((source.family, *facts, reading.text)).encode()).hexdigest(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(marks_of(placed)),
        title=facts[0] or None,
        author=facts[1] or None,
        date=facts[2] or None,
    )


def _line(turn: Turn) -> str:
    """ "14:05 Dana: see you there"; what the program says of itself has no name before it."""
    said = clean(turn.text)
    if not said:
        return ""
    clock = f"{turn.when:%H:%M}" if turn.when else ""
    return " ".join(filter(None, (clock, f"{_name(turn.who)}:" if turn.who else "", said)))


def _pause(before: datetime | None, now: datetime | None) -> bool:
    if before is None or now is None:
        return False
    if (before.tzinfo is None) != (now.tzinfo is None):
        return before.date() != now.date()
    return abs(now - before) > PAUSE


@lru_cache(maxsize=10_000)
def _name(who: str) -> str:
    return fact(who) or ""
