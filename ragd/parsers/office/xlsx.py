"""Excel workbooks: every sheet with its rows as people see them, values of formulas, comments and text boxes.

Read with lxml, part by part: openpyxl gives either values without merged cells or everything at fifty times the
memory, and calamine gives numbers without their formats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.number_format import BUILT_IN, shown
from ragd.parsers.office.ooxml import Package, chart_rows
from ragd.parsers.office.rows import Cell, Row, Sheets
from ragd.parsers.source import Parsed, Source
from ragd.parsers.texts.xml_tree import attribute, ends, local
from ragd.records import Kind, Member

WHAT = "Excel workbook"
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})\d{1,7}"')
MOST_MERGED = 100_000
DIGITS = "0123456789"
Names = list[str]


@dataclass(frozen=True, slots=True)
class _Style:
    code: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Book:
    """What the sheets of a workbook share."""

    strings: Names
    styles: list[_Style]
    since_1904: bool


def parse(source: Source) -> Parsed:
    package = Package(source.data, WHAT)
    workbook = package.main
    root = package.read(workbook)
    book = _Book(_strings(package, workbook), _styles(package, workbook), _since_1904(root))
    parts = package.relations(workbook)
    sheets = Sheets()
    for number, sheet in enumerate((one for one in root.iter() if local(one) == "sheet"), start=1):
        part, name = parts.get(attribute(sheet, "id"), ("", ""))[0], attribute(sheet, "name")
        data = package.find(part)
        if data is None:
            sheets.left_out.append((name or str(number), "damaged"))
            continue
        hidden = attribute(sheet, "state") in ("hidden", "veryHidden")
        sheets.sheet(number, name, _rows(data, book), hidden=hidden, spans=_spans(data))
        for what, words in _beside(package, part):
            sheets.beside(what, words)
    yield from members(source, sheets, properties.office(package.archive))


def members(source: Source, sheets: Sheets, facts: properties.Facts, *, kind: Kind = "table") -> Parsed:
    """The document that a workbook is, and what of it was left out."""
    yield Member(source.part, properties.document(source, sheets.reading, facts, kind=kind))
    for name, why in sheets.left_out:
        yield source.left_out(source.unique(f"{source.part} > {name}" if source.part else name), why)


def _since_1904(root: Any) -> bool:
    return any(local(one) == "workbookPr" and attribute(one, "date1904") in ("1", "true") for one in root.iter())


def _strings(package: Package, workbook: str) -> Names:
    parts = [target for target, kind in package.relations(workbook).values() if kind == "sharedStrings"]
    return [_words(item) for part in parts for item in ends(package.find(part) or b"", "{*}si")]


def _words(item: Any) -> str:
    """The words of a string without their phonetic reading."""
    return "".join(one.text or "" for one in item.iter("{*}t") if local(one.getparent()) != "rPh")


def _styles(package: Package, workbook: str) -> list[_Style]:
    """The format code and the weight of every cell style, by its number."""
    codes, fonts, styles = dict(BUILT_IN), [], []
    for root in package.trees(workbook, "styles"):
        for one in root.iter():
            name = local(one)
            if name == "numFmt" and attribute(one, "numFmtId").isdigit():
                codes.setdefault(int(attribute(one, "numFmtId")), attribute(one, "formatCode"))
            elif name == "font":
                fonts.append(any(local(part) == "b" and attribute(part, "val") not in ("0", "false") for part in one))
            elif name == "xf" and local(one.getparent()) == "cellXfs":
                styles.append((_number(attribute(one, "numFmtId")), _number(attribute(one, "fontId"))))
    return [_Style(codes.get(code, ""), font < len(fonts) and fonts[font]) for code, font in styles]


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _rows(data: bytes, book: _Book) -> Iterator[Row]:
    last = 0
    for row in ends(data, "{*}row"):
        last = _number(attribute(row, "r")) or last + 1
        yield Row(last, tuple(_cells(row, book)))


def _cells(row: Any, book: _Book) -> Iterator[Cell]:
    column = 0
    for cell in row:
        place = cell.get("r") or ""
        column = _column(place.rstrip(DIGITS)) or column + 1
        style = _number(cell.get("s") or "")
        how = book.styles[style] if style < len(book.styles) else _Style()
        text, number = _shown(cell, how, book)
        if text and not text.isspace():
            yield Cell(column, text, number, how.bold)


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """The 1-based column that letters stand for; 0 of none."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


