"""The parser's reading: the text of a format that is no text file, built line by line, with the marks in it."""

import re
import unicodedata
from collections.abc import Iterable

from ragd.parsers.decode import sound, unix_lines
from ragd.records import Mark, MarkKind

BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# control characters, soft hyphen, zero-width space and joiner of words, direction overrides, byte-order mark
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
BLANKS = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
IN_A_CELL = re.compile("(?<![-\u2010])\n+")  # a hyphen keeps its line's end, see html.JOINED
MANY_LINES = re.compile("\n{3,}")
FACT_LENGTH = 500  # a title or a name longer than this is none


def clean(text: str) -> str:
    """NFC, no control characters or soft hyphens, single blanks in a line, at most one empty line, none at the ends."""
    if not text.isascii():
        text = sound(unicodedata.normalize("NFC", text))
    text = unix_lines(text)
    # What is to be mended is looked for where the quickest look says that it is there: nearly all texts are clean.
    if not text.replace("\n", " ").isprintable():
        text = BLANKS.sub(" ", UNSEEN.sub("", BREAKS.sub("\n", text)))
    elif "  " in text:
        text = BLANKS.sub(" ", text)
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    if "\n\n\n" in text:
        text = MANY_LINES.sub("\n\n", text)
    return text.strip(" \n")


def fact(text: str | None) -> str | None:
    """A title, name or other short fact on one line; None where nothing is left."""
    if not text:
        return None
    if len(text) <= FACT_LENGTH and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip() or None  # nothing to clean, as most facts of a mail
    line = " ".join(clean(text[: 4 * FACT_LENGTH]).split())
    return line[:FACT_LENGTH] or None


class Reading:
    """A text that grows block by block. Marks count in the finished text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.marks: list[Mark] = []

    def __len__(self) -> int:
        """Code points so far."""
        return self._length

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def block(self, text: str, *, gap: str = "\n\n") -> bool:
        """Add a block after `gap`; False when nothing of it is seen."""
        seen = clean(text)
        if seen:
            self._open(gap)
            self._add(seen)
        return bool(seen)

    def row(self, cells: Iterable[str], *, gap: str = "\n\n") -> bool:
        """Add a table's row with a tab between its cells: a mark that the file does not hold would stand in quotes."""
        seen = "\t".join(IN_A_CELL.sub(" ", clean(cell)) for cell in cells).rstrip("\t")
        if seen.strip("\t"):
            self._open(gap)
            self._add(seen)
        return bool(seen.strip("\t"))

    def heading(self, text: str, level: int, *, gap: str = "\n\n", number: str = "") -> None:
        """A line that heads what follows; `number` stands before it on the page and in no text: "7.3"."""
        label = fact(text)
        if label:
            self._open(gap)
            self.marks.append(Mark(self._length, "heading", f"{number} {label}".lstrip(), level))
            self._add(label)

    def graft(self, text: str, marks: Iterable[Mark], *, gap: str = "\n\n") -> None:
        """Add another reading as it is, with its marks."""
        if text:
            self._open(gap)
            self.marks += [Mark(self._length + mark.offset, mark.kind, mark.label, mark.level) for mark in marks]
            self._add(text)

    def mark(self, kind: MarkKind, label: str, level: int) -> None:
        """A mark where the next block begins, whose gap must be "" then: call `turn` first."""
        self.marks.append(Mark(self._length, kind, label, level))

    def turn(self, gap: str = "\n\n") -> None:
        """Close what stands, so that the next mark stands exactly where the next block begins."""
        self._open(gap)

    def _open(self, gap: str) -> None:
        if self._length and not (self._pieces and self._pieces[-1] == gap):
            self._add(gap)

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
