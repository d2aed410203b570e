"""What a PDF's passage is of where its own words do not say it: the heads of its table, the title of the whole."""

from pathlib import Path

from ragd import Library
from ragd.index.header import header_of
from ragd.parsers.pdf.headings import headings
from ragd.parsers.pdf.layout import Line, Sheet
from ragd.parsers.pdf.rows import table_marks, with_cells
from ragd.parsers.pdf.titles import title_of
from ragd.places import held
from ragd.records import Mark
from tests.test_pdf import letters, prose, sheets, write_streams

STATEMENT = with_cells("""STATEMENT OF OPERATIONS
(in millions)

Year Ended December 31,
2015 2016 2017
Net sales $ 107,006 $ 135,987 $ 177,866
Operating expenses:
Cost of sales 71,651 88,265 111,934
Marketing 5,254 7,233 10,069

The cost of the goods that were sold rose, for more of them were sold in every month of the year than in the last.
Nothing else changed, and nobody asked why it should have.""")
TITLE = Mark(0, "heading", "STATEMENT OF OPERATIONS", 2)


def test_the_heads_of_a_table_hold_for_its_rows_and_no_longer() -> None:
    first, last = table_marks(STATEMENT, [TITLE])
    assert first.label == "(in millions)\n\nYear Ended December 31,\n2015\t2016\t2017"
    assert STATEMENT[first.offset :].startswith(first.label)
    marketing, prose = STATEMENT.index("Marketing"), STATEMENT.index("The cost")
    assert held([TITLE, first, last], marketing, marketing + 1) == (TITLE, first)
    assert held([TITLE, first, last], prose, prose + 1) == (TITLE,)


def test_a_passage_from_the_middle_of_a_table_is_embedded_below_its_heads() -> None:
    marks = held([TITLE, *table_marks(STATEMENT, [TITLE])], STATEMENT.index("Marketing"), len(STATEMENT))
    above = [mark for mark in marks if mark.offset < STATEMENT.index("Marketing")]
    header = header_of("ACME 2017", None, above)
    assert header == "ACME 2017 > STATEMENT OF OPERATIONS > (in millions) Year Ended December 31, 2015 2016 2017"


def test_a_row_with_other_cells_is_no_head() -> None:
    text = with_cells("As of\n2017 2016\nCash 5 6 7 — 8\nBonds 1 2\nShares 3 4")
    assert [mark.label for mark in table_marks(text, [])] == ["As of\n2017\t2016", ""]


def cover(*lines: Line) -> list[Line]:
    return [*lines, *prose(200)]


def page(name: str, year: str) -> list[Line]:
    return [letters(name, 700), letters(f"in {year} as before", 680), *prose(600)]


def title(*pages: list[Line]) -> str | None:
    return title_of(sheets(*pages))


def test_a_title_is_what_stands_out_on_the_cover_and_comes_back_with_the_year_of_most_pages() -> None:
    first = cover(
        letters("COMMISSION OF EVERYTHING", 700, size=20),
        letters("Acme, Inc.", 640, weight="bold"),
        letters("Act of 1934, for the year 2017", 600),
    )
    assert title(first, *(page("ACME, INC.", "2017") for _ in range(4))) == "Acme, Inc. 2017"
    assert title(first, *(page("nothing", "2016") for _ in range(4))) == "COMMISSION OF EVERYTHING"


def test_a_chapter_and_what_is_as_large_as_the_text_are_no_titles() -> None:
    assert title(cover(letters("4 Conclusions", 700, size=16))) is None
    assert title(cover(letters("Dear Kees", 700))) is None
    assert title(cover(letters("Fences and Goats:", 700, size=16), letters("A Survey", 680, size=16))) == (
        "Fences and Goats: A Survey"
    )


def test_what_comes_back_page_after_page_heads_once_and_what_is_counted_never() -> None:
    pages = [[letters("Notes", 720, weight="bold"), *prose(700), letters(f"Acme 10-K {n}", 20)] for n in range(1, 5)]
    pages.append([letters("Notes", 780, weight="bold"), letters("Acme 10-K 5", 720, weight="bold"), *prose(700)])
    seen: list[Sheet | None] = sheets(*pages)
    without = {n: {len(pages[n]) - 1, 0} if n else {len(pages[n]) - 1} for n in range(4)}
    found = headings(seen, without)
    assert [[one.label for one in found[n]] for n in (0, 4)] == [["Notes"], []]


def test_a_row_is_quoted_with_the_heads_of_its_columns(library: Library, tmp_path: Path) -> None:
    lines = STATEMENT.replace("\t", " ").replace("(", r"\(").replace(")", r"\)").split("\n")
    drawn = " ".join(f"1 0 0 1 72 {700 - 14 * n} Tm ({line}) Tj" for n, line in enumerate(lines) if line)
    write_streams(tmp_path / "goats.pdf", f"BT /F1 9 Tf {drawn} ET")
    library.add([tmp_path])
    answer = library.ask("What were the net sales in 2017?", model="quotes")
    row, heads = (answer.citations[number - 1] for number in answer.sentences[0].citations)
    assert row.quote == "Net sales\t$ 107,006\t$ 135,987\t$ 177,866"
    assert heads.quote.endswith("Year Ended December 31,\n2015\t2016\t2017")
    assert " ".join(heads.quote.split()) in answer.sentences[0].text
    assert (row.page, heads.page) == (1, 1)
