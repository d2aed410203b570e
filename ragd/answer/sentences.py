"""Where sentences end: in a finished text, and in one that is still being written."""

import re
from collections.abc import Iterator

from ragd.answer import courtesy

# How much of what follows a full stop is looked at before it counts as a sentence's end. The same in a stream and in a
# whole text, so that both split alike; a word or two is what a rule such as "Dr. Smith" or "p. 3" needs.
LOOKAHEAD = 24
LONGEST = 2_000  # code points: a text without a full stop is cut at a blank here, so that a stream is never held back

WRAPPED_AT = 0.75  # of a text's longest line: who wraps by hand is not exact
_GOES_ON = (",", ";", "-", "–", "—", "/", "&", "(", "+")  # no line is ended behind one of these

_CANDIDATE = re.compile(r"\n+|[.!?…。！？؟।][\"'”’»)\]*]*\s*(?=\S)")
_BLOCK_START = re.compile(r"\s*(?:[-*+•–|>#]|\d{1,3}[.)]\s|```|~~~)")
_ROW = re.compile(r"\S\t+\S")  # cells with tabs between them
_LABEL = re.compile(r"\s*((?:[^\W_][^\s:]*[ \t]+){0,3}[^\s:]+):(?:\s|$)")


def split(text: str) -> list[str]:
    """The sentences of a text; joined they are the text again."""
    stream = Splitter()
    return [*stream.feed(text), *stream.close()]


class Splitter:
    """Splits a text that arrives in pieces. What comes out does not depend on how the text was cut into pieces."""

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are complete now."""
        self._waiting += piece
        while end := _first_end(self._waiting, last=False):
            yield self._waiting[:end]
            self._waiting = self._waiting[end:]

    def close(self) -> Iterator[str]:
        """The rest, once nothing more comes."""
        while end := _first_end(self._waiting, last=True):
            yield self._waiting[:end]
            self._waiting = self._waiting[end:]
        if self._waiting:
            yield self._waiting
        self._waiting = ""


def _first_end(text: str, *, last: bool) -> int:
    """Where the first sentence of `text` ends; 0: not known yet, or the whole text is one sentence."""
    for candidate in _CANDIDATE.finditer(text):
        end = candidate.end()
        if end > LONGEST:
            break
        if len(text) < end + LOOKAHEAD and not last:
            return 0
        if text[:end].strip() and (text[candidate.start()] == "\n" or _ends_at(text[: end + LOOKAHEAD], end)):
            return end
    if len(text) <= LONGEST:
        return 0
    return (text.rfind(" ", 1, LONGEST) + 1) or LONGEST


def _ends_at(text: str, position: int) -> bool:
    import sentencex  # type: ignore[import-untyped]

    return any(boundary["start_index"] == position for boundary in sentencex.get_sentence_boundaries("en", text))


def pieces(text: str) -> list[tuple[int, int]]:
    """The spans of a passage that can be quoted alone: sentences, list items, headings, rows, "Label: value" lines.

    A line that was only wrapped stays within its sentence. Spans are without the blanks around them, in order.
    """
    import sentencex

    found = []
    width = max(map(len, text.split("\n")))
    for boundary in sentencex.get_sentence_boundaries("en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        found += [_trim(text, *span) for span in _lines_apart(text, start, end, width)]
    return _with_closing_marks(text, [(start, end) for start, end in found if start < end])


def _with_closing_marks(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks that close a bold or quoted sentence belong to it: "**14 October.** Serviced" is cut after them."""
    mended: list[tuple[int, int]] = []
    for start, end in spans:
        closing = re.match(r"(\*\*|__|[*_\"”’»)])\s+(?=\S)", text[start:end])
        if closing and mended and text[slice(*mended[-1])].count(closing[1]) % 2 == (closing[1] in '**__"'):
            mended[-1] = (mended[-1][0], start + len(closing[1]))
            start += closing.end()  # noqa: PLW2901 (what is left of the piece)
        mended.append((start, end))
    return mended


def _lines_apart(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """A sentence as the segmenter sees it, cut where a line stands for itself. `width`: of the text's longest line."""
    begin = start
    for newline in re.finditer(r"\n", text[start:end]):
        position = start + newline.end()
        line, following = text[begin:position], text[position:end]
        if position < end and (_stands_alone(line, following) or was_ended(line, following, width)):
            yield begin, position
            begin = position
    yield begin, end


def was_ended(line: str, following: str, width: int) -> bool:
    """Whether a line was ended and not wrapped: the next word had room in it, and begins something."""
    last, first = line.rstrip().rpartition("\n")[2], following.lstrip().partition(" ")[0].partition("\n")[0]
    begins = first[:1].isupper() or first[:1].isdigit()
    return begins and not last.endswith(_GOES_ON) and len(last) + 1 + len(first) <= width * WRAPPED_AT


def _stands_alone(line: str, following: str) -> bool:
    last, next_line = line.rstrip("\n").rpartition("\n")[2], following.partition("\n")[0]
    if deep := courtesy.depth(last):
        if courtesy.depth(next_line) != deep:
            return True  # what a reply quotes and what it says to that are two things
        line, following = courtesy.unquoted(line), courtesy.unquoted(following)
    if courtesy.greets(last):
        return True
    if not following.strip() or following[:1] == "\n" or _BLOCK_START.match(following):
        return True
    first = line.lstrip()[:1]
    rows = _ROW.search(line) or _ROW.search(following.partition("\n")[0])
    return first in {"#", "|"} or bool(rows) or _labelled(following) or _labelled(line)


def _labelled(line: str) -> bool:
    """Whether a line says "Opening hours: ...". A wrapped line may hold a colon too, but has no capital."""
    label = _LABEL.match(line)
    return label is not None and label[1][0].isupper()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    span = text[start:end]
    return start + len(span) - len(span.lstrip()), end - (len(span) - len(span.rstrip()))
