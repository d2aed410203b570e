"""The table of contents that a PDF carries: its entries become headings where their words stand on the page."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ragd.parsers.reading import Reading, fact
from ragd.records import Mark

ENTRIES = 2000  # more is no table of contents
WIDE = re.compile(r"\s\s+")
BLANKS = str.maketrans("\n\t", "  ")


def outline(pdf: Any, reading: Reading) -> list[Mark]:
    """The entries of the table of contents whose words stand on the page that they lead to."""
    text = reading.text
    starts = {mark.level: mark.offset for mark in reading.marks if mark.kind == "page"}
    ends = dict(zip(starts, [*list(starts.values())[1:], len(text)], strict=True))
    pages: dict[int, Words] = {}
    marks: set[Mark] = set()
    for count, entry in enumerate(pdf.get_toc(max_depth=6)):
        if count >= ENTRIES:
            break
        target = entry.get_dest()
        label, index = fact(entry.get_title()), target.get_index() if target else None
        if label and index is not None and index + 1 in starts:
            start = starts[index + 1]
            if index not in pages:
                pages[index] = Words(text[start : ends[index + 1]])
            place = pages[index].place(label)
            if place is not None:
                marks.add(Mark(start + place, "heading", label, entry.level + 1))
    return sorted(marks, key=lambda mark: (mark.offset, mark.level))


def with_outline(marks: Sequence[Mark], outlined: Sequence[Mark]) -> list[Mark]:
    """All marks. What the outline names is named by it, and what else stands out on the pages stands below that."""
    known = {mark.offset for mark in outlined}
    depth = max((mark.level for mark in outlined), default=0)
    return [
        *(
            replace(mark, level=mark.level + depth) if mark.kind == "heading" else mark
            for mark in marks
            if mark.kind != "heading" or mark.offset not in known
        ),
        *outlined,
    ]


class Words:
    """A page's words with one blank between them: to compile a pattern for each of a thousand labels took too long."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._flat = WIDE.sub(" ", text).translate(BLANKS)
        self._lower = _lower(self._flat)
        # where blanks were left out, and how many up to there
        self._gaps: list[int] = []
        self._less = [0]
        for found in WIDE.finditer(text):
            self._gaps.append(found.start() - self._less[-1])
            self._less.append(self._less[-1] + len(found[0]) - 1)

    def place(self, label: str) -> int | None:
        """Where a label stands: the first line that begins with it, in capitals or not, or its words anywhere."""
        words = _lower(label)
        at = self._lower.find(words)
        while at >= 0:
            place = self._place(at)
            if place == 0 or self._text[place - 1] == "\n":
                return place
            at = self._lower.find(words, at + 1)
        at = self._flat.find(label)
        return self._place(at) if at >= 0 else None

    def _place(self, at: int) -> int:
        """A place among the words as one in the text."""
        return at + self._less[bisect_left(self._gaps, at)]


def _lower(text: str) -> str:
    """As many letters, none of them large: this one alone becomes two."""
    return text.replace("İ", "i").lower()
