"""What a text states exactly: numbers, dates and times by value, codes letter by letter."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from ragd.answer import words

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januari januar janvier enero",
            "february feb februari februar février fevrier febrero",
            "march mar maart märz mars marzo",
            "april apr avril abril",
            "may mei mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug augustus août aout agosto",
            "september sep sept septembre septiembre",
            "october oct okt oktober octobre octubre",
            "november nov novembre noviembre",
            "december dec dez dezember décembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon maandag montag",
            "tuesday tue dinsdag dienstag",
            "wednesday wed woensdag mittwoch",
            "thursday thu donderdag donnerstag",
            "friday fri vrijdag freitag",
            "saturday sat zaterdag samstag",
            "sunday sun zondag sonntag",
        )
    )
    for name in names.split()
}
_NUMBER_WORDS = """
zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14
fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70
eighty=80 ninety=90 hundred=100 thousand=1000 million=1000000 dozen=12 twice=2 half=0.5
"""  # without "one", which is mostly no number
NUMBER_WORDS = {word: float(value) for word, value in (pair.split("=") for pair in _NUMBER_WORDS.split())}
CURRENCIES = {"€": "eur", "euro": "eur", "euros": "eur", "$": "usd", "dollar": "usd", "dollars": "usd"}
CURRENCIES |= {"£": "gbp", "pound": "gbp", "pounds": "gbp", "eur": "eur", "usd": "usd", "gbp": "gbp"}

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?({_MONTH})\b\.?,?(?:\s+(?:de\s+)?(\d{{4}}))?", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\b\.?,?\s+(\d{{4}})\b", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"\b(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})\b")
_BARE_MONTH = re.compile(rf"\b({_MONTH})\b")  # in lower-cased text, for the long names only
_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2}))?\s*([ap])\.?m\b\.?|\b(\d{1,2})[:h](\d{2})\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![^\W\d_])\d+(?:[.,'’\u00a0\u202f]\d+)*")
_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[^\W_][\w-]*\b")
_UNIT = re.compile(
    r"(\d+(?:[.,]\d+)*)(?:(?:st|nd|rd|th|s)|([^\W\d_]{1,3}|-(?:second|minute|hour|day|week|month|year)s?)(?:-old)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class When:
    """A date as far as it is stated; None: that part is not."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number and the stems of the words that say of what: "30 calendar days", "€ 450", "6.3 %"."""

    readings: frozenset[float]  # a number that can be read two ways ("1.200") has both
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Values:
    """What a text states exactly."""

    measures: tuple[Measure, ...]
    dates: tuple[tuple[When, ...], ...]  # a date that can be read two ways ("3/4/2024") has both readings
    times: frozenset[str]  # "17:05"
    codes: frozenset[str]
    weekdays: frozenset[int]  # Monday is 0

    @property
    def numbers(self) -> tuple[frozenset[float], ...]:
        return tuple(measure.readings for measure in self.measures)


def values(text: str) -> Values:
    """The exact statements of a text. The parts of a date are not numbers of their own."""
    dates, rest = _dates(text)
    times, rest = _times(rest)
    codes, rest = _codes(rest)
    spoken = re.findall(r"[^\W\d_]+", rest.casefold())
    weekdays = frozenset(WEEKDAYS[word] for word in spoken if word in WEEKDAYS and len(word) > 3)
    return Values(tuple(_measures(rest)), tuple(dates), times, codes, weekdays)


def only_when(text: str) -> bool:
    """Whether a text is a day or a time and nothing else: what stands before an entry of a log."""
    dates, rest = _dates(text)
    times, rest = _times(rest)
    return bool(dates or times) and all(word in WEEKDAYS for word in re.findall(r"[^\W_]+", rest.casefold()))


def stated(shown: Values) -> frozenset[float]:
    """Every number that a text shows, the parts of its dates too: what a claim may lean on. "1,200" shows no 200."""
    found = {reading for readings in shown.numbers for reading in readings}
    for when in (when for readings in shown.dates for when in readings):
        found |= {float(part) for part in (when.year, when.day) if part is not None}
    return frozenset(found)


def agrees(claim: When, shown: When, context: When | None) -> bool:
    """Whether a claimed date is the shown one; a year that the text leaves out is the document's own."""
    year = shown.year or (context.year if context else None)
    return (
        (claim.day is None or claim.day == shown.day)
        and (claim.month is None or claim.month == shown.month)
        and (claim.year is None or claim.year == year)
    )


def of_iso(iso: str | None) -> When | None:
    """The day of an ISO 8601 date or time; None where it is none."""
    found = _ISO.match(iso or "")
    return When(int(found[1]), int(found[2]), int(found[3])) if found else None


