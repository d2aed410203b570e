"""What a question writes that is to be found as it is: its numbers and codes, "07700 900461", "LR-40417", "6.01".

Meaning says nothing about them: to a model one phone number is as good as another. Of a word or two alone, a name
perhaps that no model knows, it says little: who types no more looks for these words.
"""

import re
from collections.abc import Callable, Collection, Mapping
from itertools import groupby

FEW = 2  # words that are looked for as they are
LONG_NUMBER = 4  # digits: "2019" is one, "12" says little
HELD = 0.5  # what a passage that holds all of them has on top of its score; of some its share

_ENDS = re.compile(r"^[^\w+]+|[^\w]+$")
_NUMBER = re.compile(r"\+?[\d().,/:-]*\d[\d().,/:-]*")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)+")  # a figure, or the number of a clause
_COMMON = re.compile(
    r"\d{1,4}[^\W\d_]{1,3}"  # "20th", "1960s", "30km"
    r"|(?:19|20)\d\d(?:[-/–](?:19|20)?\d\d)?"  # years
    r"|\d{1,2}[:.][0-5]\d(?:[-–]\d{1,2}[:.][0-5]\d)?"  # times
)


def codes_of(question: str) -> tuple[str, ...]:
    """The numbers and codes of a question, each once, in order.

    A year, a time or a quantity among other words is none: texts say when and how much in many ways.
    """
    words = [word for token in question.split() if (word := _ENDS.sub("", token))]
    found = [code for number, some in groupby(words, _is_number) for code in _of_run(list(some), number=number)]
    plain = "".join(word for word in words if not any(word in code for code in found))
    return tuple(dict.fromkeys(code for code in found if not plain or not _COMMON.fullmatch(code)))


class Exact:
    """What of a question is to be found as it is: its numbers and codes, or the word or two that it has."""

    def __init__(self, question: str, terms: Callable[[str], Mapping[str, int]]) -> None:
        """`terms` gives the words of a text as the index has them, those that every text has left out."""
        self._meant: dict[str, frozenset[str]] = {}  # each word as the index has it
        self.asked = codes_of(question)
        if not self.asked and len(meant := terms(question).keys()) <= FEW:
            said = {word: frozenset(terms(word).keys() & meant) for word in question.split()}
            self._meant = {word: stems for word, stems in said.items() if stems}
            self.asked = tuple(self._meant)

    def adds(self, held: Collection[str], *, called: Collection[str], is_meant: bool) -> float:
        """What a passage has on top of its score that holds these of `asked`.

        `called` are words in the names of its document; `is_meant`: the question writes out its name, which may be a
        code, or the number of its clause.
        """
        if is_meant or not self.asked:
            return HELD * is_meant
        by_name = [word for word, stems in self._meant.items() if word not in held and not stems.isdisjoint(called)]
        return HELD * (len(held) + len(by_name)) / len(self.asked)


def _is_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None


def _of_run(words: list[str], *, number: bool) -> list[str]:
    """Numbers side by side are one number where one of them is short ("06 12 34 56 78")."""
    if not number:
        return [word for word in words if _is_mixed(word)]
    if all(_digits(word) >= LONG_NUMBER for word in words):
        return words
    whole = " ".join(words)
    return [whole] if _digits(whole) >= LONG_NUMBER else [word for word in words if _DECIMAL.fullmatch(word)]


def _is_mixed(word: str) -> bool:
    """Whether letters and digits make one word that is no everyday one: "LR-40417", "sf424", not "b2b"."""
    return _digits(word) >= 2


def _digits(word: str) -> int:
    return sum(character.isdigit() for character in word)
