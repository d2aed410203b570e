"""What the judge says of each found passage, in places of the passage's document."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragd.answer.spans import Span, columns_above
from ragd.records import Hit, Verdict

# A question, and of each text what stands above it and the text itself: one verdict a text, its places in the text.
Judge = Callable[[str, Sequence[tuple[str, str]]], Sequence[Verdict]]

LEAST, MOST = -6.0, 10.0  # log-odds of words, beyond which more says nothing more
NAMED = 2  # likeliest answers of a passage whose spans are always looked at


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the found passages; the words' places count in the passages' documents."""

    verdicts: dict[int, Verdict]  # by id of the hit

    def features(self, span: Span) -> tuple[float, float]:
        """What speaks for a span, in the order of `relevance.JUDGED`.

        The log-odds of the likeliest words that begin in it, and whether none of them does.
        """
        words = self.verdicts[id(span.hit)].words
        inside = next((odds for at, _, odds in words if span.start <= at < span.end), None)
        return min(max(LEAST if inside is None else inside, LEAST), MOST), float(inside is None)

    def names(self, span: Span) -> bool:
        """Whether one of the passage's likeliest answers begins in the span."""
        return any(span.start <= at < span.end for at, _, _ in self.verdicts[id(span.hit)].words[:NAMED])


def judged(question: str, hits: Sequence[Hit], judge: Judge) -> Judged:
    """Ask the judge about every hit; it sees a passage under its document's title, writer and date."""
    placed = {}
    for hit, verdict in zip(hits, judge(question, [(_head(hit), hit.text) for hit in hits]), strict=True):
        words = tuple((hit.start + start, hit.start + end, odds) for start, end, odds in verdict.words)
        placed[id(hit)] = Verdict(verdict.answers, words)
    return Judged(placed)


def _head(hit: Hit) -> str:
    document = hit.document
    if hit.chunk.role == "signature":
        return f"{document.author}\n" if document.author and not hit.chunk.quoted else ""
    writer = hit.chunk.speaker if hit.chunk.quoted and hit.chunk.speaker else document.author
    second = " ".join(part for part in (writer, (document.date or "")[:10]) if part)
    return "".join(f"{line}\n" for line in (document.title, second, columns_above(hit)) if line)