def weekday(when: When) -> int | None:
    """Monday is 0; None where the date is not whole."""
    try:
        return date(when.year or 0, when.month or 0, when.day or 0).weekday()
    except ValueError:
        return None


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[When, ...]]], ...] = (
    (_ISO, lambda m: (When(int(m[1]), int(m[2]), int(m[3])),)),
    (_NUMERIC, lambda m: _either(int(m[1]), int(m[3]), _year(m[4]))),
    (_DAY_MONTH, lambda m: (When(_year(m[3]), MONTHS[m[2].casefold()], int(m[1])),)),
    (_MONTH_YEAR, lambda m: (When(int(m[2]), MONTHS[m[1].casefold()], None),)),
    (_MONTH_DAY, lambda m: (When(_year(m[3]), MONTHS[m[1].casefold()], int(m[2])),)),
)


def _dates(text: str) -> tuple[list[tuple[When, ...]], str]:
    found: list[tuple[When, ...]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            readings = tuple(when for when in read(match) if _possible(when))
            found += [readings] if readings else []
        text = pattern.sub(" ", text)
    for match in _BARE_MONTH.finditer(text.casefold()):
        if len(match[1]) > 3 and text[match.start() : match.start() + 1].isupper():
            found.append((When(None, MONTHS[match[1]], None),))
    return found, text


def _either(first: int, second: int, year: int | None) -> tuple[When, ...]:
    """Day first (most of the world) or month first (the United States)."""
    readings = (When(year, second, first), When(year, first, second))
    return readings if first != second else readings[:1]


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _possible(when: When) -> bool:
    return (when.month is None or 1 <= when.month <= 12) and (when.day is None or 1 <= when.day <= 31)


def _times(text: str) -> tuple[frozenset[str], str]:
    found = set()
    for match in _TIME.finditer(text):
        hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
        if match[3]:
            hour = hour % 12 + (12 if match[3].casefold() == "p" else 0)
        if hour < 25 and minute < 60:
            found.add(f"{hour}:{minute:02}")
    return frozenset(found), _TIME.sub(" ", text)


def _codes(text: str) -> tuple[frozenset[str], str]:
    """Codes such as "NL91ABNA" or "B-204"; a number with its unit ("450EUR", "2nd", "1980s") is a number."""
    found = {match.group() for match in _CODE.finditer(text)}
    plain = {code: f" {unit[1]} {(unit[2] or '').lstrip('-')} " for code in found if (unit := _UNIT.fullmatch(code))}
    rest = _CODE.sub(lambda match: plain.get(match.group(), " "), text)
    return frozenset(code.casefold() for code in found - plain.keys()), rest


def _measures(text: str) -> Iterator[Measure]:
    for match in _NUMBER.finditer(text):
        yield Measure(_readings(match.group()), _units(text[: match.start()], text[match.end() :]))
    for match in re.finditer(r"[^\W\d_]+", text):
        if match.group().casefold() in NUMBER_WORDS:
            readings = frozenset({NUMBER_WORDS[match.group().casefold()]})
            yield Measure(readings, _units(text[: match.start()], text[match.end() :]))


def _units(before: str, after: str) -> frozenset[str]:
    """What a number counts: a currency before it, a percent sign, or the next words up to a small one or a comma."""
    found = {CURRENCIES[sign] for sign in re.findall(r"([€$£]|\b(?:eur|usd|gbp))\s*$", before[-5:].casefold())}
    after = after[:60].replace("per cent", "percent").casefold()
    if sign := re.match(r"\s*(%|percent|procent|prozent|[€$£])", after):
        return frozenset({*found, CURRENCIES.get(sign[1], "%")})
    named = re.match(r"(?:[\s-]+[^\W\d_]+['’]?){1,3}", after)
    for word in re.findall(r"[^\W\d_]+", named.group()) if named else ():
        if word in words.SMALL or word in MONTHS:
            break
        if word not in NUMBER_WORDS:
            found.add(CURRENCIES.get(word, words.stem(word)))
    return frozenset(found)


def _readings(digits: str) -> frozenset[float]:
    """The values that written digits can have: "1.200" is 1200 in Utrecht and 1.2 in London."""
    plain = re.sub(r"['’\u00a0\u202f]", "", digits)[:300]
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return frozenset({float(plain)})
    last = marks[-1]
    head, _, tail = plain.rpartition(last)
    whole = float(re.sub(r"[.,]", "", plain))
    if marks.count(last) > 1:
        return frozenset({whole})
    fraction = float(re.sub(r"[.,]", "", head) + "." + tail)
    if len(tail) == 3 and len(marks) == 1:
        return frozenset({whole, fraction})
    return frozenset({fraction})


def without_dates(text: str) -> str:
    """A text without the dates that are written in digits only."""
    return _NUMERIC.sub(" ", _ISO.sub(" ", text))
