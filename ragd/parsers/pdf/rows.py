"""Rows of a table among the lines of a PDF: their cells are parted by tabs, as those of every other format are.

A PDF draws a row as words with gaps, of which one blank is left. Where lines that follow each other end with as many
numbers, these are cells, and a year or a dash is one like any other. What stands above the first row of a table says
what its columns are, and is marked for all of them: "(in millions) Year Ended December 31, 2015 2016 2017".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ragd.records import Mark

MONEY = "$€£¥"
NUMBER = rf"\(?[-–]?(?:[{MONEY}] ?)?\d(?:[\d.,]*\d)?(?: ?%)?\)?(?: ?%)?"
VALUE = rf"(?:(?:[{MONEY}] ?)?{NUMBER}|[—–-]+)"
VALUES = re.compile(VALUE)
# What follows a comma is the label's: "December 31, 2017".
ROW = re.compile(rf"^(?:(.*?[^\s,])(?= {VALUE}(?: {VALUE})+$))?((?:(?:^| ){VALUE}){{2,}})$")
YEARS = re.compile(r"(?:.*\D[ \t])?(?:(?:19|20)\d\d[ \t]*){2,}(?:\D.*)?")  # "2015 2014 2013 2015 vs. 2014"
ONLY_YEARS = re.compile(r"(?:19|20)\d\d(?: (?:19|20)\d\d)+")
LONGEST = 400  # characters of a row
NEAR = 2  # lines from one row to the next: a group's name may stand between
MANY = 3  # numbers at the end of two neighbouring lines: rows, though they have other cells
APART = 4  # lines that are no rows between two of one table: names of groups, and labels on several lines
WIDE, DEEP, HEADS = 110, 6, 200  # characters of a line of heads, how many there are, characters of all of them


def with_cells(text: str) -> str:
    """The text with a tab for the blank before each number of a row; nothing else in it changes."""
    lines = text.split("\n")
    rows = {at: row for at, line in enumerate(lines) if (row := _cells(line))}
    for at, (label, values) in rows.items():
        near = (rows[other] for other in range(at - NEAR, at + NEAR + 1) if other != at and other in rows)
        if any(len(others) == len(values) or min(len(others), len(values)) >= MANY for _, others in near):
            lines[at] = "\t".join([label, *values] if label else values)
    return "\n".join(lines)


def _cells(line: str) -> tuple[str | None, list[str]] | None:
    """A row's label, if it has one, and its numbers; None where the line is no row."""
    if len(line) > LONGEST or not (line[-1:].isdigit() or line[-1:] in ")%—–-"):
        return None
    if ONLY_YEARS.fullmatch(line):
        return None, line.split()  # of which the first is no label
    found = ROW.match(line)
    return (found[1], VALUES.findall(found[2])) if found else None


def table_marks(text: str, headings: Sequence[Mark]) -> Iterator[Mark]:
    """A mark where the heads of each table begin, called as they are, and one without a name where it ends.

    `text` has its cells parted, `headings` are those in it: a table does not go on below one.
    """
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    titles = {at for mark in headings for at in _lines_of(mark, lines, starts)}
    for first, last in _tables(lines, titles):
        above, below = _heads(lines, first, titles)
        if above < below:
            yield Mark(starts[above], "table", text[starts[above] : starts[below] - 1].rstrip(), 0)
            yield Mark(min(starts[last + 1], len(text)), "table", "", 0)


def _lines_of(heading: Mark, lines: Sequence[str], starts: Sequence[int]) -> Iterator[int]:
    at = bisect_right(starts, heading.offset) - 1
    while at < len(lines) and lines[at].strip() and " ".join(lines[at].split()) in heading.label:
        yield at
        at += 1


def _tables(lines: Sequence[str], titles: set[int]) -> Iterator[tuple[int, int]]:
    """The first and the last row of each run of rows."""
    run: list[int] = []
    between = 0
    for at, line in enumerate(lines):
        if "\t" in line and at not in titles:
            run, between = [*run, at], 0
        elif line.strip():
            between += 1
        if run and (between > APART or at in titles or at == len(lines) - 1 or _is_prose(line)):
            if len(run) > 1:
                yield run[0], run[-1]
            run = []


def _is_prose(line: str) -> bool:
    return "\t" not in line and (len(line) > WIDE or line.endswith("."))


def _heads(lines: Sequence[str], first: int, titles: set[int]) -> tuple[int, int]:
    """The first line of the heads above a table's first row, and the first of its rows of numbers."""
    below = first
    while YEARS.fullmatch(lines[below]):
        below += 1
    above, said, gaps = first, sum(map(len, lines[first:below])), 0
    for at in range(first - 1, max(first - 2 * DEEP, -1), -1):
        line = lines[at]
        if at not in titles and _cells(line) and not YEARS.fullmatch(line):
            above, below, said, gaps = at, at, 0, 0  # a row of other cells than the next
            continue
        said += len(line)
        gaps += not line.strip()
        if at in titles or _is_prose(line) or said > HEADS or gaps > 1 or len([*filter(None, lines[at:below])]) > DEEP:
            break
        above = at if line.strip() else above
    return above, below
