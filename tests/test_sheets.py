"""Spreadsheets: rows are read with their columns' names, numbers as people see them."""

from pathlib import Path

import pytest
from mail_shelf import CHUNKER
from office_files import core, relations, rows, write_odf, write_xlsx, xml
from parser_files import only

from ragd.parsers.office.number_format import shown
from ragd.parsers.office.rows import Cell, Row, Sheets
from ragd.places import describe, lines_of, rows_of
from ragd.records import Document, Found

FOUND = Found("1", "", "/a.xlsx", None, None, "table", None, None, None, ())


def test_a_row_is_read_with_its_columns_names(tmp_path: Path) -> None:
    cells = rows(
        ("Costs of 2024",),
        (),
        ("Name", "Rate", "Day", "Amount"),
        ("Kees", (0.215, 1), (45353, 2), (1234.5, 3)),
        ("Ann", None, (45354, 2), 12),
        (None, None, None, (1246.5, 3)),
        (),
        ("Paid in May",),
    )
    document = only(
        write_xlsx(tmp_path / "a.xlsx", {"Costs": cells}, parts={"docProps/core.xml": core("Costs", "Dana")})
    )
    assert document.text.split("\n") == [
        "Costs", "", "Costs of 2024", "", "Name\tRate\tDay\tAmount",
        "Name: Kees; Rate: 21.50%; Day: 2024-03-02; Amount: € 1,234.50", "Name: Ann; Day: 2024-03-03; Amount: 12",
        "Amount: € 1,246.50", "", "Paid in May",
    ]  # fmt: skip
    assert (document.kind, document.title, document.author) == ("table", "Costs", "Dana")


def test_a_formula_whose_value_was_never_saved_is_shown_itself(tmp_path: Path) -> None:
    formulas = (
        '<s:row r="1"><s:c r="A1" t="inlineStr"><s:is><s:t>Rent</s:t></s:is></s:c>'
        '<s:c r="B1"><s:v>900</s:v></s:c></s:row>'
        '<s:row r="2"><s:c r="A2" t="inlineStr"><s:is><s:t>Total</s:t></s:is></s:c>'
        '<s:c r="B2"><s:f>SUM(B1:B1)</s:f><s:v/></s:c>'
        '<s:c r="C2"><s:f t="shared" si="0"/></s:c><s:c r="D2"><s:f>B1*2</s:f><s:v>1800</s:v></s:c>'
        '<s:c r="E2" t="str"><s:f>IF(B1,"")</s:f><s:v></s:v></s:c></s:row>'
    )
    document = only(write_xlsx(tmp_path / "a.xlsx", {"Costs": f"<s:sheetData>{formulas}</s:sheetData>"}))
    assert document.text.split("\n")[-2:] == ["Rent\t900", "Total\t=SUM(B1:B1)\t(formula)\t1800"]


def test_sheets_are_places_and_hidden_ones_are_named_so(tmp_path: Path) -> None:
    sheets = {"Sheet1": rows(("one",)), "Empty": rows(()), "Old": rows(("two",))}
    document = only(write_xlsx(tmp_path / "a.xlsx", sheets, hidden=("Old",)))
    marks = [(mark.kind, mark.label, mark.level) for mark in document.marks if mark.kind != "row"]
    assert marks == [("sheet", "Sheet1", 1), ("sheet", "Old (hidden)", 3), ("heading", "Old", 1)]
    assert document.text == "one\n\nOld\n\ntwo"


def test_a_place_in_a_sheet_has_the_sheets_own_row(tmp_path: Path) -> None:
    cells = rows(
        ("Costs of 2024",),
        (),
        (),
        ("Name", "Amount"),
        ("Kees", 12),
        ("Ann", 13),
        (),
        ("Paul", 14),
        ("two\nlines",),
        ("Zoe",),
    )
    document = only(write_xlsx(tmp_path / "a.xlsx", {"Costs": cells, "Sheet2": rows((), ("other",))}))
    [chunks] = CHUNKER.chunks_of([document])

    def place(said: str) -> tuple[str, tuple[int, int] | None, tuple[int, int] | None]:
        start = document.text.index(said)
        chunk = next(one for one in chunks if one.start <= start < one.end)
        end = start + len(said)
        return describe(chunk, FOUND, start, end), rows_of(chunk, start, end), lines_of(chunk, start, end)

    assert place("Costs of 2024") == ("sheet Costs, row 1", (1, 1), None)
    assert place("Name: Kees; Amount: 12") == ("sheet Costs, row 5", (5, 5), None)
    assert place("Ann; Amount: 13\n\nName: Paul") == ("sheet Costs, rows 6-8", (6, 8), None)
    assert place("two") == ("sheet Costs, row 9", (9, 9), None)
    assert place("Zoe") == ("sheet Costs, row 10", (10, 10), None)
    assert place("other") == ("sheet Sheet2, row 2", (2, 2), None)
    whole = chunks[0]
    assert describe(whole, FOUND, whole.start, whole.end) == "sheets Costs and Sheet2"
    assert rows_of(chunks[0], chunks[0].start, chunks[0].end) is not None


