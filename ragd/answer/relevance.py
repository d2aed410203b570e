"""Whether the found passages answer a question at all, decided before any model is asked."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragd import numbered
from ragd.answer import asking, named, placed, speaking, values, words
from ragd.answer.asking import Asked
from ragd.answer.cite import Embed
from ragd.answer.judging import Judge, Judged, judged
from ragd.answer.spans import Span
from ragd.records import Hit

SHORTLIST = 40  # spans whose meaning is compared with the question's; about 0.1 s on two cores
ALWAYS = 2  # best hits of which every single piece is on the shortlist: found by meaning, they may share no word

_BRACKETS = re.compile(r"\([^()]*\)")  # in a row's name: "Net debt (non-GAAP measure)"
# What stands before a number in a signature, and which line it names.
_LINES = dict.fromkeys(("mobile", "mob", "cell", "cellphone", "gsm", "m", "mobiel", "handy"), "mobile")
_LINES |= dict.fromkeys(("fax", "f", "telefax"), "fax")
_LINES |= dict.fromkeys(
    ("tel", "telephone", "phone", "t", "p", "ph", "telefon", "telefoon", "office", "direct"), "phone"
)
_LINE_LABEL = re.compile(rf"\b({'|'.join(_LINES)})\b[.:\s]{{1,3}}(?=\+?\(?\d[\d\s()./-]{{5,}}\d)", re.IGNORECASE)
_CONTACT = frozenset(words.stem(word) for word in ("number", "phone", "telephone", "mobile", "fax", "email", "address"))

# A logistic model of "this span answers the question", fitted on halves of squad2-dev and clapnq-dev and, six times as
# heavy, on 45 questions of ours to a household's notes. Encyclopedias always have the title's words in the question,
# which hides what matters in notes. The bias leans to answering: people ask in other words than their files use, and no
# feature here tells such a question from one about a detail that no file states (docs/benchmarks.md, "Refusing").
FEATURES = ("words", "meaning", "names", "numbers", "kind", "passage", "behind")
NUMBERS = FEATURES.index("numbers")
WEIGHTS = (0.9, 6.4, 2.3, 1.5, 3.75, 0.4, 8.5)
BIAS = -9.95
# The same with what the judge says, fitted on questions that it was not taught with: held-out articles of squad2-dev,
# half of clapnq-dev, and 140 of ours to a household's notes and to real notes, mails and filings; no sign may speak
# against its nature. Shared words have no say left: the judge has read them. The weight of the kind and the bias were
# set anew on `refusing.toml` and `refusing_mixed.toml`, when kinds were told more exactly and the judge learned more.
JUDGED = (*FEATURES, "answer's words", "none of the answer's words")
JUDGED_WEIGHTS = (0.0, 2.75, 1.33, 3.68, 4.36, 0.0, 9.93, 0.38, -2.56)
JUDGED_BIAS = -7.85
ROW = 4.0  # log-odds that a row gains whose name is asked for; by judgement, on rows of filings
ANSWERS = 0.5  # the least probability that counts as an answer
MAY_ANSWER = 0.25  # the least for a span that a sentence of a model may lean on


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span and how likely it answers the question."""

    span: Span
    log_odds: float

    @property
    def probability(self) -> float:
        return 1 / (1 + math.exp(-self.log_odds))


def candidates(
    question: str, spans: Sequence[Span], *, embed: Embed | None, judge: Judge | None = None
) -> list[Candidate]:
    """The spans that may answer, the most probable first; of equal ones the earlier and shorter.

    Without a judge simpler signs decide, which cannot tell a near miss from an answer in other words.
    """
    rate = judged_log_odds if judge else log_odds
    asked, place = asking.asked_of(question), numbered.asked(question)
    rated = []
    for span, found in signs(question, spans, embed=embed, judge=judge):
        odds = rate(found) + ROW * row_asked_for(asked, span) * found[NUMBERS]
        rated.append(Candidate(span, placed.wanted(place, span, odds)))
    return sorted(rated, key=lambda candidate: -candidate.log_odds)


