"""Dates as files state them, in ISO 8601."""

import re
from datetime import date, datetime, timedelta, timezone

ISO = re.compile(r"\d{4}-\d\d?-\d\d?")
PDF = re.compile(r"^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([+\-Zz])(?:(\d\d)'?(\d\d)?)?)?")
MONTHS = (  # as Dutch, German, French, Spanish, Italian, Portuguese, Polish and Scandinavian programs begin them
    *(
        "jan gen ene sty",
        "feb fév fev lut",
        "mar mär maa mrt mrz",
        "apr avr abr kwi",
        "may mai mei mag maj",
        "jun giu cze",
    ),
    *("jul lug lip", "aug aoû ago sie", "sep set wrz", "oct okt ott out paź", "nov lis", "dec dez déc dic des gru"),
)
LONGER = {"juin": "Jun", "juillet": "Jul", "juil": "Jul"}  # three letters are not enough
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTH_OF = {beginning: month for words, month in zip(MONTHS, ENGLISH, strict=True) for beginning in words.split()}
DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[. -]+(?:de )?([^\W\d_]{3,12})[. -]+(?:de )?(\d{4}.*)", re.DOTALL)
FIRST, LAST = 1900, 2200  # other years are a clock that was never set, or a slip of the hand


def iso(value: object) -> str | None:
    """ISO 8601 of a date, a time or the words for one ("2 March 2024"); None of anything else.

    A time keeps its offset; without one it is taken as the machine's local time. A day without a time is a bare date.
    """
    try:
        if isinstance(value, datetime):
            return _stated(value)
        if isinstance(value, date):
            return value.isoformat() if FIRST <= value.year <= LAST else None
        if isinstance(value, str) and 4 <= len(value.strip()) <= 64:
            return _words(value.strip())
    except (ValueError, OverflowError, OSError, TypeError, ArithmeticError, AttributeError):
        return None
    return None


def from_pdf(stamp: str | None) -> str | None:
    """ISO 8601 of a PDF date ("D:20240302101500+01'00'"); None where it is none."""
    found = PDF.match((stamp or "").strip())
    if not found:
        return iso(stamp)
    year, month, day, *clock, sign, hours, minutes = found.groups()
    try:
        if not month or not day:
            return None
        if clock[0] is None:
            return iso(date(int(year), int(month), int(day)))
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        zone = timezone(offset) if sign else None
        hour, minute, second = (int(part or 0) for part in clock)
        return iso(datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def in_english(text: str) -> str | None:
    """A date whose month is named in another language, without its day of the week; None where no month is known."""
    found = DAY_MONTH_YEAR.search(text)
    month = found[2].lower() if found else ""
    known = LONGER.get(month) or MONTH_OF.get(month[:3])
    return f"{found[1]} {known} {found[3]}" if found and known else None


def _words(text: str) -> str | None:
    try:
        return iso(date.fromisoformat(text)) if len(text) <= 10 else iso(datetime.fromisoformat(text))
    except ValueError:
        pass
    if text.isdigit() or not re.search(r"\d", text):
        return None  # dateutil makes a date of "5" and of "may"
    from dateutil import parser  # type: ignore[import-untyped]

    one, other = (
        parser.parse(text, default=datetime(year, month, day)) for year, month, day in ((2000, 1, 1), (2001, 2, 2))
    )
    if one.date() != other.date():
        return None  # the year, the month or the day was not stated and came from the default
    return _stated(one) if re.search(r"\d:\d\d", text) else iso(one.date())


def _stated(moment: datetime) -> str | None:
    if not FIRST <= moment.year <= LAST:
        return None
    if moment.tzinfo is None:
        moment = moment.astimezone()
    return moment.replace(microsecond=0).isoformat()
