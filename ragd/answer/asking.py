"""What a question asks for, and how far a text holds an answer of that kind: a day, a weight, a sum, a name."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from ragd.answer import values, words
from ragd.answer.cite import names_in
from ragd.answer.values import Measure, Values

NOT, PERHAPS, SURELY = 0.0, 0.5, 1.0  # how far a text holds the kind of answer; a bare number is perhaps of any unit

LABEL = 4  # words before a number in which its label stands

# What a question asks for, by the words it asks with.
_ASKS = {
    "when": r"^when\b|\b(?:what|which) (?:year|date|day|month|time|century|decade)\b|\bsince when\b|\bhow long ago\b"
    r"|\bwanneer\b|\bwann\b|\bquand\b|\bcuándo\b",
    "amount": r"\bhow (?:many|much|old|far|tall|high|heavy|long|big|large|often|deep|wide|fast|hot|warm|cold|loud)\b"
    r"|\b(?:what|which)(?: is| was| are| were|'s)? (?:the |my |our |your )?(?:\w+ ){0,3}(?:price|cost|fee|rent|salary"
    r"|premium|deductible|excess|amount|budget|total|temperature|age|height|weight|distance|percentage|population|number"
    r"|rate|share|mortality|revenue|turnover|rating|score|version)\b"
    r"|\bwhat (?:do|does|did|will|would|must) .{1,60}\b(?:cost|pay|charge|owe|earn|weigh)\b"
    r"|\bcosts?\b.*\?|\bhoeveel\b|\bwie ?viel\b|\bcombien\b|\bcuánto",
    "phone": r"\b(?:phone|telephone|mobile)\b.*\bnumber\b|\bnumber (?:can|do|should) i call\b",
    "email": r"\be-?mail address\b",
    "link": r"\b(?:url|link|web ?(?:site|page|address))\b(?=\s*(?:of|for|to|is|was|\?|$))",
    "code": r"\b(?:password|passcode|pin|access code|code|iban|account number|licen[cs]e plate|serial number|"
    r"(?:policy|order|invoice|reference|customer|member(?:ship)?|confirmation|tracking|flight|case|contract) number)\b",
    "who": r"^who\b|^whose\b|^whom\b|\bwhich (?:person|people)\b|\bwhat(?: is|'s| was) the name of\b|^wie heet\b"
    r"|^wer\b|^qui\b|\b(?:which|what) (?:company|firm|brand|make|hospital|hotel|shop|store|contractor|supplier)\b",
    "where": r"^where\b|\b(?:what|which) (?:city|town|country|street|place|address|room)\b|^waar\b|^wo\b|^où\b",
    "colour": r"\b(?:what|which) colou?r\b",
}
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|may|must|am)\b", re.IGNORECASE
)


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(words.stem, text.split()))


_TIMES = (
    "second sec",
    "minute min",
    "hour hr",
    "day night weekend",
    "week",
    "month quarter",
    "year yr",
    "decade century",
)
_TIME_UNITS = _stems(" ".join(_TIMES))
_MONEY = re.compile(
    r"\bhow much\b.*\b(?:pay|pays|paid|cost|costs|charged?|charges|owe|owed|earn|spend|spent|insured|worth|refund"
    r"|fined?|compensat\w+|reimburs\w+|lend|lent|borrow\w*|price|rent|fee|premium|euros?|dollars?|money)\b"
    r"|\b(?:price|costs?|fee|rent|salary|wage|premium|deductible|budget|fare)\b"
    r"|\bwhat (?:do|does|did|will|would|must) .{1,60}\b(?:cost|charge|pay|owe|earn)\b",
    re.IGNORECASE,
)
# What a number must be of, by how it is asked for: the first that fits.
_MEASURED = [
    (re.compile(asks, re.IGNORECASE), units)
    for asks, units in (
        (r"\bhow old\b|\bwhat age\b|\bhow long (?:do|does|did|will|can|may|must|ha[sd]|have)\b", _TIME_UNITS),
        (_MONEY.pattern, frozenset(values.CURRENCIES.values()) | _stems("% cents million billion crore")),
        (
            r"\bhow heavy\b|\bweigh(?:s|ed|t)?\b",
            _stems("kg kilo kilos g gram lb lbs pound oz ounce ton tonne stone gbp"),
        ),
        (
            r"\bhow (?:tall|high|deep|wide|far|broad|thick)\b|\b(?:height|width|distance)\b",
            _stems("mm cm m km metre meter centimetre centimeter kilometre kilometer mile foot feet ft inch yard"),
        ),
        (r"\bhow (?:hot|cold|warm)\b|\btemperature\b", _stems("degree degrees celsius c f k °c °f °")),
        (r"\bhow loud\b|\bdecibels?\b", _stems("db decibel")),
        (r"\bhow (?:much|many \w*) ?(?:ram|memory|megabytes?|gigabytes?)\b", _stems("kb mb gb tb kib mib gib k m g")),
    )
]
_UNITS = [_TIME_UNITS, *(units for _, units in _MEASURED)]
_KNOWN = frozenset[str]().union(*_UNITS)
_PHONE = re.compile(r"\+?\(?\d[\d\s()./-]{5,}\d")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w+")
_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|nl|de|fr|eu|io|co\.uk|uk)\b")
_EXTENSION = re.compile(r"\b(?:ext|extension|tel|phone|call|dial|number)\b\D{0,12}\d{3,}", re.IGNORECASE)
_TIME_WORD = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|mornings?|afternoons?|evenings?|noon|midnight|weekends?|daily|weekly|monthly"
    r"|yearly|annually|spring|summer|autumn|winter|christmas|easter|century|centuries|decades?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b",
    re.IGNORECASE,
)
_AMOUNT_WORD = re.compile(
    r"\b(?:once|none|dozens?|hundreds?|thousands?|millions?|billions?|half|third|quarter|daily|weekly|monthly|yearly"
    r"|annually|every|free|percent|both|pair|always|never|rarely|sometimes)\b",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"\b(?:red|blue|green|yellow|white|black|gr[ae]y|brown|pink|purple|orange|beige|silver|gold(?:en)?|violet|cream)\b",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^[ \t>]*\d{1,2}[.)][ \t]+", re.MULTILINE)
_YEAR = re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for, and what it already says itself."""

    text: str
    stems: frozenset[str]
    names: frozenset[str]
    values: Values
    kinds: frozenset[str]
    counted: frozenset[str]  # what a number must be of: stems of the words after "how many", a currency, a time
    measured: bool  # whether those are all the units that there are: of time, of weight
    yes_no: bool


