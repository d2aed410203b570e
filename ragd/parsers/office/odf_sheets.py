"""OpenDocument spreadsheets: rows with what their cells show, which the file holds as it was last computed."""

from collections.abc import Iterator
from typing import Any

from ragd.parsers.office.rows import Cell, Row, Sheets
from ragd.parsers.texts.xml_tree import attribute, local

REPEATED = 1_000  # times that a cell or row that says something is read again; rows to the sheet's end are empty
NUMBERS = frozenset(("float", "percentage", "currency", "date", "time"))
ROW_GROUPS = frozenset(("table-row-group", "table-header-rows", "table-rows"))


def read_sheets(inside: Any, sheets: Sheets, content: Any) -> None:
    """Read every table of a spreadsheet; `content` holds the styles that say which of them are hidden."""
    hidden, bold = _styles(content)
    tables = [one for one in inside if local(one) == "table"]
    for number, table in enumerate(tables, start=1):
        name = attribute(table, "name")
        sheets.sheet(
            number, name, _rows(table, bold), hidden=attribute(table, "style-name") in hidden, spans=_spans(table)
        )
        for comment in (one for one in table.iter() if local(one) == "annotation"):
            words = _words(comment)
            sheets.beside("comment", f"Comment: {words}" if words.strip() else "")
        for box in (one for one in table if local(one) == "shapes"):
            sheets.beside("text box", _words(box))


def _styles(content: Any) -> tuple[set[str], set[str]]:
    """The names of the styles of hidden tables, and of bold cells."""
    hidden, bold = set(), set()
    for style in (one for one in content.iter() if local(one) == "style"):
        for part in style:
            if local(part) == "table-properties" and attribute(part, "display") == "false":
                hidden.add(attribute(style, "name"))
            if local(part) == "text-properties" and attribute(part, "font-weight") == "bold":
                bold.add(attribute(style, "name"))
    return hidden, bold


def _each_row(parent: Any) -> Iterator[Any]:
    for child in parent:
        if local(child) == "table-row":
            yield child
        elif local(child) in ROW_GROUPS:
            yield from _each_row(child)


def _rows(table: Any, bold: set[str]) -> Iterator[Row]:
    number = 1
    for row in _each_row(table):
        repeated = _count(row, "number-rows-repeated")
        cells = tuple(_cells(row, bold))
        for again in range(min(repeated, REPEATED) if cells else 0):
            yield Row(number + again, cells)
        number += repeated


def _cells(row: Any, bold: set[str]) -> Iterator[Cell]:
    column = 1
    for cell in row:
        if local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        repeated = _count(cell, "number-columns-repeated")
        text = _words(cell)
        for again in range(min(repeated, REPEATED) if text.strip() else 0):
            number = attribute(cell, "value-type") in NUMBERS
            yield Cell(column + again, text, number, attribute(cell, "style-name") in bold)
        column += repeated


def _spans(table: Any) -> dict[tuple[int, int], int]:
    found, number = {}, 1
    for row in _each_row(table):
        column = 1
        for cell in row:
            width = _count(cell, "number-columns-spanned")
            if width > 1:
                found[number, column] = width
            column += _count(cell, "number-columns-repeated")
        number += _count(row, "number-rows-repeated")
    return found


def _count(element: Any, name: str) -> int:
    written = attribute(element, name)
    return max(int(written), 1) if written.isdigit() and len(written) < 10 else 1


def _words(element: Any) -> str:
    """The paragraphs of a cell, a comment or a box; a cell's comments are none of its own."""
    lines = []
    for one in element:
        if local(one) == "p":
            lines.append("".join(_pieces(one)))
        elif local(one) not in ("annotation", ""):
            lines.append(_words(one))
    return "\n".join(line for line in lines if line)


def _pieces(line: Any) -> Iterator[str]:
    yield line.text or ""
    for child in line:
        if local(child) in ("s", "tab", "line-break"):
            yield " "
        elif local(child) != "annotation":
            yield from _pieces(child)
        yield child.tail or ""