def row_asked_for(asked: Asked, span: Span) -> float:
    """Whether the question asks for what a row of a table is called: 0 to 1, and 0 for what is no row.

    All of the row's name must be asked for: "Net product sales" is another row than "Total net sales". Of two that are,
    it is the one that says more of the question.
    """
    wanted = asked.stems - frozenset(words.content(span.hit.document.title or ""))
    if not span.row or not wanted:
        return 0.0
    called = (frozenset(words.content(_BRACKETS.sub("", name))) for name in span.called)
    most = max((len(name & asked.stems) / len(name) for name in called if name), default=0.0)
    if span.record:  # its cells say of themselves what they are
        return most**2 * _share(wanted, span.stems | span.facts.stems)
    first = frozenset(words.content(_BRACKETS.sub("", span.called[0])))
    return most**2 * (1 + _share(wanted, first & asked.stems)) / 2 if most else 0.0


def signs(
    question: str, spans: Sequence[Span], *, embed: Embed | None, judge: Judge | None = None
) -> Iterator[tuple[Span, tuple[float, ...]]]:
    """The spans on the shortlist with what speaks for each: in the order of JUDGED, without a judge of FEATURES."""
    asked = asking.asked_of(question)
    best = max((span.hit.score for span in spans), default=0.0)
    naming = named.named_in(question, _hits(spans))
    speakers = speaking.asked_of(question)
    able = [
        span
        for span in spans
        if named.is_about(naming, span) and asking.reaches(asked, f"{span.hit.text}\n{span.facts.text}")
    ]
    able = [span for span in able if speaking.may_say(speakers, span)]
    able = placed.standing(question, able)
    verdicts = judged(question, _hits(able), judge) if judge and able else None
    if placed.are_wanted(question, able):  # of what a clause or a page says all is looked at, the longest first
        chosen = sorted((span for span in able if not span.leads_on), key=lambda span: -len(span.text))[:SHORTLIST]
    else:
        chosen = _shortlist(asked, spans, able, verdicts)
    for span, cosine in zip(chosen, _meaning(asked, chosen, embed), strict=True):
        found = features(asked, span, meaning=cosine, best=best)
        # whoever asks about Netflix is not answered from a letter about somebody else
        is_named = found[FEATURES.index("names")] or _is_named_by_path(asked, span)
        if is_named and _is_of_whom_is_asked(asked, span) and is_number_asked_for(question, span.text):
            yield span, found if verdicts is None else (*found, *verdicts.features(span))


def features(asked: Asked, span: Span, *, meaning: float, best: float) -> tuple[float, ...]:
    """What speaks for a span as the answer, in the order of FEATURES.

    Each is 0 to 1, but for the last: how far its passage's score is behind the best one's, 0 or less.
    """
    passage = frozenset(words.content(span.hit.text)) | span.facts.stems
    around = values.stated(values.values(span.around)) | values.stated(span.facts.values)
    year = {float(span.facts.when.year)} if span.facts.when and span.facts.when.year else set()
    numbers = asked.values.numbers
    return (
        _share(asked.stems, span.stems),
        meaning,
        _share(asked.names, passage | span.facts.names),
        sum(bool(readings & (around | year)) for readings in numbers) / len(numbers) if numbers else 1.0,
        asking.held(asked, span.text, span.facts.text),
        _share(asked.stems, passage),
        span.hit.score - best,
    )


def log_odds(found: Sequence[float]) -> float:
    """The logistic model's log-odds; 0 is even."""
    return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True))


def judged_log_odds(found: Sequence[float]) -> float:
    """The same with the judge's signs behind the others."""
    return JUDGED_BIAS + sum(weight * value for weight, value in zip(JUDGED_WEIGHTS, found, strict=True))


