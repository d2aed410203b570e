"""Which exact span supports a sentence, and which sentences nothing supports."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ragd import places
from ragd.answer import said_of, values, words
from ragd.answer.spans import Span
from ragd.records import Citation

# Thresholds of support, set by judgement on answers of SmolLM2-135M that were read one by one.
WORDS_ENOUGH = 0.75  # share of a sentence's content words that the span and its facts must hold
WORDS_SOME = 0.55  # the same where the meaning agrees as well
MEANING_ENOUGH = 0.75  # cosine of sentence and span
FEW = 3  # words that a claim adds to the question
OWN_OF_FEW, OWN_OF_MANY = 0.66, 0.6  # share of the words added that the span itself must hold
SHORTLIST = 8  # spans whose meaning is compared

# Who wrote a mail supports "Dana wrote ..." and not "The surveyor is Dana".
_TELLS = frozenset(
    words.stem(word)
    for word in (
        *(
            "write",
            "wrote",
            "written",
            "writes",
            "send",
            "sent",
            "mail",
            "mailed",
            "email",
            "message",
            "letter",
            "reply",
        ),
        *(
            "replied",
            "ask",
            "asked",
            "answer",
            "answered",
            "told",
            "tell",
            "report",
            "reported",
            "suggest",
            "suggested",
        ),
        *(
            "propose",
            "proposed",
            "recommend",
            "recommended",
            "invite",
            "invited",
            "thank",
            "thanked",
            "mention",
            "note",
        ),
        *(
            "mentioned",
            "explain",
            "explained",
            "agree",
            "agreed",
            "promise",
            "promised",
            "confirm",
            "confirmed",
            "author",
        ),
    )
)

_LIST_MARK = re.compile(r"\W*(?:\d{1,3}|[a-zA-Z])[.)]\W*")
# Code and addresses are taken as they are written, or not at all.
_VERBATIM = re.compile(r"`[^`\n]+`|https?://[^\s<>()\[\]`]*[^\s<>()\[\]`.,;:!?]")
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|mine|ik|mij|mijn|ich|mir|mich|mein\w*|moi)\b")

Embed = Callable[[Sequence[str]], Any]  # texts -> (n, dimensions) unit vectors


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence of an answer states."""

    text: str
    stems: frozenset[str]
    names: frozenset[str]
    values: values.Values
    asked: frozenset[str] = frozenset()  # the question's content words: what is not among them is what the claim adds

    @property
    def added(self) -> frozenset[str]:
        return self.stems - self.asked


def claim_of(sentence: str, *, question: str) -> Claim:
    """A sentence as a claim: names are its capitalised words, apart from the one that merely opens the sentence."""
    stated = values.values(sentence)
    stems = frozenset(stem for stem in words.content(sentence) if not any(c.isdigit() for c in stem))
    return Claim(
        sentence,
        stems - _value_stems(sentence),
        names_in(sentence, known_from=question),
        stated,
        frozenset(words.content(question)),
    )


def names_in(text: str, *, known_from: str = "") -> frozenset[str]:
    """The stems of the capitalised words that are names, not the opening of a sentence."""
    tokens = words.tokens(text)
    known = {word.casefold() for word in words.tokens(known_from)[1:] if word[:1].isupper()}
    found = set()
    for position, word in enumerate(tokens):
        if not word[:1].isupper() or _is_no_name(word.casefold()):
            continue
        opens = position == 0 or _opens(text, tokens, position)
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if not opens or word.casefold() in known or word[1:2].isupper() or _continues_name(following):
            found.add(words.stem(word))
    return frozenset(found)


def _continues_name(word: str) -> bool:
    return word[:1].isupper() and not _is_no_name(word.casefold())


def _opens(text: str, tokens: Sequence[str], position: int) -> bool:
    """Whether a word stands first after a colon, a quote mark or a list mark."""
    before = text.split(tokens[position], 1)[0].rstrip()
    return before[-1:] in {":", "-", "*", "•", ""}


def _is_no_name(word: str) -> bool:
    word = word.replace("’", "'").partition("'")[0]  # "I'm" is no name
    return word in words.SMALL or word in values.MONTHS or word in values.WEEKDAYS or word in values.CURRENCIES


def _value_stems(text: str) -> frozenset[str]:
    """Words that are compared as values and not as words: months, days, number words."""
    folded = (word.casefold() for word in words.tokens(text))
    exact = values.MONTHS.keys() | values.WEEKDAYS.keys() | values.NUMBER_WORDS.keys()
    return frozenset(words.stem(word) for word in folded if word in exact)


