"""A question and its passages become an answer whose every sentence is checked."""

import re
import time
from collections import abc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain

from ragd.answer import asking, cite, prompt, relevance, sentences
from ragd.answer.asking import Asked
from ragd.answer.cite import Embed, Numbering
from ragd.answer.generators import Generator
from ragd.answer.judging import Judge
from ragd.answer.relevance import Candidate
from ragd.answer.spans import Span, spans_of
from ragd.records import Answer, Hit, Sentence

PASSAGES = 8  # best hits whose spans may be cited
MOST_SENTENCES = 8  # of one reply
NEAREST = 3  # hits shown with "not found"
QUOTES = 3  # spans in a verbatim answer
QUOTE_MARGIN = 2.0  # a further span may be this much less likely than the best, in log-odds,
NEXT_TO_SURE = 0.6  # or this much, where the best
SURE = 2.2  # is nine times as likely an answer as not
DESPITE_REFUSAL = 2.0  # log-odds from which a passage is quoted although the model said that it found nothing
NOT_FOUND = "not found in your files"

# A model's own source marks; "(105)" alone is a figure and stays.
_MARKER = re.compile(
    r"\s*(?:\[(?:passages? |sources? )?\d+(?:\s*[,-]\s*\d+)*\]|\((?:passages?|sources?) \d+(?:\s*[,-]\s*\d+)*\))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:[-*+•>#]+\s+|\d{1,2}[.)]\s+|\*\*?(?=\w)"
    r"|(?:according to|based on|as stated in|in) (?:the )?(?:passages?|sources?|text|provided \w+)"
    r"(?: (?:number )?\d+)?,?\s*"
    r"|(?:the )?answer(?: is)?:\s*))+",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^\W*not found\b|\b(?:passages?|text|documents?|sources?|information)\b[^.]*\b(?:not|n't|no)\b[^.]*"
    r"\b(?:answer|contain|mention|state|provide|specif|say|include|found|given)"
    r"|\b(?:i (?:do not|don't) know|cannot (?:answer|find|determine)|is not (?:mentioned|stated|specified|provided))\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"\b(?:passages?|question)\b", re.IGNORECASE)


def stream(
    question: str,
    hits: Sequence[Hit],
    *,
    generator: Generator,
    embed: Embed | None,
    judge: Judge | None = None,
    everything: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sentence | Answer]:
    """Checked sentences as they complete, the Answer last. Raises GeneratorError when the model fails on its way.

    `embed` turns texts into unit vectors; without it words alone decide. `judge` tells of texts whether they answer a
    question; without it simpler signs do. `everything` also yields the sentences that
    nothing supports, with no citations.
    """
    reply = _Reply(question, hits, generator=generator, embed=embed, judge=judge, clock=clock)
    if reply.answerable:
        yield from reply.written(everything=everything)
        yield from reply.verbatim()
    yield reply.answer()


class _Reply:
    """One answer on its way: what may be cited, what was said, and when."""

    def __init__(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        generator: Generator,
        embed: Embed | None,
        judge: Judge | None,
        clock: Callable[[], float],
    ) -> None:
        self._question, self._hits, self._generator, self._embed = question, hits, generator, embed
        self._started, self._clock = clock(), clock
        self._asked: Asked = asking.asked_of(question)
        self._spans: list[Span] = spans_of(prompt.apart(hits)[:PASSAGES])
        self._candidates: list[Candidate] = relevance.candidates(question, self._spans, embed=embed, judge=judge)
        self._numbering = Numbering()
        self._said: list[Sentence] = []
        self._withheld: list[str] = []
        self._first_ms: float | None = None
        self._refused = False  # the model itself said that the passages do not answer
        self._model = generator.name

    @property
    def answerable(self) -> bool:
        return bool(self._candidates) and self._candidates[0].probability >= relevance.ANSWERS

    def written(self, *, everything: bool) -> Iterator[Sentence]:
        """The model's supported sentences. They are kept back until one of them answers the question."""
        held: list[tuple[str, tuple[Span, ...]]] = []
        for text in self._sentences():
            spans = self._support(text)
            if not spans:
                self._withheld.append(text)
                if everything:
                    yield Sentence(text, ())
                continue
            held.append((text, spans))
            if self._said or self._answers(text):
                for kept, supporting in held:
                    yield self._say(kept, supporting)
                held.clear()

    def verbatim(self) -> Iterator[Sentence]:
        """The best passages in their own words, where the model said nothing that answers."""
        if self._said or (self._refused and self._candidates[0].log_odds < DESPITE_REFUSAL):
            return
        if self._generator.window:
            self._model = f"{self._generator.name}, quoted"
        for candidate in self._quotable():
            yield self._say(*_verbatim(candidate.span))

    def answer(self) -> Answer:
        answered = bool(self._said)
        return Answer(
            question=self._question,
            answered=answered,
            reason=None if answered else NOT_FOUND,
            sentences=tuple(self._said),
            withheld=tuple(self._withheld),
            citations=self._numbering.citations,
            nearest=() if answered else tuple(self._hits[:NEAREST]),
            model=self._model,
            took_ms=self._since_start(),
            first_ms=self._first_ms,
        )

    def _sentences(self) -> Iterator[str]:
        """What the model writes, sentence by sentence, without its own source marks and phrases that say nothing."""
        if not self._generator.window:
            return
        messages = prompt.messages(self._question, self._ordered(), window=self._generator.window)
        splitter = sentences.Splitter()
        written: set[str] = set()
        with closing(without_thoughts(self._generator.stream(messages, tokens=prompt.REPLY))) as pieces:
            texts = chain.from_iterable(chain((splitter.feed(piece) for piece in pieces), (splitter.close(),)))
            for text in texts:
                # Small models get stuck repeating themselves: stop there, rather than when the tokens are used up.
                if text.strip() in written or len(written) == MOST_SENTENCES:
                    return
                written.add(text.strip())
                yield from self._worth_checking(iter((text,)))

    def _worth_checking(self, texts: Iterator[str]) -> Iterator[str]:
        for text in texts:
            shown = bare(text)
            if shown and _REFUSAL.search(shown):
                self._refused = True
            elif shown and not shown.endswith("?") and not self._says_nothing(shown):
                yield shown

    def _says_nothing(self, text: str) -> bool:
        claim = cite.claim_of(text, question=self._question)
        return bool(_EMPTY.search(text)) and claim.stems <= self._asked.stems | {"passag", "question", "answer"}

    def _ordered(self) -> list[Hit]:
        """The hits, those with the most probable spans first."""
        best = {id(candidate.span.hit): candidate.span.hit for candidate in self._candidates}
        return list({**best, **{id(hit): hit for hit in self._hits}}.values())

    def _support(self, text: str) -> tuple[Span, ...]:
        """The span that says what the sentence says, and is about what was asked.

        A small model puts the question's words around any number that it meets: a true quotation from a passage that
        does not answer the question is a wrong citation.
        """
        claim = cite.claim_of(text, question=self._question)
        terse = not claim.stems - self._asked.stems
        span = cite.support(claim, self._relevant(terse=terse), embed=self._embed)
        return (span,) if span else ()

    def _relevant(self, *, terse: bool) -> list[Span]:
        """The spans that a sentence may lean on: of passages that may answer, or, of a bare value, only such spans."""
        rated = [one.span for one in self._candidates if one.probability >= relevance.MAY_ANSWER]
        if terse:
            return rated
        hits = {id(span.hit) for span in rated}
        return [span for span in self._spans if id(span.hit) in hits]

    def _answers(self, text: str) -> bool:
        """Whether a sentence tells what was asked, beyond the question's own words."""
        claim = cite.claim_of(text, question=self._question)
        new = claim.stems - self._asked.stems or claim.names - self._asked.names or claim.values != self._asked.values
        return self._asked.yes_no or (bool(new) and asking.held(self._asked, text) > asking.NOT)

    def _quotable(self) -> list[Candidate]:
        """The best spans; where none stands out, with what is around them: the answer may be in the next sentence."""
        best = self._candidates[0].log_odds
        sure = best >= SURE
        chosen: list[Candidate] = []
        for candidate in self._candidates:
            if candidate.log_odds < best - (NEXT_TO_SURE if sure else QUOTE_MARGIN) or len(chosen) == QUOTES:
                break
            span = candidate.span if sure else self._in_context(candidate.span)
            if chosen and not self._goes_with(chosen[0].span, span):
                continue
            if not any(_overlap(span, other.span) for other in chosen):
                chosen.append(Candidate(span, candidate.log_odds))
        return chosen

    def _goes_with(self, best: Span, other: Span) -> bool:
        return relevance.is_about(self._asked, other) and relevance.goes_with(self._asked, best, other)

    def _in_context(self, span: Span) -> Span:
        """The longest span of the same passage that holds this one, the one that goes on furthest among equals."""
        around = [
            other
            for other in self._spans
            if other.hit is span.hit and other.start <= span.start and span.end <= other.end and not other.heading
        ]
        return max(around, key=lambda other: (other.size, other.end), default=span)

    def _say(self, text: str, spans: tuple[Span, ...]) -> Sentence:
        sentence = Sentence(text, self._numbering.cite(spans))
        self._said.append(sentence)
        self._first_ms = self._since_start() if self._first_ms is None else self._first_ms
        return sentence

    def _since_start(self) -> float:
        return (self._clock() - self._started) * 1000


def _verbatim(span: Span) -> tuple[str, tuple[Span, ...]]:
    """A span in its own words, nothing taken off; a row of a table below the heads of its columns."""
    if span.columns is None:
        return span.shown, (span,)
    return f"{span.columns.shown}: {span.shown}", (span, span.columns)


def without_thoughts(pieces: Iterator[str]) -> abc.Generator[str, None, None]:
    """The reply without the <think> part that reasoning models put first."""
    start, thinking = "", False
    for piece in pieces:
        start += piece
        thinking = start.lstrip().startswith("<think>")
        if (thinking and "</think>" in start) or (not thinking and not "<think>".startswith(start.lstrip()[:7])):
            yield start.rpartition("</think>")[2] if thinking else start
            yield from pieces
            return
    yield "" if thinking else start


def bare(text: str) -> str:
    """A sentence without list marks, the model's own source marks, and phrases such as "according to passage 2"."""
    shown = " ".join(_MARKER.sub("", text).replace("**", "").split())
    stripped = _LEAD.sub("", shown)
    return stripped[:1].upper() + stripped[1:] if stripped != shown and stripped[:1].islower() else stripped


def _overlap(one: Span, other: Span) -> bool:
    same = one.hit.chunk.document == other.hit.chunk.document
    return (same and one.start < other.end and other.start < one.end) or one.shown == other.shown
