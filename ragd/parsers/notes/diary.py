"""A diary that is one note: its headings are days, and what stands below each is of that day."""

import re
from collections.abc import Sequence

from ragd.parsers import dates
from ragd.records import Mark

FEWEST = 3  # days; fewer are headings that happen to be dates
ISO = re.compile(r"\W{0,3}(\d{4}-\d\d-\d\d)(?!\w)")
DAY, MONTH = r"\d{1,2}(?:st|nd|rd|th|\.)?", r"(?:de )?[^\W\d]{3,12}\.?"
WORDS = re.compile(rf"(?:[^\W\d]{{2,12}},? )?({DAY} {MONTH} (?:de )?\d{{4}}|{MONTH} {DAY},? \d{{4}})\W*")
ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def days_of(headings: Sequence[Mark]) -> tuple[Mark, ...]:
    """A mark where each day begins, the first at 0; none where any other heading is as high as those of the days.

    A year or a month may stand above its days.
    """
    dated = [(mark, day) for mark in headings if (day := _day(mark.label))]
    level = min((mark.level for mark, _ in dated), default=0)
    days = [(mark, day) for mark, day in dated if mark.level == level]
    if len(days) < FEWEST:
        return ()
    first, dated_at = days[0][0].offset, {mark.offset for mark, _ in days}
    for mark in headings:
        if mark.offset > first and mark.level <= level and mark.offset not in dated_at and not YEAR.search(mark.label):
            return ()
    return tuple(Mark(mark.offset if number else 0, "day", day) for number, (mark, day) in enumerate(days))


def _day(label: str) -> str | None:
    found = ISO.match(label)
    if found:
        return dates.iso(found[1])
    words = WORDS.fullmatch(label)
    if not words:
        return None
    said = ORDINAL.sub("", words[1])
    return dates.iso(said) or dates.iso(dates.in_english(said))
