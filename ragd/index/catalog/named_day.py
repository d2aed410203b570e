"""The day that a note's name begins with, as diaries are kept: 2026-04-20.md, 20260421.md, 2026_03_05.md."""

import re
from datetime import date

FIRST, LAST = 1970, 2100  # other years are numbers
_DAY = re.compile(r"(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


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
