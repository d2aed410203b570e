"""Headings of a PDF by look: counted ones are complete, and what names columns, rows or tables heads no text."""

from typing import Literal

from test_pdf import letters, prose

from ragd.parsers.pdf.counted import with_missed
from ragd.parsers.pdf.headings import headings
from ragd.parsers.pdf.layout import Line, Sheet, _seen


def found(*pages: list[Line]) -> list[list[str]]:
    sheets = [Sheet(tuple(lines), 612, 792) for lines in pages]
    return [[one.label for one in some] for some in with_missed(sheets, headings(sheets, {}), {}).values()]


def narrow(top: float, left: float, count: int = 30) -> list[Line]:
    return [letters("Words of a column that says no more", top - 12 * n, left=left) for n in range(count)]


def test_sections_of_a_paper_in_two_columns_are_found_on_its_first_page() -> None:
    first = [letters("1 Introduction", 700, weight="bold"), *narrow(688, 72)]
    second = [letters("2 Methods", 700, weight="bold", left=320), *narrow(688, 320)]
    assert found([*first, *second]) == [["1 Introduction", "2 Methods"]]


def test_a_counted_heading_that_does_not_stand_out_is_found_between_its_neighbours() -> None:
    before = [letters("Note 1. Policies", 700, weight="bold"), *prose(680)]
    missed = [letters("Note 2. Debt", 560), *prose(545)]
    after = [letters("Note 3. Taxes", 420, weight="bold"), *prose(405)]
    assert found([*before, *missed, *after]) == [["Note 1. Policies", "Note 2. Debt", "Note 3. Taxes"]]
    twice = [letters("Note 2. Rent", 300), *prose(285)]  # nobody knows which
    assert found([*before, *missed, *prose(420, 2)], [*twice, *after]) == [["Note 1. Policies"], ["Note 3. Taxes"]]


def test_captions_periods_and_labels_of_rows_are_no_headings() -> None:
    page = [
        letters("3 Results", 700, weight="bold"),
        *prose(688, 3),
        letters("Table 1. Drift in the four tunnels", 640, weight="bold"),
        letters("As of/Year ended December 31, 2015", 626, weight="bold", left=238),
        letters("Amount at", 614, weight="bold", left=228),
        letters("Par Issuance Date Maturity Interest Due Dates Currency", 602, weight="bold", left=240),
        letters("Contribution profit:", 590, weight="bold"),
        letters("Hallgrim 4.82 0.37", 578),
        letters("Purchase price", 566, weight="bold"),
        letters("Cash paid $ 599 $ 13,859", 554),
        letters("Memberships: how they are counted", 520, weight="bold"),
        *prose(508),
    ]
    assert found(prose(700), page)[1] == ["3 Results", "Memberships: how they are counted"]


def test_lines_that_pdfium_made_one_are_parted_where_a_word_stands_lower_and_further_left() -> None:
    rows = ["costs of $4.2 million .", "6. Commitments", "Streaming"]  # a blank after the dot hides the line's end
    text = " ".join(rows)
    starts = [text.index(row) for row in rows]

    def look(first: int, last: int) -> tuple[tuple[float, float, float, float], Literal["plain"], float]:
        top, end = (max(n for n, start in enumerate(starts) if start <= at) for at in (first, last))
        left = 72 + 5.0 * (first - starts[top])
        return (left, 700 - 26.0 * end, left + 5.0 * (last - first), 710 - 26.0 * top), "plain", 10.0

    around = (0, len(text), len(text))
    parted = _seen(text, around, range(len(text) + 1), look, whole=False)
    assert [(line, box[1]) for line, _, (box, *_) in parted] == [(rows[0], 700), (rows[1], 674), (rows[2], 648)]
    assert len(list(_seen(text, around, range(len(text) + 1), look, whole=True))) == 1
