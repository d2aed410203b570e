"""Counted headings that do not stand out: "2 Methods" is looked for where 1 and 3 are headings and 2 is none.

Without it all that stands below would be told to be of the section before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from ragd.parsers.pdf.headings import Heading, label_of, may_head, stands_alone
from ragd.parsers.pdf.layout import Line, Sheet

COUNTED = re.compile(
    r"([^\W\d_]{0,7}\s?)(\d{1,2})(\.?[\s—–:-]\s*)(?=[^\W\d_a-zß-ÿ])"
)  # "3. Results", "Note 4—GOODWILL"
MOST = 3  # numbers after each other that may be missing
WORDS = 20  # of such a heading
SMALLER = 0.9  # times the height of those around it that its letters are at least


class _Counted(NamedTuple):
    page: int
    heading: Heading
    line: Line
    look: tuple[str, str, int]  # what stands before and after the number, the level
    number: int


def with_missed(
    sheets: Sequence[Sheet | None], found: dict[int, list[Heading]], without: Mapping[int, Set[int]]
) -> dict[int, list[Heading]]:
    """The headings of each page (from 0), with the counted ones that are missing; `without` are lines left out."""
    last: dict[tuple[str, str, int], _Counted] = {}
    missed: list[tuple[int, Heading]] = []
    for one in _counted(sheets, found):
        before = last.get(one.look)
        if before and before.number + 1 < one.number <= before.number + 1 + MOST:
            missed += _between(sheets, without, before, one)
        last[one.look] = one
    return {
        page: sorted([*some, *(one for where, one in missed if where == page)], key=lambda one: one.lines)
        for page, some in found.items()
    }


def _counted(sheets: Sequence[Sheet | None], found: Mapping[int, Sequence[Heading]]) -> Iterator[_Counted]:
    for page, some in found.items():
        for one in some:
            counted, sheet = COUNTED.match(one.label), sheets[page]
            if counted and sheet:
                look = (counted[1], counted[3].strip(), one.level)
                yield _Counted(page, one, sheet.lines[one.lines[0]], look, int(counted[2]))


def _between(
    sheets: Sequence[Sheet | None], without: Mapping[int, Set[int]], first: _Counted, last: _Counted
) -> Iterator[tuple[int, Heading]]:
    """The lines between two headings that have the numbers between theirs, where one alone may be the heading."""
    fitting: dict[int, list[tuple[int, Heading]]] = {}
    for page in range(first.page, last.page + 1):
        sheet = sheets[page]
        for at, line in enumerate(sheet.lines if sheet else ()):
            counted = COUNTED.match(line.text.strip())
            inside = (first.page, first.heading.lines[-1]) < (page, at) < (last.page, last.heading.lines[0])
            if not (counted and inside and sheet and (counted[1], counted[3].strip()) == first.look[:2]):
                continue
            if at not in without.get(page, ()) and _is_alike(line, first, last) and stands_alone(sheet.lines, at):
                heading = Heading((at,), label_of([line]), first.look[2])
                fitting.setdefault(int(counted[2]), []).append((page, heading))
    for number in range(first.number + 1, last.number):
        yield from fitting.get(number, ()) if len(fitting.get(number, ())) == 1 else ()


def _is_alike(line: Line, *others: _Counted) -> bool:
    """Whether a line may be a heading and begins where one of the others does."""
    text = line.text.strip()
    return (
        any(
            abs(line.left - one.line.left) < line.letters and line.letters > SMALLER * one.line.letters
            for one in others
        )
        and not text.endswith(".")
        and len(text.split()) <= WORDS
        and may_head(line)
    )
