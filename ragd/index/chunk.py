"""A document becomes passages: cut at its own structure first, and sized in the embedder's own tokens."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from ragd.index.header import facts_above, header_of
from ragd.index.regions import Region, regions
from ragd.index.tokens import GAPS, Measured, Tokens
from ragd.places import held, lead_of
from ragd.records import Chunk, Document, Mark, Role

if TYPE_CHECKING:
    from semantic_text_splitter import TextSplitter
    from tokenizers import Tokenizer

VERSION = "c4"  # changes when the same text would be cut elsewhere, or its header would read differently
SPECIAL_TOKENS = 2  # [CLS] and [SEP]
SMALL = 0.25  # of the window: a section below this joins its neighbour rather than standing alone
LONGEST = 100_000  # code points handed to the splitter at once: its memory grows with them
READ_AT_ONCE = 2_000_000  # code points whose tokens are held in memory together
KEPT_HEADERS = 10_000
LONG_SIGNS = 40  # code points of a passage that may be left out for want of letters
FEW_LETTERS = 0.02  # of what is not blank
LEAST_ROOM = 0.25  # of the window that a passage's own text has, whatever its header and heading take
FULL = 0.95  # of the window that even pieces are to fill
SLACK = 1.12  # by which a piece may be longer than the mean, to end where a sentence ends
FEW_WORDS = 120  # code points of a line below a heading that is kept with it
BREAKS = ("page", "heading", "slide", "sheet", "cell", "message", "turn", "day", "beside")


class Span(NamedTuple):
    """A piece of a document's text and what it takes of an embedder's window."""

    start: int
    end: int
    tokens: int


class Passage(NamedTuple):
    """A piece as it becomes a chunk."""

    start: int
    end: int
    tokens: int
    quoted: bool
    role: Role
    lead: int = 0
    group: int | None = None


class Chunker:
    """Cuts documents for one embedder: its tokenizer counts, its window (tokens) bounds."""

    def __init__(self, tokenizer: "Tokenizer", window: int, name: str) -> None:
        """`name` names the tokenizer: another one cuts elsewhere, so the version says which."""
        self.version = f"{VERSION}-{window}-{name}"
        self._tokens = Tokens(tokenizer)
        self._room = window - SPECIAL_TOKENS
        self._splitters: dict[int, TextSplitter] = {}
        self._headers: dict[str, int] = {"": 0}

    def chunks_of(
        self, documents: Sequence[Document], *, cut: Callable[[int], None] = lambda _: None
    ) -> list[list[Chunk]]:
        """Each document's passages, a mail's own words before what it quotes, signatures and feet last.

        Together they hold all of its text but white space and long stretches of signs. `cut` is called now and then
        with how many code points were cut since; what it raises ends the work.
        """
        return [
            list(_chunks(document, self._grouped(document, self._passages(document, ruler, cut))))
            for document, ruler in zip(documents, self._rulers(documents), strict=True)
        ]

    def count(self, text: str) -> int:
        """How many of the embedder's tokens a text is, without the special ones."""
        return len(self._tokens.ids(text))

    def _rulers(self, documents: Sequence[Document]) -> "Iterator[Ruler]":
        """Every text is read once, many at a time; very long ones piece by piece."""
        batch: list[str] = []
        for document in documents:
            if batch and sum(map(len, batch)) + len(document.text) > READ_AT_ONCE:
                yield from self._read(batch)
                batch = []
            batch.append(document.text)
        yield from self._read(batch)

    def _read(self, texts: Sequence[str]) -> "Iterator[Ruler]":
        if len(texts) == 1 and len(texts[0]) > READ_AT_ONCE:
            yield Ruler(texts[0], self.count, None)
            return
        yield from (
            Ruler(text, self.count, read) for text, read in zip(texts, self._tokens.measured(texts), strict=True)
        )

    def _passages(self, document: Document, ruler: "Ruler", cut: Callable[[int], None]) -> list[Passage]:
        found = [one for region in regions(document) for one in self._passages_of(document, region, ruler, cut)]
        passages = _led(document, found)
        # A document of signs alone keeps one, so that its name finds it.
        return [one for one in passages if not _is_signs(document.text[one.start : one.end])] or passages[:1]

    def _grouped(self, document: Document, passages: list[Passage]) -> list[Passage]:
        """The writer's words between quotes are embedded together as far as they fit: "Yes, on Friday" says little."""
        if all(aside.kind == "secret" for aside in document.asides):
            return passages
        grouped: list[Passage] = []
        room = self._room_at(document, 0)
        first, tokens = 0, 0
        for ordinal, one in enumerate(passages):
            if one.quoted or one.role != "body":
                grouped.append(one)
                continue
            if tokens + one.tokens > room:
                first, tokens = ordinal, 0
            tokens += one.tokens
            grouped.append(one._replace(group=first))
        return grouped

    def _passages_of(
        self, document: Document, region: Region, ruler: "Ruler", cut: Callable[[int], None]
    ) -> list[Passage]:
        if region.start == region.end:
            return [Passage(region.start, region.end, 0, region.quoted, region.role)]
        spans: list[Span] = []
        for start, end in sections(document.text, document.marks, region.start, region.end):
            spans += self._cut(document, start, end, ruler)
            cut(end - start)
        return [Passage(*span, region.quoted, region.role) for span in self._joined(document, spans)]

    def _cut(self, document: Document, start: int, end: int, ruler: "Ruler") -> Iterator[Span]:
        room = self._room_at(document, start)
        tokens = ruler.tokens(start, end)
        if tokens <= room:
            yield Span(start, end, tokens)
            return
        # A heading that stood alone would be a passage that says nothing: it goes with what it is above.
        body = start + _heading(document, start, end)
        heading = ruler.tokens(start, body)
        if heading > room * LEAST_ROOM:
            body, heading = start, 0
        pieces = list(self._cut_body(ruler, body, end, room=room - heading))
        yield Span(start, pieces[0].end, heading + pieces[0].tokens)
        yield from pieces[1:]

    def _cut_body(self, ruler: "Ruler", start: int, end: int, *, room: int) -> Iterator[Span]:
        count = ceil(ruler.tokens(start, end) / (room * FULL))
        for first, last in _even_pieces(ruler.text, start, end, count=count):
            tokens = ruler.tokens(first, last)
            if tokens <= room:
                yield Span(first, last, tokens)
            else:
                yield from self._cut_exactly(ruler.text, first, last, room)

    def _cut_exactly(self, text: str, start: int, end: int, room: int) -> Iterator[Span]:
        """By the embedder's tokens at every step: slower, so only where characters went wrong."""
        for offset, piece in self._splitter(max(room - room % 32, 16)).chunk_indices(text[start:end]):
            first = start + offset
            yield Span(first, first + len(piece), self.count(piece))

    def _room_at(self, document: Document, start: int) -> int:
        header = header_of(document.title, document.author, facts_above(document, start))
        if header not in self._headers:
            if len(self._headers) > KEPT_HEADERS:
                self._headers = {"": 0}
            self._headers[header] = self.count(header)
        return max(self._room - self._headers[header], int(self._room * LEAST_ROOM))

    def _splitter(self, room: int) -> "TextSplitter":
        from semantic_text_splitter import TextSplitter

        if room not in self._splitters:
            self._splitters[room] = TextSplitter.from_callback(self.count, room)
        return self._splitters[room]

    def _joined(self, document: Document, spans: Sequence[Span]) -> list[Span]:
        """Small neighbours become one passage, as far as it fits; a footnote or a comment has one of its own.

        So has each day of a conversation or a diary: a passage of two days would be found by one of their dates only.
        """
        small = self._room * SMALL
        apart = {mark.offset for mark in document.marks if mark.kind == "beside"}
        days = [mark.offset for mark in document.marks if mark.kind == "day"]
        joined: list[Span] = []
        for span in spans:
            last = joined[-1] if joined else None
            if last and bisect_right(days, last.start) != bisect_right(days, span.start):
                last = None
            if last and apart.isdisjoint((last.start, span.start)) and min(last.tokens, span.tokens) < small:
                # The count of two pieces is at most the sum of both: words are not split across white space.
                together = last.tokens + span.tokens
                if together <= self._room_at(document, last.start):
                    joined[-1] = Span(last.start, span.end, together)
                    continue
            joined.append(span)
        return joined