def support(claim: Claim, spans: Sequence[Span], *, embed: Embed | None) -> Span | None:
    """The shortest span that says what the claim says; None: no span does.

    Exact statements (numbers, dates, times, codes, names) must all stand in the span, or, names and dates only, among
    the facts of its document, and be said of the same thing; a denial is supported only by a denial, and nothing that
    another span denies. The rest is decided by words and meaning.
    """
    if _claims_nothing(claim) or any(_denies(claim, span) for span in spans):
        return None
    exact = [(span, share_of(claim, span)) for span in spans if _may_support(claim, span)]
    able = sorted((pair for pair in exact if pair[1] >= WORDS_SOME), key=_shortest_best)[:SHORTLIST]
    if not able:
        return None
    if able[0][1] < WORDS_ENOUGH and embed is None:
        return None
    meaning = _meaning(claim, [span for span, _ in able], embed)
    enough = [
        (share + 0.5 * cosine - 0.04 * span.size, span)
        for (span, share), cosine in zip(able, meaning, strict=True)
        if share >= WORDS_ENOUGH or cosine >= MEANING_ENOUGH
    ]
    return max(enough, key=lambda pair: pair[0])[1] if enough else None


def _claims_nothing(claim: Claim) -> bool:
    """Whether a sentence only leads on ("The steps are:"), numbers a list ("2."), or is a lone word without a value."""
    bare = claim.text.strip()
    if bare.endswith((":", "?")) or _LIST_MARK.fullmatch(bare):
        return True
    return len(claim.stems | claim.names) < 2 and not claim.names and not _exact(claim)


def _denies(claim: Claim, span: Span) -> bool:
    """Whether a sentence has every word of the claim and says the opposite."""
    if span.size > 1 or len(claim.stems) < 2 or words.negated(claim.text):
        return False
    return claim.stems <= span.stems and _contradicts(claim, span)


def _may_support(claim: Claim, span: Span) -> bool:
    """Whether a span says all that is exact in a claim, of the same thing, and most of what the claim adds."""
    return (
        not span.shown.endswith("?")
        and not span.heading  # it says what the text below is about, not what is so
        and _states(claim, span)
        and not _contradicts(claim, span)
        and _adds_too(claim, span)
        and not said_of.of_another(claim.values.measures, claim.stems, claim.asked, span.text, around=span.around)
        and not said_of.turned_round(claim.text, span.text)
    )


def _adds_too(claim: Claim, span: Span) -> bool:
    """Whether the span itself, not its title, says what the claim adds to the question: all of little, most of much."""
    if not claim.added:
        return True
    share = len(claim.added & span.stems) / len(claim.added)
    return share >= (OWN_OF_FEW if len(claim.added) <= FEW else OWN_OF_MANY)


def _shortest_best(pair: tuple[Span, float]) -> tuple[float, int]:
    return (-pair[1], len(pair[0].text))


def _exact(claim: Claim) -> bool:
    stated = claim.values
    return bool(stated.numbers or stated.dates or stated.times or stated.codes)


def share_of(claim: Claim, span: Span) -> float:
    """The share of the claim's content words that the span says, or its title, headings and people.

    At least one word, name or value must be the span's own: a title alone supports nothing.
    """
    own = claim.stems & span.stems
    if not claim.stems:
        return 1.0
    if not own and not _exact(claim):
        return 0.0
    return len(own | (claim.stems & (span.facts.stems | span.heads))) / len(claim.stems)


def _states(claim: Claim, span: Span) -> bool:
    """Whether everything exact in the claim stands in the span or among its facts."""
    return (
        claim.names <= span.names | span.facts.names | span.heads | _tellers(claim, span)
        and all(_measured(measure, span) or _fact_year(measure, span) for measure in claim.values.measures)
        and all(_dated(readings, span, alone=not claim.stems) for readings in claim.values.dates)
        and all(_timed(time, span) for time in claim.values.times)
        and all(code in span.text.casefold() for code in claim.values.codes)
        and all(code.strip("`").casefold() in span.text.casefold() for code in _VERBATIM.findall(claim.text))
        and claim.values.weekdays <= _weekdays(span)
    )


def _tellers(claim: Claim, span: Span) -> frozenset[str]:
    """Names of the document's people where they may stand for the span's "I", or the claim says who wrote it."""
    return span.facts.people if _TELLS & claim.stems or _FIRST_PERSON.search(span.text) else frozenset()