def _shown(cell: Any, style: _Style, book: _Book) -> tuple[str, bool]:
    """What a cell shows, and whether that is a number; of a formula its value as it was last computed.

    A formula whose value was never saved is shown itself: a total that is left out would be missed by nobody.
    """
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return _words(cell), False
    value, formula = "", None
    for one in cell:
        if one.tag[-2:] == "}v":
            value = one.text or ""
        elif one.tag[-2:] == "}f":
            formula = one
    if kind == "n":
        return _shown_number(value, style, book) if value else _uncomputed(formula)
    if kind == "s":
        return (book.strings[int(value)] if value.isdigit() and int(value) < len(book.strings) else ""), False
    if kind == "b" and value:
        return ("TRUE" if value == "1" else "FALSE"), False
    return value, kind == "d"  # words that a formula made, an error, a date in ISO 8601


def _uncomputed(formula: Any) -> tuple[str, bool]:
    """A formula as a program wrote it that computes nothing; nothing of a cell that holds none."""
    if formula is None:
        return "", False
    return f"={formula.text}" if formula.text else "(formula)", True


def _shown_number(value: str, style: _Style, book: _Book) -> tuple[str, bool]:
    try:
        return shown(float(value), style.code, since_1904=book.since_1904), True
    except (ValueError, OverflowError):
        return value, False


def _spans(data: bytes) -> dict[tuple[int, int], int]:
    """How many columns a merged cell takes, by row and column of its upper left corner."""
    found: dict[tuple[int, int], int] = {}
    for one in MERGED.finditer(data):
        first, row, last = one.groups()
        width = _column(last.decode()) - _column(first.decode()) + 1
        if width > 1 and len(found) < MOST_MERGED:
            found[int(row), _column(first.decode())] = width
    return found


def _beside(package: Package, part: str) -> Iterator[tuple[str, str]]:
    """What is written on a sheet but not in its cells: comments, text boxes, charts."""
    yield from _comments(package, part)
    for target, kind in package.relations(part).values():
        drawing = package.tree(target) if kind == "drawing" else None
        if drawing is not None:
            yield from (("text box", words) for words in _boxes(drawing))
            for chart in package.trees(target, "chart"):
                yield "chart", "\n".join("\t".join(row) for row in chart_rows(chart))


def _comments(package: Package, part: str) -> Iterator[tuple[str, str]]:
    for comments in package.trees(part, "threadedComment"):
        for comment in (one for one in comments.iter() if local(one) == "threadedComment"):
            words = next((one.text or "" for one in comment if local(one) == "text"), "")
            cell = attribute(comment, "ref")
            yield f"comment on {cell}", f"Comment on {cell}: {words}" if words.strip() else ""
    for comments in package.trees(part, "comments"):
        for comment in (one for one in comments.iter() if local(one) == "comment"):
            words = _words(comment)
            if words.strip() and not words.startswith("[Threaded comment]"):  # said above, by the newer part
                cell = attribute(comment, "ref")
                yield f"comment on {cell}", f"Comment on {cell}: {words}"


def _boxes(drawing: Any) -> Iterator[str]:
    for body in (one for one in drawing.iter() if local(one) == "txBody"):
        lines = (one for one in body if local(one) == "p")
        yield "\n".join("".join(run.text or "" for run in line.iter() if local(run) == "t") for line in lines)
