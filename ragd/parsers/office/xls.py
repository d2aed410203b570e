"""Workbooks of Excel 97-2003: as those of today, read with xlrd."""

import io
import struct
from collections.abc import Iterator
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.number_format import shown
from ragd.parsers.office.rows import Cell, Row, Sheets
from ragd.parsers.office.xlsx import members
from ragd.parsers.source import Parsed, Source, Unreadable

TEXT, NUMBER, DATE, TRUTH, ERROR = 1, 2, 3, 4, 5  # xlrd's cell types


def parse(source: Source, facts: properties.Facts) -> Parsed:
    """Read a workbook; `facts` are what the file that holds it states of itself."""
    book = _open(source.data)
    sheets = Sheets()
    for number, sheet in enumerate(book.sheets(), start=1):
        spans = {(row + 1, first + 1): last - first for row, _, first, last in sheet.merged_cells if last - first > 1}
        sheets.sheet(number, sheet.name, _rows(book, sheet), hidden=bool(sheet.visibility), spans=spans)
        for (row, column), note in sorted(sheet.cell_note_map.items()):
            sheets.reading.block(f"Comment on {_name(column)}{row + 1}: {note.text}" if note.text.strip() else "")
    yield from members(source, sheets, facts)


def _open(data: bytes) -> Any:
    import xlrd  # type: ignore[import-untyped]

    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        if "encrypted" in str(error).lower():
            raise Unreadable("is protected by a password") from error
        raise Unreadable("damaged Excel workbook") from error
    except (AssertionError, LookupError, ValueError, TypeError, AttributeError, struct.error) as error:
        raise Unreadable("damaged Excel workbook") from error


def _rows(book: Any, sheet: Any) -> Iterator[Row]:
    for number in range(sheet.nrows):
        try:
            cells = [_cell(book, column, cell) for column, cell in enumerate(sheet.row(number), start=1)]
        except LookupError as error:  # a style that the workbook does not have
            raise Unreadable("damaged Excel workbook") from error
        yield Row(number + 1, tuple(cell for cell in cells if cell.text and not cell.text.isspace()))


def _cell(book: Any, column: int, cell: Any) -> Cell:
    if cell.ctype in (NUMBER, DATE):
        style = book.xf_list[cell.xf_index]
        code = book.format_map[style.format_key].format_str
        return Cell(column, shown(cell.value, _iso(style.format_key, code), since_1904=bool(book.datemode)), True)
    if cell.ctype == TEXT:
        return Cell(column, cell.value, bold=bool(book.font_list[book.xf_list[cell.xf_index].font_index].bold))
    if cell.ctype == TRUTH:
        return Cell(column, "TRUE" if cell.value else "FALSE")
    return Cell(column, _error(cell.value) if cell.ctype == ERROR else "")


def _iso(key: int, code: str) -> str:
    """The format's code; days in the reader's own way of writing, which the file does not say, are ISO 8601."""
    return {14: "yyyy-mm-dd", 22: "yyyy-mm-dd hh:mm"}.get(key, code)


def _error(code: int) -> str:
    import xlrd

    return str(xlrd.error_text_from_code.get(code, ""))


def _name(column: int) -> str:
    """The letters of a 0-based column."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
