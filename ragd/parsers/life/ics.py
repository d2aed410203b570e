"""iCalendar: an event, a task or a journal entry a document, with when, how often, where and who in words."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from ragd.parsers import dates
from ragd.parsers.decode import decode, unix_lines
from ragd.parsers.life.components import components
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format
from ragd.records import Document, Member

EVENT = Format("calendar/1", "", "event", "")
KINDS = ("VEVENT", "VTODO", "VJOURNAL")
ZONE_NAME = re.compile(r"^TZID[^:\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
MOST_ZONES = 100
WRAPPED = "BEGIN:VCALENDAR\n{}{}\nEND:VCALENDAR\n"
EVERY = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}  # fmt: skip  # noqa: E501
DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}  # fmt: skip  # noqa: E501
WEEKDAY = re.compile(r"([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
SAID = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
STATES = {"CANCELLED": "cancelled", "TENTATIVE": "tentative", "COMPLETED": "done", "IN-PROCESS": "in process"}


def parse(source: Source) -> Parsed:
    text = unix_lines(decode(source.data))
    blocks = list(components(text, *KINDS))
    if not blocks and "BEGIN:VCALENDAR" not in text[:20_000].upper():
        raise Unreadable("is not a calendar")
    if not blocks:
        raise NothingInIt("no event in it")
    zones = _own_zones(text)
    for block in blocks:
        inner = source.inner("event", b"", source.part or "", EVENT)
        inner.part = source.part
        yield from guard(inner, partial(_read, block, zones, len(blocks) == 1))


def _own_zones(text: str) -> dict[str, str]:
    """The time zones that only the file knows, by their names: reading one takes longer than reading an event."""
    known = available_timezones()
    named = ((ZONE_NAME.search(zone), f"{zone}\n") for zone in islice(components(text, "VTIMEZONE"), MOST_ZONES))
    return {name[1].strip(): zone for name, zone in named if name and name[1].strip() not in known}


def _read(block: str, zones: dict[str, str], alone: bool, source: Source) -> Parsed:
    from icalendar import Calendar

    try:
        needed = "".join(zone for name, zone in zones.items() if name in block)
        calendar = Calendar.from_ical(WRAPPED.format(needed, block))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        source.part = source.unique(f"{source.part} > a broken event" if source.part else "a broken event")
        raise Unreadable("a broken event") from error
    event = next(one for one in calendar.walk() if one.name in KINDS)
    document = _document(source, event)
    if not alone or source.part:
        day = f", {document.date[:10]}" if document.date else ""
        called = f"{document.title or 'untitled'}{day}"
        source.part = source.unique(f"{source.part} > {called}" if source.part else called)
    yield Member(source.part, document)


def _document(source: Source, event: Any) -> Document:
    title, organizer, attendees = _text(event, "SUMMARY"), _people(event, "ORGANIZER"), _people(event, "ATTENDEE")
    start = _moment(event, "DTSTART") or _moment(event, "DUE")
    reading = Reading()
    reading.heading(title, 1)
    facts = (
        _when(event),
        _recurrence(event),
        _due(event),
        STATES.get(_text(event, "STATUS").upper(), ""),
        _named("Where", _text(event, "LOCATION")),
        _named("Organizer", ", ".join(name for name, _ in organizer)),
        _named("With", ", ".join(f"{name} ({said})" if said else name for name, said in attendees)),
    )
    reading.block("\n".join(filter(None, facts)))
    reading.block(_description(event))
    reading.block("\n".join(filter(None, (_text(event, name) for name in ("URL", "COMMENT")))))
    if not reading.text:
        raise NothingInIt("an empty event")
    stated = dates.iso(start)
    tags = tuple(dict.fromkeys(filter(None, map(fact, _categories(event)))))
    identity = (_text(event, "UID"), _text(event, "RECURRENCE-ID"), title, stated or "", *tags, reading.text)
    return Document(
        id=hashlib.sha256("\0".join(("calendar", *identity)).encode()).hexdigest(),
        text=reading.text,
        kind="event",
        family=source.family,
        marks=tuple(reading.marks),
        title=title or None,
        author=next((name for name, _ in organizer), None),
        recipients=tuple(name for name, _ in attendees),
        date=stated,
        tags=tags,
    )


def _values(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _text(event: Any, name: str) -> str:
    return next((fact(str(value)) or "" for value in _values(event, name)), "")


def _description(event: Any) -> str:
    told = "\n\n".join(str(value) for value in _values(event, "DESCRIPTION"))
    if re.search(r"<(?:br|p|div|html|ul|b|a )\b", told, re.IGNORECASE):  # as Google and Teams write it
        from ragd.parsers.web.html import read_page

        return read_page(told.replace("\n", "<br>"), meant_as="mail").text
    return told


def _categories(event: Any) -> Iterator[str]:
    for value in _values(event, "CATEGORIES"):
        yield from map(str, getattr(value, "cats", [value]))


def _people(event: Any, name: str) -> list[tuple[str, str]]:
    """Names with addresses, and what they said to the invitation."""
    people = []
    for value in _values(event, name):
        address = fact(str(value).removeprefix("mailto:").removeprefix("MAILTO:")) or ""
        parameters = getattr(value, "params", {})
        called = fact(str(parameters.get("CN", ""))) or ""
        shown = f"{called} <{address}>" if called and "@" in address and called != address else called or address
        people.append((shown, SAID.get(str(parameters.get("PARTSTAT", "")).upper(), "")))
    return [(shown, said) for shown, said in people if shown]


def _moment(event: Any, name: str) -> date | None:
    value = _stated(event, name)
    return value if isinstance(value, date) else None


def _stated(event: Any, name: str) -> Any:
    """A date or a length of time; None where it is absent or broken."""
    try:
        return getattr(next(iter(_values(event, name)), None), "dt", None)
    except ValueError:
        return None


def _when(event: Any) -> str:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if start is None:
        return ""
    length = _stated(event, "DURATION")
    if end is None and isinstance(length, timedelta):
        end = start + length
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else None  # it is exclusive
        return _day(start) + (f" to {_day(last)}" if last and last > start else "")
    zone = f" ({start.tzinfo})" if start.tzinfo else ""
    if not isinstance(end, datetime) or end == start:
        return f"{_day(start)}, {start:%H:%M}{zone}"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end)}, {end:%H:%M}"
    return f"{_day(start)}, {start:%H:%M} to {until}{zone}"


def _due(event: Any) -> str:
    due = _moment(event, "DUE")
    return _named("Due", _day(due)) if due else ""


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _recurrence(event: Any) -> str:
    """ "every 2 weeks on Tuesday and Thursday until 1 June 2024"."""
    rule = next(iter(_values(event, "RRULE")), None)
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


def _named(name: str, value: str) -> str:
    return f"{name}: {value}" if value else ""
