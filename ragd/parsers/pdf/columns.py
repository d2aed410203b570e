"""Columns of prose that a PDF draws row by row: a line of the left one, then the line of the right one beside it.

pdfium gives both as one line. Where the middle of the page is empty in nearly all of its lines, and both sides are
filled like prose and not like a table's cells, the lines are parted there and read column by column.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ragd.parsers.pdf.layout import BROKEN, Line

SAMPLE = 8  # lines that are looked at before all are
EMPTY = 0.7  # of them have nothing in the middle
LEAST = 4  # lines of a column
GAP = 0.8  # of its height, between two columns
SIDE = 30.0  # points, at least, of a line that runs over the middle, on either side of it
CLEAR = 4.0  # points around the middle
PROSE = 8  # times its height is a line of prose wide, the median of a column,
FILLED = 0.8  # and of the widest
EDGE = 3.0  # points by which lines of one column may begin apart
Place = tuple[int, int]  # of a line's first and last character, as pdfium counts its text


def parted(lines: list[Line], places: Sequence[Place], text_page: Any) -> list[Line]:
    """The lines in the order of their columns, those that hold two parted; as they are where there is no such page."""
    if len(lines) < LEAST:
        return lines
    middle = (min([line.left for line in lines]) + max([line.right for line in lines])) / 2
    across = [at for at, line in enumerate(lines) if line.left < middle - SIDE and line.right > middle + SIDE]
    if len(across) < LEAST or not _is_empty(text_page, [lines[at] for at in across], middle):
        return lines
    for some in (across[:: len(across) // SAMPLE or 1], across):  # nearly every page with a table ends with the sample
        halves = {at: both for at in some if (both := _halves(lines[at], places[at], text_page, middle))}
        if len(halves) < EMPTY * len(some) or not _are_columns(list(halves.values())):
            return lines
    return list(_by_columns(lines, halves, middle))


def _is_empty(text_page: Any, lines: Sequence[Line], middle: float) -> bool:
    """Whether there is nothing, or a blank, in the middle of most of some lines."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    sample = lines[:: len(lines) // SAMPLE or 1]
    empty = 0
    for line in sample:
        at = raw.FPDFText_GetCharIndexAtPos(text_page, middle, (line.bottom + line.top) / 2, CLEAR, CLEAR)
        empty += at < 0 or chr(raw.FPDFText_GetUnicode(text_page, at)).isspace()
    return empty >= EMPTY * len(sample)


def _halves(line: Line, place: Place, text_page: Any, middle: float) -> tuple[Line, Line] | None:
    """What stands left and right of the widest blank near the middle; None where no blank is as wide as a gap."""
    blanks = list(_blanks(line, place, text_page))
    near = [one for one in blanks if one[1] < middle + CLEAR and one[2] > middle - CLEAR]
    at, left, right = max(near, key=lambda one: one[2] - one[1], default=(0, 0.0, 0.0))
    if right - left < GAP * line.height:
        return None
    before, after = line.text[:at].rstrip(), line.text[at:].lstrip()
    broken = before[-1:] == "-" and before[-2:-1].isalpha()
    first = replace(line, text=before[:-1] if broken else before, end=BROKEN if broken else "\r\n", right=left)
    return first, replace(line, text=after, left=right)


def _blanks(line: Line, place: Place, text_page: Any) -> Iterator[tuple[int, float, float]]:
    """The blanks of a line: where in its text, and the edges of what stands before and after."""
    from pypdfium2 import raw

    indent = len(line.text) - len(line.text.lstrip())
    ends = [ctypes.c_double() for _ in range(4)]

    def edges(at: int) -> tuple[float, float]:
        index = raw.FPDFText_GetCharIndexFromTextIndex(text_page.raw, place[0] + at - indent)
        raw.FPDFText_GetCharBox(text_page.raw, index, *ends)
        return ends[0].value, ends[1].value

    text = line.text.rstrip()
    for at in range(indent + 1, len(text)):
        if text[at].isspace() and not text[at - 1].isspace():
            after = at + len(text[at:]) - len(text[at:].lstrip())
            yield at, edges(at - 1)[1], edges(after)[0]


def _are_columns(halves: Sequence[tuple[Line, Line]]) -> bool:
    """Whether both sides are prose: wide, filled, and the right one with an edge at which its lines begin."""
    if len(halves) < LEAST:
        return False
    starts = sorted(right.left for _, right in halves)
    usual = starts[len(starts) // 2]
    if sum(abs(start - usual) < EDGE for start in starts) < EMPTY * len(starts):
        return False
    return all(_is_prose([both[side] for both in halves]) for side in (0, 1))


def _is_prose(lines: Sequence[Line]) -> bool:
    widths = sorted(line.right - line.left for line in lines)
    median = widths[len(widths) // 2]
    return median > PROSE * lines[0].height and median > FILLED * widths[-1]


def _by_columns(lines: Sequence[Line], halves: dict[int, tuple[Line, Line]], middle: float) -> Iterator[Line]:
    """All lines; between those that run over the whole page the left ones first."""
    sides: tuple[list[Line], list[Line]] = [], []
    for at, line in enumerate(lines):
        if at in halves:
            for side, half in zip(sides, halves[at], strict=True):
                side.append(half)
        elif line.right < middle or line.left > middle:
            sides[line.left > middle].append(line)
        else:
            yield from [*sides[0], *sides[1], line]
            sides = [], []
    yield from [*sides[0], *sides[1]]
