"""A WhatsApp chat as exported: its own lines untouched, each turn marked with who and when, in any phone's language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ragd.parsers import dates
from ragd.parsers.chats.chat import Turn, days_of, marks_of, speakers
from ragd.parsers.source import AnotherFormat, Source
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Member

UNSEEN = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
# "[31.12.23, 21:45:12] ", "12/31/23, 9:45 PM - ", "2023-12-31 kl. 21:45 - ", "2023. 12. 31. 오후 9:45, "
STAMP = re.compile(
    rf"""^[{UNSEEN}]*(?P<open>\[)?[{UNSEEN}]*
    (?P<a>\d{{1,4}})(?P<sign>[./-]|\u5e74|\ub144)\s?(?P<b>\d{{1,2}})(?:[./-]|\u6708|\uc6d4)\s?(?P<c>\d{{1,4}})(?:\.|\u65e5|\uc77c)?
    [{UNSEEN}]*,?\s?(?:(?:\u00e0|klo|kl\.?|um|at|om|alle|a\ las|\u00e0s|o|ob|\u0432|\u043e)\s)?
    (?P<before>[^\W\d_]{{1,4}}\s?)??
    (?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?(open)(?:[:.](?P<second>\d\d))?)
    (?P<after>\s?[^\W\d_]\.?\s?[^\W\d_]?\.?)??[{UNSEEN}]*
    (?(open)\]\s?|(?:\s[-\u2013]\s|,\s))""",
    re.VERBOSE | re.MULTILINE,
)
SPEAKER = re.compile(rf"[{UNSEEN}]*~?\s?(?P<who>[^:\n]{{1,100}}?)\s?:(?:\s|$)", re.MULTILINE)
LEVELS = re.compile(r"(?:[\w.]+\.)?(?:INFO|DEBUG|WARN(?:ING)?|ERROR|FATAL|TRACE|NOTICE|CRITICAL)\b")  # a program's log
AFTERNOON = ("p", "오후", "下午", "晚上", "中午", "午後", "م", "μμ", "du", "ch")
MORNING = ("a", "오전", "上午", "凌晨", "早上", "午前", "ص", "πμ", "de", "sa")
YEARS = 2000  # of a year that is written with two digits


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A time as the file writes it: three numbers in an order that the whole file tells, and a clock."""

    start: int
    end: int
    day: tuple[int, int, int]
    sign: str
    hour: int
    minute: int
    second: int
    half: str  # "am", "pm" or ""


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    stamps = [_stamp(found) for found in STAMP.finditer(text)]
    order = _order(stamps)
    placed = [(stamp.start, _turn(text, stamp, order)) for stamp in stamps]
    people = [turn for _, turn in placed if turn.who]
    if not people or sum(bool(LEVELS.match(turn.who)) for turn in people) > len(people) // 2:
        raise AnotherFormat
    moments = [turn.when for _, turn in placed if turn.when]
    yield Member(
        source.part,
        Document(
            id=source.identity(),
            text=text,
            kind=source.kind,
            family=source.family,
            marks=tuple(sorted([*days_of(placed), *marks_of(placed)], key=lambda mark: mark.offset)),
            author=speakers(people),
            date=dates.iso(max(moments)) if moments else None,
            lined=True,
        ),
    )


def _stamp(found: re.Match[str]) -> _Stamp:
    half = re.sub(r"[\s.\u202f]", "", (found["before"] or "") + (found["after"] or "")).lower()
    return _Stamp(
        found.start(),
        found.end(),
        (int(found["a"]), int(found["b"]), int(found["c"])),
        found["sign"],
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        "pm" if half.startswith(AFTERNOON) else "am" if half.startswith(MORNING) else "",
    )


def _turn(text: str, stamp: _Stamp, order: str) -> Turn:
    who = SPEAKER.match(text, stamp.end)
    return Turn(who["who"].strip() if who else "", _moment(stamp, order), "")


def _order(stamps: list[_Stamp]) -> str:
    """Which of the three numbers is the year, the month and the day: what fits all dates, and lets time go forward."""
    if any(stamp.day[0] > 31 for stamp in stamps):
        return "ymd"
    fits = [order for order in ("dmy", "mdy") if all(_moment(stamp, order) for stamp in stamps)]
    if len(fits) == 1:
        return fits[0]
    american = any(stamp.half and stamp.sign == "/" for stamp in stamps)
    candidates = ["mdy", "dmy"] if american else ["dmy", "mdy"]
    return min(candidates, key=lambda order: _backward(stamps, order))


def _backward(stamps: list[_Stamp], order: str) -> int:
    moments = [when for stamp in stamps if (when := _moment(stamp, order))]
    return sum(later < earlier for earlier, later in pairwise(moments)) + len(stamps) - len(moments)


def _moment(stamp: _Stamp, order: str) -> datetime | None:
    numbers = dict(zip(order, stamp.day, strict=True))
    year = numbers["y"] if numbers["y"] > 99 else YEARS + numbers["y"]
    hour = stamp.hour % 12 + 12 * (stamp.half == "pm") if stamp.half else stamp.hour
    try:
        return datetime(year, numbers["m"], numbers["d"], hour, stamp.minute, stamp.second)
    except ValueError:
        return None
