"""Rows of a spreadsheet as text: each is read with its columns' names, so that a passage stands alone.

A row becomes a line, "Name: Kees; Amount: 12". The names' own row, and rows with no names above them, keep their cells
parted by tabs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ragd.parsers.reading import Reading, clean

LONGEST_NAME = 100  # characters of a column's name; more is a text
MOST_CELLS = 1_500_000  # of one file: ten seconds of reading and 25 MB of text
UNNAMED = frozenset((
    "sheet", "tabelle", "blad", "feuil", "feuille", "hoja", "foglio", "planilha", "лист", "munka", "arkusz", "list",
))  # fmt: skip
YEARS = range(1900, 2101)
MOST_JUMPS = 20_000  # of row numbers in a sheet; below more of them rows have no numbers


class Cell(NamedTuple):
    """A cell that shows something: 1-based column, what is shown, whether that is a number, whether it stands out."""

    column: int
    text: str
    number: bool = False
    bold: bool = False


class Row(NamedTuple):
    """The cells of a row that show something, from left to right; the row's number is 1-based."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Sheets:
    """A workbook as it is read, sheet by sheet. `left_out` says what did not fit."""

    reading: Reading = field(default_factory=Reading)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # sheet, why
    room: int = MOST_CELLS  # cells that may still be read

    def beside(self, what: str, words: str) -> None:
        """What is written on the last sheet and not in its cells: a "comment on B4", a "text box", a "chart"."""
        if clean(words):
            self.reading.turn()
            self.reading.mark("beside", what, 2)  # the sheet's name is above it
            self.reading.block(words)

    def sheet(
        self,
        number: int,
        name: str,
        rows: Iterable[Row],
        *,
        hidden: bool = False,
        spans: "Mapping[tuple[int, int], int]",
    ) -> None:
        """Read one sheet; `spans` gives for a merged cell (row, column) how many columns it takes."""
        label = " ".join(name.split()) or str(number)
        table = _Table(self.reading, spans)
        shown = self._within(label, (row for row in rows if row.cells))
        for row, following in _with_next(shown):
            if not table.begun:
                self.reading.turn()
                self.reading.mark("sheet", f"{label} (hidden)" if hidden else label, number)
                if not _is_unnamed(label):
                    self.reading.heading(label, 1)
            table.take(row, following)
        table.end()

    def _within(self, label: str, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.room -= len(row.cells)
            if self.room < 0:
                self.left_out.append((label, f"too large: read up to row {row.number - 1:,}"))
                return
            yield row


class _Table:
    """The rows of one sheet, and the names that stand above its columns as far as it was read."""

    def __init__(self, reading: Reading, spans: Mapping[tuple[int, int], int]) -> None:
        self.begun = False
        self._reading = reading
        self._spans = spans
        self._names: dict[int, str] = {}
        self._above: dict[int, str] = {}  # names that each stand over several columns
        self._fresh = True  # nothing but titles was met since the last empty row
        self._last = 0
        self._due = 0  # the row whose number the next line has by itself
        self._jumps = 0

    def take(self, row: Row, following: Row | None) -> None:
        apart = row.number > self._last + 1
        self._fresh = self._fresh or apart
        named = bool(self._names) and (len(row.cells) > 1 or row.cells[0].number)
        if self._fresh and self._is_header(row, following):
            self._names = {cell.column: self._full_name(cell) for cell in row.cells}
            named = self._fresh = False
        self._fresh = self._fresh and (len(row.cells) == 1 or bool(self._spread(row)))
        self._above = self._spread(row) if self._fresh and len(row.cells) > 1 else {}
        self._write(row, named=named, gap="\n" if self.begun and not apart else "\n\n")

    def end(self) -> None:
        """What comes below is no row: comments, text boxes, charts."""
        if self.begun:
            self._reading.mark("row", "", 0)

    def _write(self, row: Row, *, named: bool, gap: str) -> None:
        self._reading.turn(gap)
        if row.number != self._due and self._jumps < MOST_JUMPS:
            self._jumps += 1
            self._reading.mark("row", str(row.number), row.number if self._jumps < MOST_JUMPS else 0)
        if named:
            shown = self._reading.block("; ".join(map(self._named, row.cells)), gap="")
        else:
            shown = self._reading.row(_with_gaps(row.cells), gap="")
        one_line = named or not any("\n" in cell.text for cell in row.cells)
        self._due = row.number + 1 if shown and one_line else 0
        self.begun, self._last = True, row.number

    def _named(self, cell: Cell) -> str:
        text = " ".join(cell.text.split())
        name = self._names.get(cell.column)
        return f"{name}: {text}" if name else text

    def _full_name(self, cell: Cell) -> str:
        name, above = " ".join(clean(cell.text).split()).rstrip(":"), self._above.get(cell.column)
        return f"{above} {name}" if above else name

    def _spread(self, row: Row) -> dict[int, str]:
        """The names of a row whose cells each stand over several columns, by column."""
        found = {}
        for cell in row.cells:
            width = self._spans.get((row.number, cell.column), 1)
            found.update(dict.fromkeys(range(cell.column, cell.column + width), " ".join(cell.text.split())))
        return found if len(found) > len(row.cells) > 1 else {}

    def _is_header(self, row: Row, following: Row | None) -> bool:
        """Whether a row names columns: words side by side, and a row of as many columns right below."""
        if following is None or following.number != row.number + 1 or len(row.cells) < 2 or len(following.cells) < 2:
            return False
        if self._spread(row) or not all(map(_may_be_name, row.cells)):
            return False
        below = {cell.column: cell for cell in following.cells}
        if len(below.keys() & {cell.column for cell in row.cells}) * 2 < len(row.cells):
            return False
        contrast = any(below[cell.column].number and not cell.number for cell in row.cells if cell.column in below)
        stands_out = all(cell.bold for cell in row.cells) and not all(cell.bold for cell in following.cells)
        names = [cell.text for cell in row.cells]
        again = [self._names.get(cell.column) for cell in row.cells] == names
        return again or contrast or stands_out or (not self._names and len(set(names)) == len(names))


def _may_be_name(cell: Cell) -> bool:
    if cell.number:
        return cell.text.isdigit() and int(cell.text) in YEARS
    return len(cell.text) <= LONGEST_NAME and any(map(str.isalpha, cell.text))


def _with_gaps(cells: tuple[Cell, ...]) -> Iterator[str]:
    """The cells with an empty one where a column between them shows nothing, so that columns stay columns."""
    last = cells[0].column - 1
    for cell in cells:
        yield from [""] * min(cell.column - last - 1, 20)
        yield cell.text
        last = cell.column


def _with_next(rows: Iterator[Row]) -> Iterator[tuple[Row, Row | None]]:
    before: Row | None = None
    for row in rows:
        if before is not None:
            yield before, row
        before = row
    if before is not None:
        yield before, None


def _is_unnamed(label: str) -> bool:
    return label.rstrip("0123456789 ()").lower() in UNNAMED or label.isdigit()