def _is_named_by_path(asked: Asked, span: Span) -> bool:
    """Whether a folder or the file is called by one of the question's names; short ones in capitals are no names."""
    path = {words.stem(word) for word in words.tokens(re.sub(r"[/_.-]", " ", span.hit.document.path))}
    names = {name for name in asked.names if not re.search(rf"\b{re.escape(name.upper())}\b", asked.text)}
    return not names or bool(names & path)


def is_about(asked: Asked, span: Span) -> bool:
    """Whether the passage or what is known about it has a single word of the question."""
    return bool(asked.stems & (frozenset(words.content(span.hit.text)) | span.facts.stems))


def goes_with(asked: Asked, best: Span, other: Span) -> bool:
    """Whether a further span may be quoted after the best one: it is about what that is about.

    Where the best one says a name of the question, the further one does; where it is a row of a table, all of the
    question that it says but for the labels of its columns.
    """
    if best.row:
        heads = best.columns.stems if best.columns else frozenset()
        return asked.stems & best.stems <= other.stems | heads
    return asked.names & best.names <= other.names | other.facts.names


def _is_of_whom_is_asked(asked: Asked, span: Span) -> bool:
    """A signature answers questions about who signs with it or what it says they do, and nothing else."""
    if span.hit.chunk.role != "signature":
        return True
    said = {words.stem(word) for word in words.tokens(span.hit.text)} | span.facts.people
    return bool(asked.stems & said - _CONTACT)


def is_number_asked_for(question: str, text: str) -> bool:
    """Whether a text that says what a number reaches has the asked one: no fax for a mobile, no phone for a serial."""
    labelled = {_LINES[found[1].casefold()] for found in _LINE_LABEL.finditer(text)}
    asked = question.casefold()
    if not labelled or not re.search(r"\bnumber\b|\b(?:phone|telephone|mobile|fax|call|ring|reach)\b", asked):
        return True
    if re.search(r"\b(?:mobile|cell|cellphone|gsm)\b", asked):
        return "mobile" in labelled
    if re.search(r"\bfax\b", asked):
        return "fax" in labelled
    telephone = re.search(r"\b(?:phone|telephone|call|ring|reach|direct|office|home|work)\b", asked)
    return bool(telephone) and labelled != {"fax"}


def _share(wanted: frozenset[str], shown: frozenset[str]) -> float:
    return len(wanted & shown) / len(wanted) if wanted else 1.0


def _shortlist(asked: Asked, spans: Sequence[Span], able: Sequence[Span], verdicts: Judged | None) -> list[Span]:
    """The spans that are able to answer among the best of all but of other rows, each of which says the same words."""
    first, keys = {id(hit) for hit in _hits(spans)[:ALWAYS]}, {span.key for span in able}
    spans = [s for s in spans if not s.row or s.key in keys]
    spans = [s for s in spans if not s.leads_on and (asked.yes_no or _adds(asked, s))]
    told = [s for s in spans if s.size == 1 and s.key in keys and verdicts is not None and verdicts.names(s)]
    sure = [*told, *(span for span in spans if span.size == 1 and id(span.hit) in first)]
    rows = {span.key: row_asked_for(asked, span) for span in spans if span.row}
    rated = sorted(
        spans,
        key=lambda span: (
            -max(_share(asked.stems, span.stems | span.facts.stems), rows.get(span.key, 0.0)),
            span.size,
        ),
    )
    shortlist = list({span.key: span for span in [*sure, *rated]}.values())[:SHORTLIST]
    return [span for span in shortlist if span.key in keys]


def _hits(spans: Sequence[Span]) -> list[Hit]:
    return list({id(span.hit): span.hit for span in spans}.values())


def _adds(asked: Asked, span: Span) -> bool:
    """Whether a span says anything that the question does not."""
    return bool(span.stems - asked.stems)


def _meaning(asked: Asked, spans: Sequence[Span], embed: Embed | None) -> list[float]:
    if embed is None or not spans:
        return [0.5] * len(spans)
    vectors = embed([asked.text, *(span.in_context for span in spans)])
    return [float(cosine) for cosine in vectors[1:] @ vectors[0]]