class Ruler:
    """Measures spans of one text in tokens, by what stands before its words where that is known."""

    def __init__(self, text: str, count: Callable[[str], int], read: Measured | None) -> None:
        self.text = text
        self._count = count
        self._read = read

    def tokens(self, start: int, end: int) -> int:
        """How many tokens a span is; counted anew where it begins or ends within a word, which cuts tokens."""
        if self._read is None or self._within_word(start) or self._within_word(end):
            return self._count(self.text[start:end])
        starts, before = self._read
        return before[bisect_left(starts, end)] - before[bisect_left(starts, start)]

    def _within_word(self, offset: int) -> bool:
        around = self.text[max(offset - 1, 0) : offset + 1]
        return len(around) == 2 and offset > 0 and around[0] not in GAPS and around[1] not in GAPS


def sections(text: str, marks: Sequence[Mark], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The spans between the marks that begin something new, trimmed; long ones cut where a line or a word ends.

    Of the text between `first` and `last`.
    """
    edges = sorted(
        {first, last, *_begin(text, [mark for mark in marks if _breaks(mark) and first <= mark.offset < last])}
    )
    for start, end in pairwise(edges):
        while end - start > LONGEST:
            cut = _last_break(text, start, start + LONGEST)
            yield from _trimmed(text, start, cut)
            start = cut  # noqa: PLW2901 (what is left of the section)
        yield from _trimmed(text, start, end)


def _begin(text: str, marks: Sequence[Mark]) -> Iterator[int]:
    """Where something new begins; headings with nothing between them begin it together."""
    above: Mark | None = None
    for mark in marks:
        if mark.kind != "heading" or above is None or not _is_all(text[above.offset : mark.offset], above):
            yield mark.offset
        above = mark if mark.kind == "heading" else None


def _is_all(text: str, heading: Mark) -> bool:
    """Whether a text is no more than the heading that it begins with."""
    return "\n" not in text.strip() or " ".join(text.split()) == " ".join(heading.label.split())


def _breaks(mark: Mark) -> bool:
    """Whether something new begins; a turn of a conversation that follows without a pause goes with the one before."""
    return mark.kind in BREAKS and not (mark.kind == "turn" and mark.level > 1)


def _heading(document: Document, start: int, end: int) -> int:
    """The length of the headings that a section begins with, and of a few words below them ("in millions of dollars").

    0 where it begins otherwise, or holds no more.
    """
    text = document.text
    below = start
    first = bisect_left(document.marks, start, key=lambda mark: mark.offset)
    for mark in islice(document.marks, first, None):
        if mark.offset >= end or text[below : mark.offset].strip():
            break
        if mark.kind == "heading":
            below = mark.offset + _length(text, mark, end)
    if below == start:
        return 0
    gap = text.find("\n\n", below, end)
    if 0 <= gap - below < FEW_WORDS:
        below = gap
    return below - start if text[below:end].strip() else 0


def _length(text: str, heading: Mark, end: int) -> int:
    """The length of a heading's line, or lines: its label is what they say, and signs may stand before it ("## ")."""
    length = 0
    while True:
        stop = text.find("\n", heading.offset + length, end)
        if stop < 0:
            return end - heading.offset
        said = " ".join(text[heading.offset : stop].split())
        if said == heading.label or not heading.label.startswith(said):
            return stop - heading.offset if length == 0 or said == heading.label else length - 1
        length = stop - heading.offset + 1


def _even_pieces(text: str, start: int, end: int, *, count: int) -> Iterator[tuple[int, int]]:
    """About `count` pieces of like size, cut between paragraphs, sentences or words; not one full and a remnant."""
    from semantic_text_splitter import TextSplitter

    characters = ceil((end - start) / count * SLACK)
    for offset, piece in TextSplitter(characters).chunk_indices(text[start:end]):
        yield start + offset, start + offset + len(piece)


def groups(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Passages that are embedded as one text, each with the others of its group."""
    together: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        together.setdefault(chunk.ordinal if chunk.group is None else chunk.group, []).append(chunk)
    yield from together.values()


def _led(document: Document, passages: list[Passage]) -> list[Passage]:
    """The passages with how much of each is the question that it answers; where that is all, it is a quote."""
    asides = [(one.start, one.end) for one in document.asides]
    led = []
    for one in passages:
        lead = lead_of(asides, one.start, one.end) if one.role == "body" and not one.quoted else 0
        is_all = 0 < lead == one.end - one.start
        led.append(one._replace(quoted=one.quoted or is_all, lead=0 if is_all else lead))
    return led


def _is_signs(text: str) -> bool:
    """Whether a text is brackets, rules or drawings made of signs: nobody asks for it, and its meaning is none."""
    return len(text) >= LONG_SIGNS and sum(map(str.isalnum, text)) < len("".join(text.split())) * FEW_LETTERS


def _last_break(text: str, start: int, end: int) -> int:
    for separator in ("\n\n", "\n", " "):
        found = text.rfind(separator, start + 1, end)
        if found > start:
            return found + len(separator)
    return end


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if left < len(piece):
        yield start + left, start + len(piece.rstrip())


def _chunks(document: Document, passages: Iterable[Passage]) -> Iterator[Chunk]:
    lines = _Lines(document)
    for ordinal, (start, end, _, quoted, role, lead, group) in enumerate(passages):
        marks, text = held(document.marks, start, end), document.text[start:end]
        yield Chunk(document.id, ordinal, start, end, text, marks, lines.at(start), quoted, group, role, lead)


class _Lines:
    """The numbers of a text's lines, and of a sheet's rows; asked in order, so that each line is counted once."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._jumps = [(0, 1)] if document.lined else [(m.offset, m.level) for m in document.marks if m.kind == "row"]
        self._next = self._number = self._counted = 0

    def at(self, offset: int) -> int | None:
        """The number of the line in which an offset stands; None where lines have none."""
        while self._next < len(self._jumps) and self._jumps[self._next][0] <= offset:
            self._counted, self._number = self._jumps[self._next]
            self._next += 1
        if not self._number:
            return None
        self._number += self._text.count("\n", self._counted, offset)
        self._counted = offset
        return self._number