def asked_of(question: str) -> Asked:
    """Read a question: its content words, its names and numbers, and the kind of answer it wants."""
    stripped = question.strip()
    counted = _counted(stripped)
    return Asked(
        text=stripped,
        stems=frozenset(words.content(stripped)),
        names=names_in(stripped),
        values=values.values(stripped),
        kinds=frozenset(kind for kind, pattern in _PATTERNS.items() if pattern.search(stripped)),
        counted=counted,
        measured=any(counted <= units for units in _UNITS),
        yes_no=bool(_YES_NO.match(stripped)),
    )


def _counted(question: str) -> frozenset[str]:
    """What the number of an answer must be of; empty where the question leaves it open."""
    many = re.search(r"\bhow many((?:\s+[^\W\d_]+){1,3})", question, re.IGNORECASE)
    if many:
        named = itertools.takewhile(lambda word: word.casefold() not in words.SMALL, many[1].split())
        found = frozenset(words.stem(word) for word in named)
        return _about(found) if found & _TIME_UNITS else found
    return next((units for asks, units in _MEASURED if asks.search(question)), frozenset())


def _about(found: frozenset[str]) -> frozenset[str]:
    """The units of time that are next to a unit: how many months is answered by weeks and by years."""
    near: set[str] = set()
    for at, unit in enumerate(_TIMES):
        if _stems(unit) & found:
            near.update(*map(_stems, _TIMES[max(0, at - 1) : at + 2]))
    return frozenset(near)


