"""The query language: words, "phrases", -words, and filters such as from:dana or after:2024-03.

Different filters narrow, the same filter twice widens, -from:x excludes. What looks like a filter and is none
(http://, 10:30, foo:bar) is plain text.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath

from ragd.errors import QueryError
from ragd.records import Found

Test = Callable[[Found], bool]
Condition = tuple[tuple[str, ...], Test]  # the facts (fields of a document) that it looks at, and what is true of them

EXAMPLES = {
    "from": 'from:dana, from:"Dana Visser" or from:dana@example.org',
    "to": 'to:kees or to:"Kees de Wit"',
    "after": "after:2024, after:2024-03, after:2024-03-02 or after:yesterday",
    "before": "before:2024, before:2024-03, before:2024-03-02 or before:today",
    "type": "type:pdf, type:mail or type:docx",
    "in": "in:taxes, in:report.md or in:2024-*",
    "title": 'title:report or title:"annual report"',
    "label": "label:work or label:unread",
    "tag": "tag:garden or tag:recipes/soup",
}
LOOKED_AT = {
    "from": ("kind", "author", "within"),
    "to": ("kind", "recipients", "within"),
    "after": ("date",),
    "before": ("date",),
    "type": ("kind", "path", "part"),
    "in": ("path",),
    "title": ("title", "path"),
    "label": ("kind", "labels"),
    "tag": ("tags",),
}
DATES = "write 2024, 2024-03, 2024-03-02, today, yesterday, last-week, this-month or 3-days-ago"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

TOKEN = re.compile(
    rf"""(?P<minus>-?)(?P<name>{"|".join(EXAMPLES)}):(?:"(?P<quoted>[^"]*)"?|(?P<value>[^\s"]*))
    |(?P<without>-?)"(?P<phrase>[^"]*)"
    |(?P<plain>\S+)""",
    re.VERBOSE | re.IGNORECASE,
)
WITHOUT = re.compile(r"-['\"‘(\[]*\w")  # -word, and what the eye takes for it: -'word', -(word), a quote left open
# What mail programs call what is kept as "flagged", "trashed" and so on (parsers/mail/labels.py).
USUAL = {
    **dict.fromkeys(("starred", "star", "flag"), "flagged"),
    **dict.fromkeys(("trash", "deleted", "bin"), "trashed"),
    **{"drafts": "draft", "answered": "replied", "unseen": "unread", "unopened": "unread"},
}
READ = frozenset({"read", "opened", "seen"})  # a mail that is not "unread"
# Scripts whose words no space parts, so that any part of a name or title counts: Thai to Khmer, kana, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff"
    "\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{_UNSPACED}]")
GAP = re.compile(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")
BORDER = re.compile(f"(?<=[{_UNSPACED}])(?=[^{_UNSPACED} ])|(?<=[^{_UNSPACED} ])(?=[{_UNSPACED}])")
VOICED = "\u3099\u309a"  # the marks that make another sound of a kana: no accents
QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a document's facts. `day` is what a date means: the first day of the year, month or week."""

    name: str
    value: str
    excludes: bool
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query, taken apart. `words` is what is scored: the plain words and those of the phrases, in order."""

    text: str
    words: str
    phrases: tuple[str, ...]
    without: tuple[str, ...]  # words or phrases that must not occur
    filters: tuple[Filter, ...]


def parse(text: str, *, today: date) -> Query:
    """Take a query apart; QueryError for a filter without a value, a date that is none, or nothing to look for.

    Filters alone are a query: it lists the newest documents that they leave.

    `today` is the person's, in local time: what yesterday and last-week are counted from.
    """
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: list[Filter] = []
    for token in TOKEN.finditer(text.translate(QUOTES)):
        if token["name"]:
            filters.append(_filter(token, today))
        elif token["phrase"] is not None:
            _keep(token["phrase"], without if token["without"] else phrases)
            words += [] if token["without"] else [token["phrase"]]
        elif WITHOUT.match(token["plain"]):
            without.append(token["plain"][1:])
        else:
            words.append(token["plain"])
    if not (words_of(" ".join(words)) or filters):
        what = "the query only says what to leave out" if without else "the query has no words to look for"
        raise QueryError(what, remedy="add a word, or a filter such as type:mail or after:2024")
    return Query(text, " ".join(words), tuple(phrases), tuple(without), tuple(filters))


def matches(query: Query, found: Found) -> bool:
    """Whether a document's facts pass the query's filters. This is what filters mean; see `matcher`."""
    return matcher(query)(found)


def matcher(query: Query) -> Test:
    """`matches` for many documents."""
    tests = [test for _, test in conditions(query)]
    return lambda found: all(test(found) for test in tests)


def conditions(query: Query) -> list[Condition]:
    """What filters mean, one by one."""
    wanted: dict[str, list[Test]] = {}
    barred: dict[str, list[Test]] = {}
    for one in query.filters:
        (barred if one.excludes else wanted).setdefault(one.name, []).append(_check(one))
    return [(LOOKED_AT[name], _any(tests)) for name, tests in wanted.items()] + [
        (LOOKED_AT[name], _none(tests)) for name, tests in barred.items()
    ]


def _any(tests: Sequence[Test]) -> Test:
    return lambda found: any(test(found) for test in tests)


def _none(tests: Sequence[Test]) -> Test:
    return lambda found: not any(test(found) for test in tests)


def holds(text: str, phrase: str) -> bool:
    """Whether a text has the words of a phrase in a row; letter case, accents and punctuation do not count."""
    return _stands_in(words_of(phrase), _words_in(text))


def unfiltered(query: Query) -> Query:
    """The query's words alone."""
    return replace(query, phrases=(), without=(), filters=())


