"""Tables in text files (CSV, TSV): the text untouched, the columns' names in force over every row.

A row's own line is what is quoted; the names of its columns stand above it as a heading, so that a passage from the
middle of a long table is still embedded with them.
"""

import csv
from collections.abc import Iterator
from itertools import pairwise

from ragd.parsers.source import Source
from ragd.parsers.texts.text import lined_member, lined_text
from ragd.records import Mark, Member

SAMPLE = 65_536  # characters that the separator is guessed from
SEPARATORS = (",", ";", "\t", "|")
LONGEST_NAME = 80
LONGEST_HEADER = 150  # characters of all names together: the header that is embedded holds no more
FIRST = 20  # lines among which the names are looked for: some exports begin with a title and a date


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    yield lined_member(source, text, tuple(_names(text)))


def _names(text: str) -> Iterator[Mark]:
    """A mark at the first row below the columns' names, called as they are; none where no row names columns."""
    separator = _separator(text[:SAMPLE])
    if not separator:
        return
    lines = text[:SAMPLE].splitlines(keepends=True)
    offset = 0
    for line, following in pairwise(lines[: FIRST + 1]):
        offset += len(line)
        names, values = _cells(line, separator), _cells(following, separator)
        if len(list(filter(None, names))) > 1 and len(values) * 2 >= len(names) and following.strip():
            if _are_names(names) and names != values:
                yield Mark(offset, "heading", _joined(names), 1)
            return


def _separator(sample: str) -> str | None:
    """The separator that parts the most lines into the same number of cells."""
    lines = [line for line in sample.splitlines()[:200] if line.strip()]
    best = max(SEPARATORS, key=lambda one: _evenness(lines, one))
    return best if _evenness(lines, best) > 0 else None


def _evenness(lines: list[str], separator: str) -> float:
    counts = [len(_cells(line, separator)) for line in lines]
    usual = max(set(counts), key=counts.count, default=1)
    return counts.count(usual) * min(usual - 1, 50) / max(len(counts), 1) if usual > 1 else 0.0


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:  # a field larger than the module takes
        return line.split(separator)


def _are_names(cells: list[str]) -> bool:
    """Whether cells are names: words, none of them twice, none of them a number."""
    said = [cell for cell in cells if cell]
    return (
        len(said) * 2 > len(cells)
        and len(set(said)) == len(said)
        and all(len(cell) <= LONGEST_NAME and any(map(str.isalpha, cell)) and not _is_value(cell) for cell in said)
    )


def _is_value(cell: str) -> bool:
    digits = sum(map(str.isdigit, cell))
    return digits * 2 > len(cell) or "@" in cell or "://" in cell


def _joined(names: list[str]) -> str:
    joined = ", ".join(name for name in names if name)
    if len(joined) <= LONGEST_HEADER:
        return joined
    return (
        joined[: joined.rfind(", ", 0, LONGEST_HEADER)] if ", " in joined[:LONGEST_HEADER] else joined[:LONGEST_HEADER]
    )
