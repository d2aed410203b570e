"""What dates a document that states no date: the day that a note's name begins with, or its file's time."""

import re
from datetime import date, datetime
from typing import Literal

FIRST, LAST = 1970, 2100  # other years are numbers
# As diaries are kept: 2026-04-20.md, 20260421.md, 2026_03_05.md.
_DAY = re.compile(r"(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def unstated_date(kind: str, path: str, part: str, mtime_ns: int) -> tuple[str | None, Literal["name", "file"]]:
    """The date of what stands at a place and states none, ISO 8601, and where that is from."""
    named = named_day(path, part) if kind in ("note", "text") else None
    return (named, "name") if named else (file_time(mtime_ns), "file")


def named_day(path: str, part: str) -> str | None:
    """The day as ISO 8601; None where the name (of a part the part's) does not begin with one.

    A fact of the place, which stands in for the file's time: that is the day of the last copy or correction.
    """
    found = _DAY.match((part.rpartition(" > ")[2] or path).rpartition("/")[2])
    if not found or not FIRST <= int(found[1]) <= LAST:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
    except ValueError:
        return None


def file_time(mtime_ns: int) -> str | None:
    """A file's time as ISO 8601 with the offset that is in force here; None for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9).astimezone().isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return None
