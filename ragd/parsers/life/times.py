"""When an event is, in words: its days and hours, how often it comes back, and when it does not or at another time."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

EVERY = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}  # fmt: skip  # noqa: E501
DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}  # fmt: skip  # noqa: E501
WEEKDAY = re.compile(r"([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
MOST_DAYS = 50  # that are named; of more it is said how many


def values_of(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def moment_of(event: Any, name: str) -> date | None:
    value = stated_of(event, name)
    return value if isinstance(value, date) else None


def stated_of(event: Any, name: str) -> Any:
    """A date or a length of time; None where it is absent or broken."""
    try:
        return getattr(next(iter(values_of(event, name)), None), "dt", None)
    except ValueError:
        return None


def when(event: Any) -> str:
    start, end = moment_of(event, "DTSTART"), moment_of(event, "DTEND")
    if start is None:
        return ""
    length = stated_of(event, "DURATION")
    if end is None and isinstance(length, timedelta):
        end = start + length
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else None  # it is exclusive
        return day(start) + (f" to {day(last)}" if last and last > start else "")
    zone = f" ({start.tzinfo})" if start.tzinfo else ""
    if not isinstance(end, datetime) or end == start:
        return f"{day(start)}, {start:%H:%M}{zone}"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{day(end)}, {end:%H:%M}"
    return f"{day(start)}, {start:%H:%M} to {until}{zone}"


def due(event: Any) -> str:
    last = moment_of(event, "DUE")
    return f"Due: {day(last)}" if last else ""


def day(when: date) -> str:
    return f"{when:%A} {_short(when)}"


def recurrence(event: Any) -> str:
    """ "every 2 weeks on Tuesday and Thursday until 1 June 2024"."""
    rule = next(iter(values_of(event, "RRULE")), None)
    if not isinstance(rule, dict):
        return ""
    stated = {name.upper(): values if isinstance(values, list) else [values] for name, values in rule.items()}
    unit = EVERY.get(str(stated.get("FREQ", [""])[0]).upper())
    if unit is None:
        return ""
    interval = stated.get("INTERVAL", [1])[0]
    words = [f"every {unit}" if interval in (1, "1") else f"every {interval} {unit}s"]
    days = [_weekday(str(day)) for day in stated.get("BYDAY", [])]
    if days:
        words.append("on " + " and ".join(filter(None, (", ".join(days[:-1]), days[-1]))))
    elif stated.get("BYMONTHDAY"):
        words.append("on day " + ", ".join(map(str, stated["BYMONTHDAY"])))
    until = stated.get("UNTIL", [None])[0]
    if isinstance(until, date):
        words.append(f"until {until.day} {until:%B %Y}")
    elif stated.get("COUNT"):
        words.append(f"{stated['COUNT'][0]} times")
    return " ".join(words)


def _weekday(stated: str) -> str:
    found = WEEKDAY.fullmatch(stated)
    if not found:
        return stated
    number = int(found[1] or 0)
    return f"the {NTH.get(number, f'{number}th')} {DAYS[found[2]]}" if number else DAYS[found[2]]


def exceptions(event: Any, changed: Sequence[Any]) -> Iterator[str]:
    """When an event that comes back does not, or otherwise: "not on 3 May 2024", "on 10 May 2024 moved to ...".

    `changed` are the single events of it that the calendar states by themselves.
    """
    start = moment_of(event, "DTSTART")
    cancelled = [one for one in changed if str(one.get("STATUS", "")).upper() == "CANCELLED"]
    off = [first for one in cancelled if (first := _original(one, start))]
    out = sorted({*_days(event, "EXDATE", start), *off}, key=str)
    more = sorted(set(_days(event, "RDATE", start)), key=str)
    yield _listed("not on", [_short(one) for one in out])
    yield _listed("also on", [_at(one) for one in more])
    moved = [(first, one) for one in changed if one not in cancelled and (first := _original(one, start))]
    said = [_changed(event, one, first) for first, one in sorted(moved, key=lambda pair: str(pair[0]))]
    said = [one for one in said if one]
    yield from said[:MOST_DAYS]
    if len(said) > MOST_DAYS:
        yield f"and {len(said) - MOST_DAYS} times more otherwise"


def instead(event: Any) -> str:
    """Of a single event of one that comes back, which one it is where it is at another time."""
    start = moment_of(event, "DTSTART")
    first = _original(event, start)
    return f"Instead of {_at(first)}" if first and first != start else ""


def _changed(event: Any, one: Any, first: date) -> str:
    many = "THISANDFUTURE" in str(getattr(one.get("RECURRENCE-ID"), "params", {}).get("RANGE", "")).upper()
    on = f"from {_short(first)} on" if many else f"on {_short(first)}"
    start = moment_of(one, "DTSTART")
    if start and start != first:
        return f"{on} moved to {when(one)}"
    other = [str(one[name]) for name in ("SUMMARY", "LOCATION") if one.get(name) and one.get(name) != event.get(name)]
    return f"{on}: {', '.join(other)}" if other else ""


def _days(event: Any, name: str, start: date | None) -> Iterator[date]:
    for value in values_of(event, name):
        try:
            stated = [one.dt for one in getattr(value, "dts", [])]
        except ValueError:
            continue  # a broken line
        for one in stated:
            first = one[0] if isinstance(one, tuple) else one  # of a period its beginning
            if isinstance(first, date):
                yield _as_shown(first, start)


def _original(event: Any, start: date | None) -> date | None:
    first = moment_of(event, "RECURRENCE-ID")
    return _as_shown(first, start) if first else None


def _as_shown(when: date, start: date | None) -> date:
    """In the zone in which the event is told: programs write exceptions in UTC."""
    if isinstance(when, datetime) and isinstance(start, datetime) and when.tzinfo and start.tzinfo:
        return when.astimezone(start.tzinfo)
    return when


def _listed(what: str, days: Sequence[str]) -> str:
    named = ", ".join(days[:MOST_DAYS])
    more = f" and {len(days) - MOST_DAYS} more" if len(days) > MOST_DAYS else ""
    return f"{what} {named}{more}" if days else ""


def _at(when: date) -> str:
    return f"{day(when)}, {when:%H:%M}" if isinstance(when, datetime) else day(when)


def _short(when: date) -> str:
    return f"{when.day} {when:%B %Y}"
