"""Rows of a table among the lines of a PDF: their cells are parted by tabs, as those of every other format are.

A PDF draws a row as words with gaps, of which one blank is left. Where lines that follow each other end with as many
numbers, these are cells, and a year or a dash is one like any other.
"""

import re

MONEY = "$€£¥"
NUMBER = rf"\(?[-–]?(?:[{MONEY}] ?)?\d(?:[\d.,]*\d)?(?: ?%)?\)?(?: ?%)?"
VALUE = rf"(?:(?:[{MONEY}] ?)?{NUMBER}|[—–-]+)"
VALUES = re.compile(VALUE)
ROW = re.compile(rf"^(?:(.*?\S)(?= {VALUE}(?: {VALUE})+$))?((?:(?:^| ){VALUE}){{2,}})$")
LONGEST = 400  # characters of a row
NEAR = 2  # lines from one row to the next: a group's name may stand between


def with_cells(text: str) -> str:
    """The text with a tab for the blank before each number of a row; nothing else in it changes."""
    lines = text.split("\n")
    rows = {at: row for at, line in enumerate(lines) if (row := _cells(line))}
    for at, (label, values) in rows.items():
        near = (rows[other] for other in range(at - NEAR, at + NEAR + 1) if other != at and other in rows)
        if any(len(others) == len(values) for _, others in near):
            lines[at] = "\t".join([label, *values] if label else values)
    return "\n".join(lines)


def _cells(line: str) -> tuple[str | None, list[str]] | None:
    """A row's label, if it has one, and its numbers; None where the line is no row."""
    if len(line) > LONGEST or not (line[-1:].isdigit() or line[-1:] in ")%—–-"):
        return None
    found = ROW.match(line)
    return (found[1], VALUES.findall(found[2])) if found else None
