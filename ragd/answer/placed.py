"""Which spans stand in the clause, the section or on the page that a question asks about by its number.

The number may be typed in the text or a mark beside it, and to meaning all numbers are alike.
"""

import re
from collections.abc import Sequence

from ragd import numbered, places
from ragd.answer import words
from ragd.answer.spans import Span
from ragd.numbered import Numbered

PLACED = 8.0  # log-odds: it is an answer, whatever other signs say
MORE, MOST = 0.3, 400  # the same of a text so long, in code points
LATER = 1e-4  # the same taken off for each code point that it stands further down


def standing(question: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that stand at the place, in the documents that the rest of the question names if any does.

    All spans where no place is asked about, or where it may be called otherwise.
    """
    place = numbered.asked(question)
    if place is None:
        return list(spans)
    of = frozenset(words.content(place.rest))
    there = [span for span in spans if stands_there(place, span) and (not of or of & _document(span))]
    return there if there or place.exact else list(spans)


def are_wanted(question: str, spans: Sequence[Span]) -> bool:
    """Whether all that stands at a place is asked for, and these spans stand there."""
    place = numbered.asked(question)
    return place is not None and place.says and bool(spans) and stands_there(place, spans[0])


def wanted(place: Numbered | None, span: Span, log_odds: float) -> float:
    """A span's log-odds with what standing at the place adds.

    Where all that stands there is asked for nothing else counts: the more of it the better, from its beginning on.
    """
    if place is None or not stands_there(place, span):
        return log_odds
    if not place.says:
        return log_odds + PLACED
    return PLACED + MORE * min(len(span.text), MOST) / MOST - LATER * (span.start - span.hit.start)


def stands_there(place: Numbered, span: Span) -> bool:
    """Whether a span stands on the page, or in the clause or below its heading, and not on to the next."""
    marks = [mark for mark in places.held(span.hit.chunk.marks, span.start, span.end) if place.may_be(mark.kind)]
    if any(not place.is_at(mark.kind, mark.label) for mark in marks if mark.offset > span.start):
        return False
    if any(place.is_at(mark.kind, mark.label) for mark in marks if mark.offset <= span.start):
        return place.paged or not span.leads_on
    first, *others = span.text.split("\n")
    typed = not place.paged and place.begins(first)
    return typed and not any("." in numbered.number_of(line) and not place.begins(line) for line in others)


def _document(span: Span) -> frozenset[str]:
    """What a span's document may be called by, and what the passage around it says."""
    found = span.hit.document
    named = re.sub(r"[/_.-]", " ", f"{found.title or ''} {found.path} {found.part or ''}")
    return frozenset(words.content(f"{named} {span.facts.text} {span.hit.text}"))
