"""Excel's binary workbooks (.xlsb), read with calamine: values and days, without the formats of numbers.

Their parts are records and no XML, so nothing of `xlsx` fits them; the rare file is worth a library, not a reader.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.number_format import general
from ragd.parsers.office.rows import Cell, Row, Sheets
from ragd.parsers.office.xlsx import WHAT, members
from ragd.parsers.packed.zipped import LARGEST, Zipped
from ragd.parsers.source import Parsed, Source, Unreadable

PANIC = "PanicException"  # of Rust: what it does not expect in a record; it is no Exception and has no name to import


def parse(source: Source) -> Parsed:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    archive = Zipped(source.data, WHAT)
    if sum(one.file_size for one in archive.members) > LARGEST:
        raise Unreadable(f"unpacks to more than {LARGEST >> 20} MB")
    sheets = Sheets()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
        for number, about in enumerate(book.sheets_metadata, start=1):
            sheet = book.get_sheet_by_index(number - 1)
            hidden = about.visible != SheetVisibleEnum.Visible
            sheets.sheet(number, about.name, _rows(sheet), hidden=hidden, spans=_spans(sheet))
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"damaged {WHAT}") from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise Unreadable(f"damaged {WHAT}") from error
    yield from members(source, sheets, properties.office(archive))


def _spans(sheet: Any) -> dict[tuple[int, int], int]:
    """How many columns a merged cell takes, by row and column of its upper left corner."""
    merged = sheet.merged_cell_ranges or ()
    return {(top + 1, left + 1): right - left + 1 for (top, left), (_, right) in merged if right > left}


def _rows(sheet: Any) -> Iterator[Row]:
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = (_cell(column, value) for column, value in enumerate(values, start=1))
        yield Row(number, tuple(cell for cell in cells if cell.text and not cell.text.isspace()))


def _cell(column: int, value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell(column, "TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell(column, general(value), True)
    if isinstance(value, datetime):
        return Cell(column, f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}", True)
    if isinstance(value, date | time | timedelta):
        return Cell(column, str(value), True)
    return Cell(column, str(value))
