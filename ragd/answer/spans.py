"""The spans of the found passages that can be quoted, with what each of them says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import PurePath

from ragd import places
from ragd.answer import courtesy, headed, rows, said_of, sentences, values, words
from ragd.records import Found, Hit, Mark

LONGEST = 3  # pieces in one quote
LONGEST_QUOTE = 600  # code points; a single piece may be longer

# A quote never crosses one of these: what stands on two pages or under two headings is not one text to the eye.
WALLS = frozenset({"page", "column", "slide", "sheet", "message", "turn", "heading", "beside"})

_LIST_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s", re.MULTILINE)  # numbers a step and counts nothing
_FRONTMATTER = re.compile(r"---\n.*?\n---(?:\n|$)", re.DOTALL)


@dataclass(frozen=True)
class Facts:
    """What is known about a passage besides its words: who, when, under which title and headings."""

    text: str
    names: frozenset[str]  # stems of the title's and the headings' words
    people: frozenset[str]  # stems of the names of who wrote and who received it
    when: values.When | None

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(words.content(self.text))

    @cached_property
    def values(self) -> values.Values:
        return values.values(self.text)


@dataclass(frozen=True)
class Span:
    """One to three neighbouring pieces of a hit's passage; `start` and `end` count in the document's text."""

    hit: Hit
    start: int
    end: int
    size: int  # pieces
    facts: Facts
    said: str | None = None  # its text where that is none of the passage's: the heads of a table that it is cut from

    @property
    def key(self) -> tuple[str, int, int]:
        return self.hit.chunk.document, self.start, self.end

    @cached_property
    def text(self) -> str:
        return self.said or self.hit.chunk.text[self.start - self.hit.chunk.start : self.end - self.hit.chunk.start]

    @cached_property
    def heading(self) -> bool:
        """Whether it is a heading alone, which says what the text below is about and answers nothing."""
        marks = (mark for mark in self.hit.chunk.marks if mark.kind == "heading")
        return self.text.startswith("#") or any(
            mark.offset <= self.start <= mark.offset + len(mark.label) and mark.label.endswith(self.shown)
            for mark in marks
        )

    @cached_property
    def leads_on(self) -> bool:
        """Whether it only announces what follows: "On 2 March Kees wrote:", a heading, a log's day, a table's rule."""
        announces = self.heading or self._is_heads or self.shown.endswith(":") or values.only_when(self.shown)
        return announces or len(words.tokens(self.shown)) < 2

    @cached_property
    def shown(self) -> str:
        """The text on one line and without a reply's quote marks, as a sentence of an answer shows it."""
        return " ".join(courtesy.unquoted(self.text).split())

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(words.content(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(words.stem(word) for word in words.tokens(self.text))

    @cached_property
    def heads(self) -> frozenset[str]:
        """The words of the heads of the tables that its rows are of."""
        said = self.columns.said if self.columns and self.columns.said else ""
        return _stems(f"{said_of.heads_of(self.text, self.around)}\n{said}")

    @cached_property
    def around(self) -> str:
        """The passage, below the heads of the table in which it begins."""
        return "\n".join(filter(None, (columns_above(self.hit), self.hit.text)))

    @cached_property
    def columns(self) -> "Span | None":
        """Of a row the heads of its table, which say what its numbers are, wherever they stand."""
        heads = _table(self.hit, self.start) if "\t" in self.text else None
        if heads is None:
            above = rows.heads_above(self.hit, self.start) if rows.is_line(self.hit, self.text) else None
            return Span(self.hit, *above, 1, self.facts) if above else None
        if heads.offset + len(heads.label) > self.start:
            return None
        return Span(self.hit, heads.offset, heads.offset + len(heads.label), 1, self.facts, heads.label)

    @cached_property
    def row(self) -> bool:
        """Whether it is a row of a table: what its neighbours say is said of other things."""
        return rows.is_row(self.hit, self.start, self.end)

    @cached_property
    def record(self) -> bool:
        """Whether it is a row that says with each of its cells what that is of, or whose heads are those of a file."""
        return self.row and not said_of.cells_of(self.text)

    @cached_property
    def called(self) -> list[str]:
        """What a row may be called by: its first cell, of a record each of its cells that is no number."""
        return rows.names_of(self.text) if self.row else []

    @cached_property
    def _is_heads(self) -> bool:
        heads = _table(self.hit, self.start)
        if heads is None:
            return rows.is_line(self.hit, self.text) and rows.heads_above(self.hit, self.end + 1) == (
                self.start,
                self.end,
            )
        return self.end <= heads.offset + len(heads.label)

    @cached_property
    def values(self) -> values.Values:
        return values.values(_LIST_NUMBER.sub("", self.text))

    @cached_property
    def numbers(self) -> frozenset[float]:
        return values.stated(self.values)

    @cached_property
    def in_context(self) -> str:
        """What is embedded: the title and the last heading tell what a short line is about."""
        above = [*self.facts.text.splitlines()[:1], *([self.columns.shown] if self.columns else [])]
        return "\n".join([*above, self.shown])


def columns_above(hit: Hit) -> str:
    """The heads of the table in whose middle a passage begins; "" where it begins elsewhere."""
    heads = _table(hit, hit.start)
    return heads.label if heads and heads.offset < hit.start else ""


def _table(hit: Hit, offset: int) -> Mark | None:
    """The heads of the table that is in force at an offset."""
    return rows.table(hit, offset)


def facts_of(hit: Hit, start: int) -> Facts:
    """The facts of a hit's document and of the headings in force at offset `start`."""
    document = hit.document
    if hit.chunk.role == "signature":  # of who wrote it: not of the mail's subject, nor of whom it was sent to
        writer = "" if hit.chunk.quoted else document.author or ""
        return Facts(writer, names=frozenset(), people=_stems(writer), when=None)
    held = places.held(hit.chunk.marks, start, start + 1)
    headings = [mark.label for mark in held if mark.kind == "heading" and mark.label != document.title]
    clauses = [mark.label for mark in held if mark.kind in ("beside", "clause")]
    title = " > ".join(part for part in (document.title or _named(document), *headings[-2:], *clauses) if part)
    another = places.is_quoted(hit.chunk, start + 1)
    speakers = (hit.chunk.speaker,) if another else (document.author, *document.recipients)
    people = [person for person in speakers if person]
    text = "\n".join((title, *people))
    return Facts(text, names=_stems(title), people=_stems("\n".join(people)), when=values.of_iso(document.own_date))


def _named(document: Found) -> str:
    """What a document without a title is called: its file's name, or its own within the file."""
    name = (document.part or document.path).rpartition(" > ")[2].rpartition("/")[2]
    return "" if name[:1] in {"<", "#"} else PurePath(name).stem


def _stems(text: str) -> frozenset[str]:
    return frozenset(words.stem(word) for word in words.tokens(text))


def spans_of(hits: Sequence[Hit]) -> list[Span]:
    """Every span that can be quoted, the best hit's first; the same span of overlapping passages once."""
    found: dict[tuple[str, int, int], Span] = {}
    for hit in hits:
        runs = _runs(hit) if hit.chunk.role != "foot" else ()  # what a list or a lawyer says answers nothing
        for run in (part for one in runs for part in _rows_apart(hit, one)):
            facts = facts_of(hit, run[0][0])
            for start, end, size in _windows(run):
                span = Span(hit=hit, start=start, end=end, size=size, facts=facts)
                found.setdefault(span.key, span)
    return list(found.values())


def _rows_apart(hit: Hit, run: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """A run in parts: each piece of a table alone, for a row is quoted with its heads and not with its neighbours."""
    for within, part in groupby(run, key=lambda piece: rows.is_row(hit, *piece)):
        pieces = list(part)
        yield from ([piece] for piece in pieces) if within else [pieces]


def _windows(run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    for first in range(len(run)):
        for size in range(1, min(LONGEST, len(run) - first) + 1):
            start, end = run[first][0], run[first + size - 1][1]
            if size == 1 or end - start <= LONGEST_QUOTE:
                yield start, end, size


def _runs(hit: Hit) -> Iterator[list[tuple[int, int]]]:
    """The pieces between two walls, in offsets of the document, without what says nothing."""
    chunk = hit.chunk
    if chunk.role == "signature" or (hit.document.kind == "table" and hit.lines):
        yield from _telling(hit, _lines(hit))
        return
    first, last = _body(hit)
    walls = sorted(
        {wall for mark in chunk.marks for wall in _walls(hit, mark) if first < wall < last}
        | {wall for wall in (chunk.start + chunk.lead,) if first < wall < last}  # a question and its answer are two's
        | {wall for head in headed.heads(chunk.text) if first < (wall := chunk.start + head) < last}
    )
    for begin, end in zip([first, *walls], [*walls, last], strict=True):
        text = chunk.text[begin - chunk.start : end - chunk.start]
        run = [(begin + start, begin + stop) for start, stop in sentences.pieces(text)]
        head = 1 if run and chunk.text[run[0][0] - chunk.start] == "#" else 0
        for part in (run[:head], run[head:]):
            yield from _telling(hit, part)


def _lines(hit: Hit) -> list[tuple[int, int]]:
    """Where the lines of a signature, or the rows of a CSV, say something: no two of them are one sentence."""
    lines, start = [], hit.start
    for line in hit.text.split("\n"):
        said = courtesy.unquoted(line).strip()
        if said:
            lines.append((start + len(line.rstrip()) - len(said), start + len(line.rstrip())))
        start += len(line) + 1
    return lines


def _body(hit: Hit) -> tuple[int, int]:
    """Where the quotable text of a passage begins and ends: after a note's frontmatter, before a mail's signature."""
    chunk = hit.chunk
    frontmatter = _FRONTMATTER.match(chunk.text) if chunk.start == 0 else None
    first = frontmatter.end() if frontmatter else chunk.start
    last = courtesy.foot(chunk.text) + chunk.start if hit.document.kind == "mail" else chunk.end
    return first, max(first, last)


def _telling(hit: Hit, run: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """A run in parts, without the pieces that say nothing; a quote goes neither across one nor into another day."""
    mail = hit.document.kind == "mail"
    texts = [hit.chunk.text[start - hit.chunk.start : end - hit.chunk.start] for start, end in run]
    heading = [mail and courtesy.heads(text) for text in texts]
    part: list[tuple[int, int]] = []
    for at, (piece, text) in enumerate(zip(run, texts, strict=True)):
        among = heading[at] and (any(heading[max(0, at - 1) : at]) or any(heading[at + 1 : at + 2]))
        other = bool(part) and courtesy.depth(text) != courtesy.depth(texts[at - 1])
        silent = among or courtesy.greets(text) or courtesy.rules(text)
        if (other or silent or values.only_when(text)) and part:  # with its next day a log begins anew
            yield part
            part = []
        if not silent:
            part.append(piece)
    if part:
        yield part


def _walls(hit: Hit, mark: Mark) -> Iterator[int]:
    """Where a mark stands, and of a heading where its line ends: it is no part of the sentence below it."""
    if mark.kind in WALLS:
        yield mark.offset
    if mark.kind == "heading":
        chunk = hit.chunk
        end = chunk.text.find("\n", max(mark.offset - chunk.start, 0)) + chunk.start
        if mark.offset >= chunk.start and end > mark.offset:
            yield end
