"""Which pieces of a passage are rows of a table, and where the heads of their columns stand."""

import re

from ragd import places
from ragd.answer import said_of
from ragd.records import Hit, Mark

NONE = (0, 0)
DELIMITERS = ",;\t|"
FORM = 2  # cells: without heads above them these are a label and its value, and a form is read as a whole

_RECORD = re.compile(r"[^\s:;][^:;]*: [^;]*(?:; [^\s:;][^:;]*: [^;]*)+")  # "Item: Boat hire; Quarter: Q4 2022"


def is_row(hit: Hit, start: int, end: int) -> bool:
    """Whether a span is one row, whose cells are said of one thing, and not of what its neighbours are said of."""
    text = hit.text[start - hit.start : end - hit.start]
    if not is_line(hit, text):
        return table(hit, start) is not None
    cells = len(said_of.cells_of(text))
    return cells != FORM or table(hit, start) is not None or heads_above(hit, start) is not None


def is_line(hit: Hit, text: str) -> bool:
    """Whether a line looks like a row: cells with tabs or bars between them, a record of a sheet, a line of a CSV."""
    if "\n" in text or not text.strip():
        return False
    if said_of.cells_of(text) or (hit.document.kind == "table" and hit.lines):
        return True
    return bool(_RECORD.match(text)) and any(mark.kind == "sheet" for mark in hit.chunk.marks)


def table(hit: Hit, offset: int) -> Mark | None:
    """The heads of the table that is in force at an offset, where the document's reading knows them."""
    return next((mark for mark in places.held(hit.chunk.marks, offset, offset + 1) if mark.kind == "table"), None)


def heads_above(hit: Hit, start: int) -> tuple[int, int] | None:
    """Where the first row of the table stands whose row begins at `start`, if it has no numbers but years."""
    found: tuple[int, int] | None = None
    offset, before = hit.start, ""
    for line in hit.text.split("\n"):
        end, cells = offset + len(line), said_of.cells_of(line)
        if end >= start:
            return found if found != NONE and cells else None
        if not cells:
            found = None
        elif found is None:
            found = _trimmed(line, offset) if said_of.are_heads(cells) else NONE
            if found == NONE and _is_run_of_heads(before, cells):
                found = _trimmed(before, offset - len(before) - 1)
        offset, before = end + 1, line
    return None


def _trimmed(line: str, offset: int) -> tuple[int, int]:
    return offset + len(line) - len(line.lstrip()), offset + len(line.rstrip())


def _is_run_of_heads(line: str, cells: list[str]) -> bool:
    """Whether a line above a row has a word for each of its cells, or for each but the first: "Tunnel Sensors Raw"."""
    heads = line.split()
    return len(heads) > 1 and len(cells) - len(heads) in (0, 1) and said_of.are_heads(heads)


def names_of(row: str) -> list[str]:
    """What a row may be called by: its first cell, of a record each of its cells that has a letter."""
    if cells := said_of.cells_of(row):
        return cells[:1]
    if _RECORD.match(row):
        cells = [cell.partition(": ")[2] for cell in row.split("; ")]
    else:
        apart = re.escape(max(DELIMITERS, key=row.count))
        cells = [cell.strip('"') for cell in re.findall(rf'"[^"\n]*"|[^{apart}\n]+', row)]
    return [cell for cell in cells if any(map(str.isalpha, cell))]
