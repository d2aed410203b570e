"""Clauses, sections and pages by their numbers: which one a question asks about, and what is called by it."""

import re
from dataclasses import dataclass

_PAGES = "page|slide|pagina|bladzijde|seite|dia|folie"
_CLAUSES = "clause|section|article|paragraph|para|artikel|paragraaf|abschnitt|ziffer|absatz|art|§"
_NUMBER = r"(?:\d+(?:\.\d+)*(?: ?\([a-z\d]{1,4}\))*|[ivxlc]{1,7})"
_ASKED = re.compile(
    rf"(?i:\b(?P<page>{_PAGES})|(?:\b|(?=§))(?P<clause>{_CLAUSES}))\.?\s*(?i:(?:no|nr)\.?|number)?\s*(?P<number>{_NUMBER})(?![\w])"
)
_SAYS = re.compile(
    r"\b(?:say|says|said|state|states|stated|provide|provides|read|reads|contain|contains|written|about|zegt|staat|steht)\b"
    r"|^what(?: is|'s) (?:on|in)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"(?:(?:{_CLAUSES}|chapter)\.?\s*)?({_NUMBER})(?![\w])", re.IGNORECASE)
_PAGED, _HEADED = frozenset({"page", "slide"}), frozenset({"clause", "beside", "heading"})


@dataclass(frozen=True, slots=True)
class Numbered:
    """A page or a clause as the question numbers it."""

    number: str
    paged: bool
    says: bool  # whether all that stands there is asked for
    rest: str  # of the question

    @property
    def exact(self) -> bool:
        """Whether nothing else can answer: "5.2" is called so nowhere else, and what a page says stands on it."""
        return self.says or "." in self.number

    def may_be(self, kind: str) -> bool:
        """Whether marks of this kind tell where such a place begins and ends."""
        return kind in (_PAGED if self.paged else _HEADED)

    def is_at(self, kind: str, label: str) -> bool:
        """Whether a mark says that the place begins there, or something within it."""
        if self.paged:
            return kind in _PAGED and label.casefold() == self.number
        return kind in _HEADED and self.begins(label)

    def begins(self, line: str) -> bool:
        """Whether a line begins with the number, or with one below it: "5.2 (a)" is in 5.2."""
        said, number = number_of(line), self.number.casefold()
        return said == number or (said.startswith(number) and said[len(number)] in ".(")


def asked(question: str) -> Numbered | None:
    """The place that a question asks about by its number."""
    found = _ASKED.search(question)
    if found is None:
        return None
    rest = _SAYS.sub(" ", question[: found.start()] + question[found.end() :])
    number = found["number"].replace(" ", "")
    return Numbered(number, paged=bool(found["page"]), says=bool(_SAYS.search(question)), rest=rest)


def number_of(line: str) -> str:
    """The number that a line begins with, of a clause perhaps: "5.2(a)"; "" where there is none."""
    found = _LABEL.match(line.strip())
    return found[1].replace(" ", "").casefold() if found else ""