def without_conditions(query: Query) -> Query:
    """The query with its filters, but without what must and must not occur in a passage."""
    return replace(query, phrases=(), without=())


# Parsing


def _keep(phrase: str, among: list[str]) -> None:
    if words_of(phrase):
        among.append(phrase.strip())


def _filter(token: re.Match[str], today: date) -> Filter:
    name = token["name"].lower()
    value = (token["quoted"] if token["quoted"] is not None else token["value"]).strip()
    empty = not value.strip("/") if name == "in" else not words_of(value)
    if empty:
        raise QueryError(f"{name}: has no value", remedy=f"write {EXAMPLES[name]}, with no space after the colon")
    day = None
    if name in ("after", "before"):
        day = first_day(value, today)
        if day is None:
            raise QueryError(f"{name}:{value} is no date", remedy=DATES)
    return Filter(name, value, bool(token["minus"]), day)


def first_day(value: str, today: date) -> date | None:
    """The first day of what a person calls a date ("2024", "2024-03", "March 2024", "last week"); None: no date."""
    words = re.sub(r"[\s_-]+", " ", value.strip().lower())
    try:
        return _numbered(value.strip()) or _named(words) or _relative(words, today)
    except (ValueError, OverflowError):
        return None


def _numbered(value: str) -> date | None:
    found = re.fullmatch(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?", value, re.ASCII)
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


def _named(words: str) -> date | None:
    found = re.fullmatch(r"(?:(\d{1,2}) )?([a-z]{3})[a-z]* (?:(\d{1,2}),? )?(\d{4})", words, re.ASCII)
    if not found or found[2] not in MONTHS or (found[1] and found[3]):
        return None
    return date(int(found[4]), MONTHS.index(found[2]) + 1, int(found[1] or found[3] or 1))


def _relative(words: str, today: date) -> date | None:
    if words in ("today", "yesterday"):
        return today - timedelta(days=words == "yesterday")
    if ago := re.fullmatch(r"(\d{1,4}) (day|week|month|year)s? ago", words, re.ASCII):
        return _back(today, int(ago[1]), ago[2])
    if period := re.fullmatch(r"(this|last) (week|month|year)", words):
        return _start(_back(today, int(period[1] == "last"), period[2]), period[2])
    return None


def _back(day: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    after = date(months // 12 + (months % 12 == 11), (months + 1) % 12 + 1, 1)
    return min(date(months // 12, months % 12 + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


# Facts


def _check(condition: Filter) -> Test:
    value, day = condition.value, condition.day or date.min
    wanted = words_of(value)
    checks: dict[str, Test] = {
        "from": lambda found: any(_person(value, wanted, person) for person in _writers(found)),
        "to": lambda found: any(_person(value, wanted, person) for person in _receivers(found)),
        "after": lambda found: (when := shown_day(found.date)) is not None and when >= day,
        "before": lambda found: (when := shown_day(found.date)) is not None and when < day,
        "type": lambda found: found.kind == value.lower() or _suffixed(found, value),
        "in": lambda found: lies_in(found.path, value),
        "label": lambda found: _labelled(found, wanted),
        "tag": lambda found: any(words_of(tag)[: len(wanted)] == wanted for tag in found.tags),
        "title": lambda found: _stands_in(wanted, words_of(found.title or PurePath(found.path).name)),
    }
    return checks[condition.name]


def _labelled(found: Found, wanted: tuple[str, ...]) -> bool:
    """Labels by words of them in a row; those of mail programs by any of their usual names too."""
    usual = " ".join(wanted)
    if any(_in_a_row(wanted, words_of(label)) for label in found.labels):
        return True
    if usual in READ:
        return found.kind == "mail" and "unread" not in found.labels
    return USUAL.get(usual) in found.labels


def _writers(found: Found) -> list[str]:
    """Who wrote a document, and of an attachment who sent it; but who forwards a message has not written it."""
    if found.kind == "mail" and found.author:
        return [found.author]
    return [person for person in (found.author, found.within.author if found.within else None) if person]


def _receivers(found: Found) -> tuple[str, ...]:
    if found.kind == "mail" and found.recipients:
        return found.recipients
    return found.recipients + (found.within.recipients if found.within else ())


def _person(value: str, wanted: Sequence[str], person: str) -> bool:
    """All words of a name, in any order ("Visser, Dana"); those of an address in a row."""
    words = words_of(person)
    if "@" in value:
        return _in_a_row(wanted, words)
    if set(wanted) <= set(words):
        return True
    return UNSPACED.search(value) is not None and all(_stands_in((word,), words) for word in wanted)


def _stands_in(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Words in a row; of a script that parts none by spaces, any part of them."""
    if not UNSPACED.search("".join(wanted)):
        return _in_a_row(wanted, words)
    sought = _run_on(wanted)
    before, after = ("" if UNSPACED.match(letter) else " " for letter in (sought[0], sought[-1]))
    return f"{before}{sought}{after}" in f" {_run_on(words)} "


def _run_on(words: Sequence[str]) -> str:
    """Words with spaces between them, but those of a script without spaces as one."""
    return BORDER.sub(" ", GAP.sub("", " ".join(words)))


def _in_a_row(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def _suffixed(found: Found, suffix: str) -> bool:
    """Of an attachment or an archive's member its own name counts; of a message in an mbox the mbox's."""
    steps = [re.sub(r" #\d+$", "", step) for step in (found.part or "").split(" > ")]
    named = [step for step in steps if step and not step.startswith(("<", "#"))]
    name = named[-1] if named else PurePath(found.path).name
    return name.lower().endswith(f".{suffix.lower().lstrip('.')}")


def shown_day(iso: str | None) -> date | None:
    """The calendar day of an ISO 8601 date or time as it is shown: of a mail, where its sender was.

    None of None or of what is no date. A filter by any other day would leave out what a person reads on the screen.
    """
    try:
        return date.fromisoformat(iso) if iso and len(iso) <= 10 else datetime.fromisoformat(iso or "").date()
    except ValueError:
        return None


def lies_in(path: str, pattern: str) -> bool:
    """Whether a folder or file name of the path is `pattern`, or matches it as a glob; letter case does not count.

    With slashes, names in a row ("taxes/2024"); from the root with a leading one; ** stands for any number of names.
    """
    names = [_same(name) for name in path.split("/") if name]
    wanted = [_same(name) for name in pattern.split("/") if name]
    starts = [0] if pattern.startswith("/") else range(len(names))
    return bool(wanted) and any(_row_matches(names, start, wanted) for start in starts)


def _row_matches(names: Sequence[str], at: int, wanted: Sequence[str]) -> bool:
    reached = {at}  # how far into `names` the pattern may have come
    for name in wanted:
        if name == "**":
            reached = set(range(min(reached), len(names) + 1))
        else:
            reached = {step + 1 for step in reached if step < len(names) and fnmatchcase(names[step], name)}
        if not reached:
            return False
    return True


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


@lru_cache(maxsize=50_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, an address or a title: letters and digits, without case and accents."""
    return _words_in(text)


def _words_in(text: str) -> tuple[str, ...]:
    if not text.isascii():
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not _is_mark(letter))
        text = unicodedata.normalize("NFC", plain)  # Hangul whole again
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def _is_mark(letter: str) -> bool:
    """An accent, or a vowel or tone that stands above or below a letter: no word ends there."""
    return letter > "\u02ff" and unicodedata.category(letter)[0] == "M" and letter not in VOICED