def test_what_is_written_beside_the_cells_has_no_row() -> None:
    sheets = Sheets()
    sheets.sheet(1, "Costs", [Row(3, (Cell(1, "Boiler"),))], spans={})
    sheets.reading.block("Comment on A3: too much")
    document = Document("1", sheets.reading.text, "table", "xlsx/1", tuple(sheets.reading.marks))
    [[chunk]] = CHUNKER.chunks_of([document])
    start = document.text.index("Comment")
    assert rows_of(chunk, chunk.start, start) == (3, 3)
    assert rows_of(chunk, start, chunk.end) is None


def test_names_that_stand_over_several_columns_are_part_of_the_name(tmp_path: Path) -> None:
    cells = rows(("", "2023", None, "2024"), ("Name", "In", "Out", "In", "Out"), ("Kees", 1, 2, 3, 4))
    merged = '<s:mergeCells><s:mergeCell ref="B1:C1"/><s:mergeCell ref="D1:E1"/></s:mergeCells>'
    document = only(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": cells + merged}))
    assert document.text.splitlines()[-1] == "Name: Kees; 2023 In: 1; 2023 Out: 2; 2024 In: 3; 2024 Out: 4"


def test_cells_without_names_stay_cells(tmp_path: Path) -> None:
    document = only(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows((1, 2, 3), (4, None, 6))}))
    assert document.text == "1\t2\t3\n4\t\t6"


def test_a_formula_is_read_as_its_value_and_words_by_their_number(tmp_path: Path) -> None:
    cells = (
        '<s:sheetData><s:row r="1"><s:c r="A1" t="s"><s:v>1</s:v></s:c></s:row>'
        '<s:row r="2"><s:c r="A2"><s:f>SUM(B1:B9)</s:f><s:v>42</s:v></s:c></s:row>'
        '<s:row r="3"><s:c r="A3" t="b"><s:v>1</s:v></s:c><s:c r="B3" t="e"><s:v>#DIV/0!</s:v></s:c></s:row>'
        "</s:sheetData>"
    )
    total = "<s:r><s:t>To</s:t></s:r><s:r><s:t>tal</s:t></s:r><s:rPh><s:t>x</s:t></s:rPh>"
    strings = f"<s:si><s:t>no</s:t></s:si><s:si>{total}</s:si>"
    listed = relations(styles="styles styles.xml", s1="worksheet worksheets/sheet1.xml", t="sharedStrings strings.xml")
    parts = {"xl/strings.xml": xml("s:sst", strings), "xl/_rels/workbook.xml.rels": listed}
    document = only(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": cells}, parts=parts))
    assert document.text == "Total\n42\nTRUE\t#DIV/0!"


def test_a_huge_sheet_is_read_as_far_as_it_may_be_and_says_so() -> None:
    sheets = Sheets(room=7)
    sheets.sheet(1, "Big", (Row(number, (Cell(1, "1", True), Cell(2, "2", True))) for number in range(1, 7)), spans={})
    sheets.sheet(2, "After", [Row(1, (Cell(1, "x"),))], spans={})
    assert sheets.reading.text == "Big\n\n1\t2\n1\t2\n1\t2"
    assert sheets.left_out == [("Big", "too large: read up to row 3"), ("After", "too large: read up to row 0")]


def test_an_open_document_spreadsheet_shows_what_its_cells_show(tmp_path: Path) -> None:
    def cell(text: str, kind: str = "string", more: str = "") -> str:
        return f'<table:table-cell office:value-type="{kind}" {more}><text:p>{text}</text:p></table:table-cell>'

    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    lines = (
        f"<table:table-row>{cell('Name')}{cell('Rate')}{empty}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2">'
        f"{cell('Kees')}{cell('21,5 %', 'percentage')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1000000">{empty}</table:table-row>'
    )
    table = f'<table:table table:name="Costs">{lines}</table:table>'
    document = only(write_odf(tmp_path / "a.ods", "spreadsheet", table))
    assert document.text == "Costs\n\nName\tRate\nName: Kees; Rate: 21,5 %\nName: Kees; Rate: 21,5 %"
    assert (document.kind, document.title) == ("table", "Rent")


@pytest.mark.parametrize(
    ("number", "code", "seen"),
    [
        (1234.5, "General", "1234.5"), (0.1 + 0.2, "General", "0.3"), (1e-7, "General", "0.0000001"), (3.0, "", "3"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"), (1234567, '#,##0,"k"', "1,235k"), (5, "000", "005"),
        (0.215, "0.0%", "21.5%"), (12, '0" kg"', "12 kg"), (0, '0;-0;"nothing"', "nothing"), (-0.001, "0.00", "0.00"),
        (1234.5, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)', "$1,234.50"), (123456789, "000-00-0000", "123-45-6789"),
        (44927.75, "yyyy-mm-dd hh:mm", "2023-01-01 18:00"), (44927, "[$-409]mmmm d, yyyy;@", "January 1, 2023"),
        (44927.6, "h:mm AM/PM", "2:24 PM"), (1.5, "[h]:mm:ss", "36:00:00"), (0.5, "hh:mm", "12:00"),
       
        (0.125, "# ?/?", "0.125"), (612345678, "0# ## ## ## ##", "06 12 34 56 78"), (-3, "0", "-3"),
        (1e300, "yyyy", "1e+300"),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_its_cell_shows_it(number: float, code: str, seen: str) -> None:
    assert shown(number, code) == seen