def held(asked: Asked, text: str, facts: str = "") -> float:
    """How far a text holds the kind of answer that is asked for, apart from what the question says itself."""
    text = _LIST_NUMBER.sub("", text)
    return min((_HELD[kind](asked, text, facts) for kind in asked.kinds), default=SURELY)


def reaches(asked: Asked, text: str) -> bool:
    """Whether a passage with what is known of it has what somebody is reached by, where that is asked for."""
    by_phone = "phone" not in asked.kinds or _PHONE.search(values.without_dates(text)) or _EXTENSION.search(text)
    return bool(by_phone) and ("email" not in asked.kinds or bool(_EMAIL.search(text)))


def _when(asked: Asked, text: str, facts: str) -> float:
    shown = values.values(text)
    known = values.stated(asked.values)
    fresh = [one for one in shown.measures if not one.readings & known]
    years = any(_is_year(one) for one in fresh) or any(
        when.year and when.year not in known for readings in shown.dates for when in readings
    )
    if years or any(one.units & _TIME_UNITS for one in fresh):
        return SURELY
    if _YEAR.search(asked.text):
        return NOT
    days = set(shown.dates) - set(asked.values.dates) or shown.times - asked.values.times or shown.weekdays
    if days or _TIME_WORD.search(text):
        return SURELY
    return PERHAPS if any(not one.units for one in fresh) else NOT


def _is_year(one: Measure) -> bool:
    return any(1000 <= reading <= 2100 and reading == int(reading) for reading in one.readings) and not one.units


def _amount(asked: Asked, text: str, facts: str) -> float:
    shown = values.values(text)
    if not asked.counted:
        return SURELY if _new_numbers(asked, shown) or _AMOUNT_WORD.search(text) else NOT
    known = values.stated(asked.values)
    fresh = [one for one in shown.measures if not one.readings & known]
    if any(one.units & asked.counted for one in fresh):
        return SURELY
    bare = any(not one.units for one in fresh)
    if bare and (_labels(asked, text) or asked.counted & set(words.content(facts))):
        return SURELY
    other = any(not asked.measured or not one.units & _KNOWN for one in fresh)  # kilos are no metres
    return PERHAPS if bare or other or _AMOUNT_WORD.search(text) else NOT


def _labels(asked: Asked, text: str) -> bool:
    """Whether a word of the question stands before a number as its label: "Chairs: 120"."""
    said = [words.stem(word) for word in words.tokens(text)]
    asking = asked.stems | asked.counted
    return any(one[:1].isdigit() and asking & set(said[max(0, at - LABEL) : at]) for at, one in enumerate(said))


def _code(asked: Asked, text: str, facts: str) -> float:
    shown = values.values(text)
    new = shown.codes - asked.values.codes or _new_numbers(asked, shown) or "password" in asked.text.casefold()
    return SURELY if new else NOT


def _name(asked: Asked, text: str, facts: str) -> float:
    known = asked.names | asked.stems
    return SURELY if _capitalised(text) - known else PERHAPS * bool(_capitalised(facts) - known)


def _capitalised(text: str) -> frozenset[str]:
    """The stems of the words with a capital, but small ones and days."""
    found = (word.casefold() for word in words.tokens(text) if word[0].isupper())
    ordinary = words.SMALL | values.MONTHS.keys() | values.WEEKDAYS.keys()
    return frozenset(words.stem(word) for word in found if word not in ordinary)


def _colour(asked: Asked, text: str, facts: str) -> float:
    return SURELY if _COLOUR.search(text) else PERHAPS * _name(asked, text, facts)


def _new_numbers(asked: Asked, shown: Values) -> bool:
    known = values.stated(asked.values)
    return any(not readings & known for readings in shown.numbers) or bool(values.stated(shown) - known)


_HELD: dict[str, Callable[[Asked, str, str], float]] = {
    "when": _when,
    "amount": _amount,
    "phone": lambda asked, text, facts: float(bool(_PHONE.search(text))),
    "email": lambda asked, text, facts: float(bool(_EMAIL.search(f"{text} {facts}"))),
    "link": lambda asked, text, facts: float(bool(_LINK.search(text))),
    "code": _code,
    "who": _name,
    "where": _name,
    "colour": _colour,
}
