"""Which documents a question names: by the words of their files' and folders' names.

A name is a fact of the place: it changes without the content changing, so it is in no index, and is looked at here, for
each question, as the catalog has it. What a name adds to a score depends on the question, on all places of the document
and on all names of the collection; a filter or a limit changes none of these.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt

Place = tuple[str, str | None]  # path, part
Stems = Callable[[str], Sequence[str]]  # a text's words, as the word index has them

# Weights set on tests/bench/names.py; the formula of a name's words is that of the word index.
WEIGHT = 0.75
FOLDER = 0.5  # of a folder's name, or of the archive's or mailbox's that holds the document, beside its own
EXACT = 0.4  # for a name that the question writes out: "lease2019.pdf" is what is asked for, whatever else says lease
SCALE = 4.0
K1, B, USUAL = 1.2, 0.75, 3.0  # USUAL: words in a name
MOST_TERMS = 24  # of a pasted page the first are looked at
LONG_NUMBER = 4  # digits: "2019" names something, "2" does not

_BOUNDARY = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|[\W_]+")
_REPEATED = re.compile(r" #\d+$")
_SUFFIX = re.compile(r"(?<=[^\s.])\.([^\W_]{1,5})\b")


@dataclass(frozen=True, slots=True)
class Name:
    """What a document is called: its own name ("" for a message among many), and the names of what holds it."""

    own: str
    around: tuple[str, ...]


def name_of(path: str, part: str | None) -> Name:
    """The names at a place. A message id is no name."""
    steps = [step for step in path.split("/") if step]
    inner = [_REPEATED.sub("", step) for step in (part or "").split(" > ") if step]
    steps += [name for step in inner if step[0] not in "<#" for name in step.split("/") if name]
    if inner and inner[-1][0] in "<#":
        return Name("", tuple(steps))
    return Name(steps[-1] if steps else "", tuple(steps[:-1]))


@lru_cache(maxsize=50_000)
def pieces(name: str) -> tuple[str, ...]:
    """The words that a name is made of: "SmokeTest_2019.pdf" is Smoke, Test and 2019."""
    return tuple(piece for piece in _BOUNDARY.split(stem_of(name)) if piece)


def stem_of(name: str) -> str:
    """A name without its suffix."""
    stem, dot, suffix = unicodedata.normalize("NFC", name).rpartition(".")
    return stem if stem and len(suffix) <= 5 and suffix.isalnum() else f"{stem}{dot}{suffix}"


class Naming:
    """One question against the names of a collection.

    `terms` are the question's words as the word index has them. `learn` comes before `adds`.
    """

    def __init__(self, question: str, terms: Collection[str], stems: Stems) -> None:
        self._question = unicodedata.normalize("NFC", question).casefold()
        self._terms = frozenset(_naming(self._question, list(terms)[:MOST_TERMS], stems))
        self._needles = _beginnings(self._terms)
        self._stems = stems
        self._folders: dict[tuple[str, ...], frozenset[str]] = {}
        self._rarity: dict[str, float] = {}
        self._scale = 1.0

    @property
    def needles(self) -> tuple[str, ...]:
        """What must stand in a name, in lower case, for it to be looked at; one that is not ASCII always is."""
        return self._needles

    def learn(self, names: Iterable[Place], total: int) -> list[Place]:
        """Take in how rare the question's words are; the places that are named, the best first.

        `names` are all those in which one of `needles` stands, `total` is the number of all names.
        """
        counts: Counter[str] = Counter()
        named = []
        for path, part in names:
            name = name_of(path, part)
            own = self._said(name.own)
            counts.update(own | self._around(name.around))
            if _telling(own) or self._is_written(name.own):
                named.append((path, part))
        for term in self._terms:
            self._rarity[term] = log(1 + (total - counts[term] + 0.5) / (counts[term] + 0.5))
        self._scale = SCALE * sqrt((K1 + 1) * sum(self._rarity.values()) or 1)
        return sorted(named, key=lambda place: (-self.adds(*place), place[0], place[1] or ""))

    def adds(self, path: str, part: str | None) -> float:
        """What the names at a place add to the score of what is there."""
        name = name_of(path, part)
        said, length = self._said(name.own), len(pieces(name.own))
        hits = said if _telling(said) else frozenset[str]()
        by_words = sum(self._rarity[term] for term in hits) * (K1 + 1) / (1 + K1 * (1 - B + B * length / USUAL))
        by_words += FOLDER * sum(self._rarity[term] for term in self._around(name.around) - hits)
        written = any(self._is_written(one) for one in (name.own, *name.around[-1:]))
        return WEIGHT * by_words / self._scale + (EXACT if written else 0.0)

    def said(self, path: str, part: str | None) -> frozenset[str]:
        """The question's words that the name at a place says."""
        return self._said(name_of(path, part).own)

    def _around(self, names: tuple[str, ...]) -> frozenset[str]:
        """The question's words that the folders' names say; many files lie in one folder."""
        if names not in self._folders:
            said = (self._said(name) for name in names)
            self._folders[names] = frozenset[str]().union(*(terms for terms in said if _telling(terms)))
        return self._folders[names]

    def _said(self, name: str) -> frozenset[str]:
        """The question's words that a name says, also where it writes two in one ("sf424", "smoketest")."""
        lower = name.casefold()
        if name.isascii() and not any(needle in lower for needle in self._needles):
            return frozenset()  # most names: taking a name apart takes fifty times as long
        found = pieces(name)
        joined = [first + second for first, second in pairwise(found)]
        return self._terms & frozenset(self._stems(" ".join([*found, *joined, "".join(found)])))

    def _is_written(self, name: str) -> bool:
        """Whether the question writes the name out: with its suffix, or one that is no everyday word without it."""
        whole = unicodedata.normalize("NFC", name).casefold()
        if whole.partition(".")[0] not in self._question:
            return False  # most names
        stem = stem_of(whole)
        return (stem != whole and self._holds(whole)) or (_is_odd(stem) and self._holds(stem))

    def _holds(self, name: str) -> bool:
        at = self._question.find(name)
        while at >= 0:
            before, after = self._question[:at][-1:], self._question[at + len(name) :][:1]
            if not before.isalnum() and not after.isalnum():
                return True
            at = self._question.find(name, at + 1)
        return False


def _is_odd(stem: str) -> bool:
    """Whether a name can be nothing but a name: "sf424_page2", "2024-03-02"; not "roof", "a list" or "12"."""
    return len(stem) >= LONG_NUMBER and not stem.isdigit() and not stem.replace(" ", "").isalpha()


def _naming(question: str, terms: Sequence[str], stems: Stems) -> list[str]:
    """The terms that may name something: the suffix of a name that is written out does not."""
    suffixes = {stem for found in _SUFFIX.findall(question) for stem in stems(found)}
    return [term for term in terms if term not in suffixes] or list(terms)


def _beginnings(terms: Collection[str]) -> tuple[str, ...]:
    """How the terms begin: their last letter may come from stemming, and "smoketest" and "sf424" are to be found in
    "smoke_test" and "SF-424"."""
    first = (re.split(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)", term)[0] for term in terms)
    return tuple(sorted({one if len(one) < 4 or one.isdigit() else one[: min(4, len(one) - 1)] for one in first}))


def _telling(terms: Collection[str]) -> bool:
    """Whether these words of a name name anything: a short number alone does not."""
    return any(not term.isdigit() or len(term) >= LONG_NUMBER for term in terms)
