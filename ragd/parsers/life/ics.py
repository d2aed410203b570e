"""iCalendar: an event, a task or a journal entry a document, with when, how often, where and who in words."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from ragd.parsers import dates
from ragd.parsers.decode import decode, unix_lines
from ragd.parsers.life.components import components
from ragd.parsers.life.times import due, exceptions, instead, moment_of, recurrence, values_of, when
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format
from ragd.records import Document, Member

EVENT = Format("calendar/1", "", "event", "")
KINDS = ("VEVENT", "VTODO", "VJOURNAL")
ZONE_NAME = re.compile(r"^TZID[^:\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
MOST_ZONES = 100
SINGLE = re.compile(r"^RECURRENCE-ID[;:]", re.MULTILINE | re.IGNORECASE)
UID = re.compile(r"^UID(?:;[^:\n]*)?:(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE)
MOST_SINGLE = 200  # events of one that comes back, which are told in it too
WRAPPED = "BEGIN:VCALENDAR\n{}{}\nEND:VCALENDAR\n"
SAID = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
STATES = {"CANCELLED": "cancelled", "TENTATIVE": "tentative", "COMPLETED": "done", "IN-PROCESS": "in process"}


def parse(source: Source) -> Parsed:
    text = unix_lines(decode(source.data))
    blocks = list(components(text, *KINDS))
    if not blocks and "BEGIN:VCALENDAR" not in text[:20_000].upper():
        raise Unreadable("is not a calendar")
    if not blocks:
        raise NothingInIt("no event in it")
    zones, singles = _own_zones(text), _singles(blocks)
    for block in blocks:
        inner = source.inner("event", b"", source.part or "", EVENT)
        inner.part = source.part
        changed = () if SINGLE.search(block) else singles.get(_uid(block), ())
        yield from guard(inner, partial(_read, block, changed, zones, len(blocks) == 1))


def _own_zones(text: str) -> dict[str, str]:
    """The time zones that only the file knows, by their names: reading one takes longer than reading an event."""
    known = available_timezones()
    named = ((ZONE_NAME.search(zone), f"{zone}\n") for zone in islice(components(text, "VTIMEZONE"), MOST_ZONES))
    return {name[1].strip(): zone for name, zone in named if name and name[1].strip() not in known}


def _singles(blocks: Sequence[str]) -> dict[str, list[str]]:
    """The single events, moved or cancelled, of each that comes back."""
    found: dict[str, list[str]] = {}
    for block in blocks:
        if SINGLE.search(block):
            found.setdefault(_uid(block), []).append(block)
    return found


def _uid(block: str) -> str:
    found = UID.search(block)
    return re.sub(r"\n[ \t]", "", found[1]).strip() if found else ""


def _read(block: str, changed: Sequence[str], zones: dict[str, str], alone: bool, source: Source) -> Parsed:
    event = _event(block, zones)
    if event is None:
        source.part = source.unique(f"{source.part} > a broken event" if source.part else "a broken event")
        raise Unreadable("a broken event")
    single = [_event(one, zones) for one in changed[:MOST_SINGLE]]
    document = _document(source, event, [one for one in single if one is not None])
    if not alone or source.part:
        day = f", {document.date[:10]}" if document.date else ""
        called = f"{document.title or 'untitled'}{day}"
        source.part = source.unique(f"{source.part} > {called}" if source.part else called)
    yield Member(source.part, document)


def _event(block: str, zones: dict[str, str]) -> Any:
    """None where it is broken."""
    from icalendar import Calendar

    try:
        needed = "".join(zone for name, zone in zones.items() if name in block)
        calendar = Calendar.from_ical(WRAPPED.format(needed, block))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    return next(one for one in calendar.walk() if one.name in KINDS)


def _document(source: Source, event: Any, changed: Sequence[Any]) -> Document:
    title, organizer, attendees = _text(event, "SUMMARY"), _people(event, "ORGANIZER"), _people(event, "ATTENDEE")
    start = moment_of(event, "DTSTART") or moment_of(event, "DUE")
    reading = Reading()
    reading.heading(title, 1)
    facts = (
        when(event),
        instead(event),
        recurrence(event),
        *exceptions(event, changed),
        due(event),
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


def _text(event: Any, name: str) -> str:
    return next((fact(str(value)) or "" for value in values_of(event, name)), "")


def _description(event: Any) -> str:
    told = "\n\n".join(str(value) for value in values_of(event, "DESCRIPTION"))
    if re.search(r"<(?:br|p|div|html|ul|b|a )\b", told, re.IGNORECASE):  # as Google and Teams write it
        from ragd.parsers.web.html import read_page

        return read_page(told.replace("\n", "<br>"), meant_as="mail").text
    return told


def _categories(event: Any) -> Iterator[str]:
    for value in values_of(event, "CATEGORIES"):
        yield from map(str, getattr(value, "cats", [value]))


def _people(event: Any, name: str) -> list[tuple[str, str]]:
    """Names with addresses, and what they said to the invitation."""
    people = []
    for value in values_of(event, name):
        address = fact(str(value).removeprefix("mailto:").removeprefix("MAILTO:")) or ""
        parameters = getattr(value, "params", {})
        called = fact(str(parameters.get("CN", ""))) or ""
        shown = f"{called} <{address}>" if called and "@" in address and called != address else called or address
        people.append((shown, SAID.get(str(parameters.get("PARTSTAT", "")).upper(), "")))
    return [(shown, said) for shown, said in people if shown]


def _named(name: str, value: str) -> str:
    return f"{name}: {value}" if value else ""
