"""Which clause, section or page a question asks about by its number, and which spans stand there.

The number may be typed in the text or a mark beside it, and to meaning all numbers are alike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragd import places
from ragd.answer import words
from ragd.answer.spans import Span

PLACED = 8.0  # log-odds: it is an answer, whatever other signs say
MORE, MOST = 4.0, 400  # the same of a text so long, in code points

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


@dataclass(frozen=True, slots=True)
class Placed:
    """A place as the question numbers it."""

    number: str
    paged: bool
    says: bool  # whether all that stands there is asked for

    @property
    def exact(self) -> bool:
        """Whether nothing else can answer: "5.2" is called so nowhere else, and what a page says stands on it."""
        return self.says or "." in self.number


def placed_in(question: str) -> Placed | None:
    """The place that a question asks about by its number."""
    found = _ASKED.search(question)
    if found is None:
        return None
    number = found["number"].replace(" ", "")
    return Placed(number, paged=bool(found["page"]), says=bool(_SAYS.search(question)))


def standing(question: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that stand at the place, in the documents that the rest of the question names if any does.

    All spans where no place is asked about, or where it may be called otherwise.
    """
    placed = placed_in(question)
    if placed is None:
        return list(spans)
    of = frozenset(words.content(_SAYS.sub(" ", _ASKED.sub(" ", question))))
    there = [span for span in spans if stands_there(placed, span) and (not of or of & _document(span))]
    return there if there or placed.exact else list(spans)


def are_wanted(question: str, spans: Sequence[Span]) -> bool:
    """Whether all that stands at a place is asked for, and these spans stand there."""
    placed = placed_in(question)
    return placed is not None and placed.says and bool(spans) and stands_there(placed, spans[0])


def _document(span: Span) -> frozenset[str]:
    """What a span's document may be called by, and what the passage around it says."""
    found = span.hit.document
    named = re.sub(r"[/_.-]", " ", f"{found.title or ''} {found.path} {found.part or ''}")
    return frozenset(words.content(f"{named} {span.facts.text} {span.hit.text}"))


def stands_there(placed: Placed, span: Span) -> bool:
    """Whether a span stands on the page, or in the clause or below its heading."""
    marks = places.held(span.hit.chunk.marks, span.start, span.end)
    if placed.paged:
        return any(mark.kind in ("page", "slide") and mark.label.casefold() == placed.number for mark in marks)
    above = [mark for mark in marks if mark.kind in ("clause", "beside", "heading")]
    within = [mark for mark in above if mark.offset > span.start]
    if any(not _is_numbered(mark.label, placed.number) for mark in within):
        return False
    if any(_is_numbered(mark.label, placed.number) for mark in above):
        return not span.leads_on
    lines = span.text.split("\n")
    return _is_numbered(lines[0], placed.number) and not any(
        "." in other[1] and not _is_numbered(line, placed.number) for line in lines[1:] if (other := _LABEL.match(line))
    )


def wanted(placed: Placed | None, span: Span) -> float:
    """What standing at the place adds to a span's log-odds: where all that stands there is asked for the more of it."""
    if placed is None or not stands_there(placed, span):
        return 0.0
    return PLACED + (MORE * min(len(span.text), MOST) / MOST if placed.says else 0.0)


def _is_numbered(label: str, number: str) -> bool:
    """Whether a label or a line begins with a number, or with one below it: "5.2 (a)" is in 5.2."""
    found = _LABEL.match(label.strip())
    said = found[1].replace(" ", "").casefold() if found else ""
    return said == number.casefold() or (said.startswith(number.casefold()) and said[len(number)] in ".(")