def _measured(claimed: values.Measure, span: Span) -> bool:
    """Whether the span has the number, and of the same thing: "6.3 %" is not said by "6.3 Shed and garden".

    Where the span says of nothing how much it is (a cell of a table), the unit must be among its other words.
    """
    same = [shown for shown in span.values.measures if claimed.readings & shown.readings]
    if not same or not claimed.units:
        return bool(claimed.readings & span.numbers)
    if any(claimed.units & shown.units for shown in same):
        return True
    around = span.names | span.facts.names | _currencies(span.text)
    return any(not shown.units for shown in same) and bool(claimed.units & around)


def _currencies(text: str) -> frozenset[str]:
    return frozenset(code for sign, code in values.CURRENCIES.items() if sign in text.casefold())


def _fact_year(measure: values.Measure, span: Span) -> bool:
    """Whether a number is the year of the document, or stands above a column of a table as its head."""
    when = span.facts.when
    own = when is not None and when.year is not None and when.year in measure.readings and when.year > 1900
    return own or any(f"{year:g}" in span.heads for year in measure.readings if 1900 < year < 2100)


def _dated(readings: tuple[values.When, ...], span: Span, *, alone: bool) -> bool:
    """Whether the span shows the date. A date alone is an answer, and a document's own date answers nothing."""
    shown = [when for dates in (*span.values.dates, *span.facts.values.dates) for when in dates]
    context = span.facts.when
    shown += [context] if context and not alone else []
    if any(values.agrees(claim, when, context) for claim in readings for when in shown):
        return True
    # A diary's years often stand in its headings: "2023" above "14 November".
    headed = [values.When(int(year), None, None) for year in values.stated(span.facts.values) if 1900 < year < 2100]
    if any(values.agrees(claim, when, year) for claim in readings for when in shown for year in headed):
        return True
    year_only = [claim for claim in readings if claim.month is None and claim.day is None]
    return any(claim.year in span.numbers or str(claim.year) in span.heads for claim in year_only)


def _timed(time: str, span: Span) -> bool:
    hour, minute = time.split(":")
    bare = minute == "00" and (float(hour) in span.numbers or float(hour) - 12 in span.numbers)
    return time in span.values.times or bare


def _weekdays(span: Span) -> frozenset[int]:
    """The week days that a span names or that its dates fall on."""
    shown = [when for dates in span.values.dates for when in dates]
    shown += [span.facts.when] if span.facts.when else []
    year = span.facts.when.year if span.facts.when else None
    fallen = (values.weekday(values.When(when.year or year, when.month, when.day)) for when in shown)
    return span.values.weekdays | {day for day in fallen if day is not None}


def _contradicts(claim: Claim, span: Span) -> bool:
    """Whether the span denies what the claim affirms, or the other way round.

    The clause that shares most with the claim must deny as the claim does; and what the claim shares with denying
    clauses only ("oiled, not varnished") it must not affirm.
    """
    denies = words.negated(claim.text)
    clauses = [(claim.stems & set(words.content(text)), words.negated(text)) for text in words.clauses(span.text)]
    if not clauses:
        return False
    most = max(len(shared) for shared, _ in clauses)
    if all(denied != denies for shared, denied in clauses if len(shared) == most):
        return True
    affirmed = set().union(*(shared for shared, denied in clauses if not denied))
    return not denies and any(denied and shared - affirmed for shared, denied in clauses)


def _meaning(claim: Claim, spans: Sequence[Span], embed: Embed | None) -> list[float]:
    if embed is None:
        return [0.0] * len(spans)
    vectors = embed([claim.text, *(span.in_context for span in spans)])
    return [float(cosine) for cosine in vectors[1:] @ vectors[0]]


class Numbering:
    """Gives spans their citation numbers in the order of first use; the same span keeps its number."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, int, int], Citation] = {}

    def cite(self, spans: Iterable[Span]) -> tuple[int, ...]:
        """The numbers of the spans, each once."""
        return tuple(dict.fromkeys(self._number(span) for span in spans))

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations.values())

    def _number(self, span: Span) -> int:
        if span.key not in self._citations:
            self._citations[span.key] = citation(len(self._citations) + 1, span)
        return self._citations[span.key].number


def citation(number: int, span: Span) -> Citation:
    """A span as a citation: its exact text, its offsets, and its place in a person's words."""
    chunk, document = span.hit.chunk, span.hit.document
    pages = places.pages_of(chunk, span.start, span.end)
    return Citation(
        number=number,
        document=document,
        place=places.describe(chunk, document, span.start, span.end),
        page=pages[0] if pages else None,
        lines=places.lines_of(chunk, span.start, span.end),
        start=span.start,
        end=span.end,
        quote=span.text,
        pages=pages,
        rows=places.rows_of(chunk, span.start, span.end),
    )
