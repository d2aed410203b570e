"""Why a query's filters left nothing: which of them no document meets, and what would be met."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import PurePath

from ragd.places import day
from ragd.records import Found
from ragd.search.query import Condition, Filter, Query, conditions, shown_day, words_of

Count = Callable[[Sequence[Condition]], int]
Combinations = Callable[[Sequence[str]], Iterable[tuple[Found, int]]]

OFFERED_FROM = {  # facts of documents
    "type": ("kind", "path"),
    "in": ("path",),
    **dict.fromkeys(("from", "to"), ("author", "recipients")),
    "title": ("kind",),
    "label": ("labels",),
    "tag": ("tags",),
    **dict.fromkeys(("after", "before"), ("date",)),
}
SAID = 6  # kinds, folders or names that are offered at most
SUFFIX = re.compile(r"(?=.*[a-z])[a-z0-9]{1,8}")  # what people call one; a Maildir's names end in ".host:2,RS"
MAILDIR = re.compile(r"\d+\.[^.]+\.")  # so such a name begins; its last part is the machine's name
NEAR = 0.7  # how alike a name must be to be offered (difflib's ratio)


@dataclass(slots=True)
class _Known:
    """What there is to be met, and how often."""

    kinds: Counter[str] = field(default_factory=Counter)
    suffixes: Counter[str] = field(default_factory=Counter)
    folders: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)
    writers: Counter[str] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)  # by the words of their names
    labels: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    def add(self, found: Found, times: int) -> None:
        path = PurePath(found.path)
        self.kinds[found.kind] += times
        self.suffixes[_suffix(path)] += times
        self.files.add(path.name)
        names = [word for one in (found.author or "", *found.recipients) for word in words_of(_name(one))]
        readers = {word for person in found.recipients for word in words_of(person)}
        for counter, said in (
            (self.folders, path.parts[1:-1]),
            (self.writers, words_of(found.author or "")),
            (self.readers, readers),
            (self.people, names),
            (self.labels, map(_in_quotes, found.labels)),
            (self.tags, map(_in_quotes, found.tags)),
        ):
            for one in said:
                counter[one] += times
        if found.date and shown_day(found.date):
            self.first = min(self.first or found.date, found.date)
            self.last = max(self.last, found.date)

    def near_people(self, value: str, among: Counter[str]) -> str:
        """Of these words those that are like the value, else those of names."""
        return _near(value, among, self.people & among)


def _suffix(path: PurePath) -> str:
    """What `type:` would be asked for; "" where the end of the name is no suffix."""
    suffix = path.suffix.lower().lstrip(".")
    in_maildir = path.parent.name in ("cur", "new") and MAILDIR.match(path.name)
    return suffix if SUFFIX.fullmatch(suffix) and not in_maildir else ""


def _name(person: str) -> str:
    """Of an address alone what stands before the @: the rest names no person."""
    return person.rpartition("<")[0] or person.partition("@")[0]


def why_nothing(query: Query, count: Count, combinations: Combinations) -> list[str]:
    """One line for each name of filters that no document meets; one line if each is met, but not all together.

    `count` says how many documents meet conditions, `combinations` which of some facts there are together.
    """
    asked = _by_name(query)
    counts = {name: count(conditions(replace(query, filters=tuple(filters)))) for name, filters in asked.items()}
    unmet = [name for name in asked if not counts[name]]
    if unmet:
        return [_unmet(asked[name], _known(combinations(OFFERED_FROM[name]))) for name in unmet]
    if len(asked) < 2:
        return []
    met = ", ".join(f"{_written(filters)} ({counts[name]:,})" for name, filters in asked.items())
    return [f"each condition is met by some documents, but all of them by none: {met}"]


def _known(combinations: Iterable[tuple[Found, int]]) -> _Known:
    known = _Known()
    for found, times in combinations:
        known.add(found, times)
    return known


def _by_name(query: Query) -> dict[str, list[Filter]]:
    asked: dict[str, list[Filter]] = {}
    for one in query.filters:
        if not one.excludes:
            asked.setdefault(one.name, []).append(one)
    return asked


def _written(filters: list[Filter]) -> str:
    return " ".join(f"{one.name}:{_in_quotes(one.value)}" for one in filters)


def _in_quotes(value: str) -> str:
    """A name as it is written in a query."""
    return f'"{value}"' if " " in value else value


def _unmet(filters: list[Filter], known: _Known) -> str:
    name, value = filters[0].name, filters[0].value
    offers = {
        "type": lambda: ("nothing here is of this type", _kinds(known)),
        "in": lambda: ("no folder or file has this name", _near(value, [*known.folders, *known.files], known.folders)),
        "from": lambda: ("nobody of this name wrote anything here", known.near_people(value, known.writers)),
        "to": lambda: ("nothing here went to anybody of this name", known.near_people(value, known.readers)),
        "title": lambda: ("no title has these words in a row", ""),
        "label": lambda: ("nothing here has this label", _near(value, known.labels, known.labels)),
        "tag": lambda: ("nothing here has this tag", _near(value, known.tags, known.tags)),
        "after": lambda: ("nothing here is of that day or later", f"the newest is of {day(known.last)}"),
        "before": lambda: ("nothing here is older than that day", f"the oldest is of {day(known.first)}"),
    }
    what, offer = offers[name]()  # type: ignore[no-untyped-call]
    return f"{_written(filters)}: {what}" + (f"; {offer}" if offer else "")


def _kinds(known: _Known) -> str:
    kinds = ", ".join(f"{kind} ({count:,})" for kind, count in known.kinds.most_common(SAID))
    suffixes = [suffix for suffix, _ in known.suffixes.most_common() if suffix and suffix not in known.kinds]
    return f"there are {kinds}" + (f", and by suffix {', '.join(suffixes[:SAID])}" if suffixes else "")


def _near(value: str, names: Iterable[str], common: Counter[str]) -> str:
    """Names that are spelt nearly alike; else the most frequent ones."""
    folded = {name.casefold(): name for name in names}
    alike = get_close_matches(value.casefold().strip("/"), folded, n=3, cutoff=NEAR)
    if alike:
        return f"do you mean {' or '.join(folded[one] for one in alike)}?"
    most = [name for name, _ in common.most_common(2 * SAID) if len(name) > 1]
    return f"there are {', '.join(islice(most, SAID))}" if most else ""
