"""PDFs as they are laid out: columns, running heads, paragraphs, notes, letters that mean nothing, scanned pages."""

from pathlib import Path

import pytest
from parser_files import documents, ended, read_all, write_pdf

from ragd.parsers import extras
from ragd.parsers.pdf.headings import headings
from ragd.parsers.pdf.heads import running
from ragd.parsers.pdf.layout import Line, Sheet, Weight, in_order, joined, usual_distance
from ragd.parsers.pdf.outline import Words
from ragd.parsers.pdf.rows import with_cells
from ragd.parsers.pdf.text import is_garbage
from ragd.records import Document, Outcome


def line(text: str, left: float, bottom: float, *, width: float = 200, end: str = "\r\n") -> Line:
    return Line(text, end, left, bottom, left + width, bottom + 10)


def read_as(lines: list[Line]) -> list[str]:
    return [joined(piece, usual_distance(lines)) for piece in in_order(lines, frozenset())]


def column(text: str, left: float, *, top: float, count: int = 6) -> list[Line]:
    return [line(f"{text} {number}", left, top - 12 * number) for number in range(count)]


def sheets(*pages: list[Line]) -> list[Sheet | None]:
    return [Sheet(tuple(lines), 612, 792) for lines in pages]


def test_entries_of_the_outline_are_found_where_a_line_begins_with_them() -> None:
    words = Words("see Rent below\n\n1\tGround\n\nRENT AND\nCOSTS\nİ Heating costs")
    assert [words.place(label) for label in ("Rent and costs", "1 Ground", "i heating")] == [26, 16, 41]
    assert [words.place(label) for label in ("costs", "Rent", "below", "x")] == [35, 26, 9, None]


def write_streams(path: Path, *streams: str) -> Document:
    """The reading of a PDF whose pages hold these streams."""
    write_pdf(path, [["x"] for _ in streams])
    data = path.read_bytes()
    for stream in streams:
        data = data.replace(b"BT /F1 12 Tf 14 TL 72 720 Td (x) Tj ET", stream.encode("latin-1"), 1)
    path.write_bytes(data)  # pdfium mends the lengths and the table of places
    return documents(read_all([path])[path])[None]


def test_columns_are_read_one_after_the_other_and_say_where_each_begins(tmp_path: Path) -> None:
    left = " ".join(f"1 0 0 1 72 {700 - 14 * n} Tm (left {n}) Tj" for n in range(8))
    right = " ".join(f"1 0 0 1 320 {700 - 14 * n} Tm (right {n}) Tj" for n in range(8))
    document = write_streams(tmp_path / "two.pdf", f"BT /F1 12 Tf {left} {right} ET")
    assert document.text.split() == [*"left 0 left 1 left 2 left 3 left 4 left 5 left 6 left 7".split(), *"right 0 right 1 right 2 right 3 right 4 right 5 right 6 right 7".split()]  # fmt: skip  # noqa: E501, SIM905
    assert [(mark.kind, document.text[mark.offset :].split("\n")[0]) for mark in document.marks] == [
        ("page", "left 0"),
        ("column", "right 0"),
    ]


LEFT = [
    "The boiler was mended in March by",
    "Kees, who had brought a new pump,",
    "and it has run well since then in",
    "every room of the house but for the",
    "one under the roof, where the radia-",
    "tors have to be let out once more.",
]
RIGHT = [
    "The garden wants a fence before the",
    "goats come in May. Posts are there,",
    "the wire is ordered, and Dana has",
    "asked two neighbours for help with",
    "digging the holes, for the clay there",
    "is as hard as the road beside it.",
]


def test_what_stands_beyond_the_edges_of_the_page_is_not_read(tmp_path: Path) -> None:
    places = {"seen": (72, 700), "below": (72, -300), "beside": (900, 500), "above": (72, 1000), "seen too": (72, 600)}
    written = " ".join(f"1 0 0 1 {left} {up} Tm ({words}) Tj" for words, (left, up) in places.items())
    assert write_streams(tmp_path / "cut.pdf", f"BT /F1 12 Tf {written} ET").text.split() == ["seen", "seen", "too"]


def rows_of(*columns: list[str], top: int = 700) -> str:
    """A stream that draws the columns row by row."""
    cells = [
        f"1 0 0 1 {72 + 240 * across} {top - 14 * down} Tm ({cell}) Tj"
        for down, row in enumerate(zip(*columns, strict=True))
        for across, cell in enumerate(row)
    ]
    return f"BT /F1 12 Tf {' '.join(cells)} ET"


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    names = [
        "Rent of the house and the shed",
        "Water",
        "Electricity and gas",
        "Insurance",
        "Rates",
        "Repairs of the roof",
    ]
    texts = ["paid to Dana every month", "by the year", "Kees reads the meter in May", "see mail", "none", "two bills"]
    document = write_streams(tmp_path / "table.pdf", rows_of(names, texts))
    assert document.text.split("\n") == [f"{name} {text}" for name, text in zip(names, texts, strict=True)]


TABLE = """Year ended December 31,
(in millions, except for shares) 2022 2021 2020
Net sales $ 34,229 $ 35,355 $ 32,184
Operating expenses:
Cost of sales 56.2 % 53.2 % 3.0 %
Gain on a house (8.0) — (8.0)
That is as much as in 2019, see page 12, and as of December 31, 2016"""


def test_the_cells_of_rows_are_parted_by_tabs_and_nothing_else_is() -> None:
    seen = with_cells(TABLE)
    assert seen.replace("\t", " ") == TABLE
    assert [line.count("\t") for line in seen.split("\n")] == [0, 3, 3, 0, 3, 3, 0]
    assert seen.split("\n")[2].split("\t") == ["Net sales", "$ 34,229", "$ 35,355", "$ 32,184"]
    assert with_cells("In the years 2019 2020\nnothing was paid") == "In the years 2019 2020\nnothing was paid"


def test_lines_that_stand_out_are_headings(tmp_path: Path) -> None:
    body = "\n".join(f"1 0 0 1 72 {{}} Tm (Words of a paragraph that says nothing, number {n}) Tj" for n in range(9))
    lines = body.format(*(640 - 14 * n for n in range(9)))
    stream = f"BT /F1 20 Tf 1 0 0 1 72 700 Tm (The house) Tj /F1 12 Tf {lines} ET"
    document = write_streams(tmp_path / "headed.pdf", stream)
    assert [(mark.label, mark.level) for mark in document.marks if mark.kind == "heading"] == [("The house", 1)]


def letters(text: str, bottom: float, *, weight: Weight = "plain", left: float = 72, size: float = 10) -> Line:
    return Line(text, "\r\n", left, bottom, left + 4 * len(text), bottom + size, weight, size)


def prose(top: float, count: int = 8) -> list[Line]:
    return [
        letters("Words of a paragraph that says nothing at all, and more of them", top - 12 * n) for n in range(count)
    ]


def test_of_one_size_capitals_stand_above_other_bold_letters() -> None:
    lines = [
        letters("PART I", 700, weight="bold"),
        *prose(680),
        letters("Item 1. Business", 560, weight="bold"),
        *prose(545),
    ]
    found = headings([Sheet(tuple(lines), 612, 792)], {})[0]
    assert [(one.label, one.level) for one in found] == [("PART I", 4), ("Item 1. Business", 5)]


def test_the_title_of_a_table_is_one_heading_and_the_heads_of_its_columns_and_groups_are_none() -> None:
    title = [letters("HOUSE AND SHED LTD", 700, weight="bold"), letters("BALANCE SHEET", 688, weight="bold")]
    heads = [letters("(in thousands)", 676, weight="bold"), letters("2021 2020", 662, weight="bold", left=400)]
    rows = [
        letters("ASSETS", 650, weight="bold"),
        letters("Cash 1,234 2,345", 638),
        letters("Total 1,234 2,345", 626, weight="bold"),
    ]
    pages = [Sheet(tuple(prose(700)), 612, 792), Sheet((*title, *heads, *rows, *prose(600)), 612, 792)]
    found = headings(pages, {})[1]
    assert [one.label for one in found] == ["HOUSE AND SHED LTD BALANCE SHEET"]


def test_what_a_title_page_says_large_is_no_heading_of_all_that_follows() -> None:
    title = [letters("COMMISSION OF THE HOUSE", 700, size=20), letters("FORM 12", 600, size=18), *prose(400, 1)]
    assert headings([Sheet(tuple(title), 612, 792), Sheet(tuple(prose(700)), 612, 792)], {})[0] == []


def test_where_half_of_all_is_bold_bold_says_nothing() -> None:
    lines = [letters(f"Name of field {n}", 700 - 24 * n, weight="bold") for n in range(12)]
    assert headings([Sheet((*lines, *prose(380, 3)), 612, 792)], {})[0] == []


def test_what_is_drawn_last_and_stands_first_is_read_first() -> None:
    body, title = column("body", 72, top=600), [line("A title", 72, 700)]
    assert "".join(read_as([*body, *title])).startswith("A title")


def test_a_block_drawn_first_stays_before_what_stands_beside_it() -> None:
    left, right = column("left", 72, top=600), column("right", 320, top=650)
    assert [piece.split()[0] for piece in read_as([*left, *right])] == ["left", "right"]


def test_the_head_of_a_table_is_no_column_though_it_stands_to_the_right() -> None:
    lines = [line("Statement", 72, 600, width=60), line("2015 2014", 300, 586), line("Revenues 6,779 5,504", 72, 572)]
    assert len(read_as(lines)) == 1


def test_what_is_written_up_the_margin_is_no_line_of_the_text() -> None:
    margin = Line("arXiv:2103.15348v2 [cs.CV]", "\r\n", 20, 300, 32, 480, "plain", 8)
    assert len(read_as([*column("body", 72, top=400), margin, *column("more", 72, top=300)])) == 3


def test_paragraphs_are_parted_and_an_exponent_stays_at_its_letter() -> None:
    lines = [*column("one", 72, top=600), *column("two", 72, top=500)]
    assert read_as(lines)[0].count("\n\n") == 1
    assert (
        joined([line("x", 72, 600, width=5), line("2", 77.5, 604, width=4), line("= 9", 85, 600)], 12).strip()
        == "x2 = 9"
    )


def test_a_head_stays_where_it_stands_first_and_page_numbers_go() -> None:
    pages = [
        [line("Annual report", 72, 760), *column("text", 72, top=600), line(f"Page {number} of 5", 280, 30)]
        for number in range(1, 6)
    ]
    assert running(sheets(*pages)) == {0: {7}, **{page: {0, 7} for page in range(1, 5)}}  # fmt: skip


@pytest.mark.parametrize("foot", ["The notes are an integral part of these financial statements.", "2020 2019 2018"])
def test_a_sentence_and_a_row_of_years_are_no_heads(foot: str) -> None:
    pages = [[*column("text", 72, top=600), line(foot, 72, 30)] for _ in range(5)]
    assert running(sheets(*pages)) == {}


def test_a_page_that_is_all_head_keeps_its_words() -> None:
    assert running(sheets(*[[line("Potato", 72, 760)] for _ in range(5)])) == {}


def test_a_number_that_only_happens_to_grow_is_no_page_number() -> None:
    pages = [[line(f"Q{number} 2022 income by segment", 72, 760), *column("text", 72, top=600)] for number in (1, 2, 3)]
    assert running(sheets(*pages)) == {}


GARBAGE = [
    "(cid:12)(cid:44)(cid:3)" * 20,
    "⤶اِ㩈ĴǎƶơǎƹŎķຊا࠘᧽䋔ٱ˄Ⱊاور ᧽䋔ٱ˄Ⱊا ㈉䗂ᜯ䜫ور石ᄹ㈉ⰰẍو䆀ى",
    ",-./+.( ,/.0, .' .( 1 .$ . $$#.$.'!. $. & ,-",
    "\ue001\ue002\ue003" * 20,
]
SOUND = [
    "Contents .......... 3\nNotes .............. 17",
    "PDF文件は日本語と English を含む文書です。",
    "x² + αβ = ∑ f(y) where naïve Gödel and Ωmega meet",
    "1,234 (5,678) $ 12.5 % — — 99,100 (3) 44",
    "שלום עולם, this is ההסכם between the parties",
]


@pytest.mark.parametrize("text", GARBAGE)
def test_letters_that_mean_nothing_are_recognised(text: str) -> None:
    assert is_garbage(text)


@pytest.mark.parametrize("text", SOUND)
def test_contents_tables_formulas_and_scripts_that_stand_together_are_not_garbage(text: str) -> None:
    assert not is_garbage(f"{text} " * 3)


def test_notes_and_marked_words_are_a_document_of_their_own_with_who_wrote_them(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import Highlight, Text
    from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject

    writer = PdfWriter(
        clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["Fix the gypsy puppy.", "The rent is due."]]))
    )
    edges = ArrayObject([FloatObject(edge) for edge in (70, 718, 300, 718, 70, 703, 300, 703)])
    marked = Highlight(rect=(70, 703, 300, 718), quad_points=edges)  # the line above hangs into it
    note = Text(rect=(50, 50, 60, 60), text="Ask Dana first")
    for one in (marked, note):
        one[NameObject("/T")] = TextStringObject("Kees")
        writer.add_annotation(0, one)
    writer.write(tmp_path / "noted.pdf")
    found = documents(read_all([tmp_path / "noted.pdf"])[tmp_path / "noted.pdf"])["comments"]
    assert found.text == "The rent is due.\n\nAsk Dana first"
    assert [mark.label for mark in found.marks] == ["1", "marked by Kees", "Kees"]


def test_what_a_stamp_shows_is_read_though_the_page_s_text_does_not_hold_it(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, RectangleObject

    writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["The rent is due."]])))
    look = DecodedStreamObject()
    look.set_data(b"BT /F1 12 Tf 5 5 Td (Received 3 May) Tj ET")
    look.update(
        {NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in (("Type", "XObject"), ("Subtype", "Form"))}
    )
    look.update(
        {NameObject("/BBox"): RectangleObject((0, 0, 200, 30)), NameObject("/Resources"): writer.pages[0]["/Resources"]}
    )
    stamp = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Stamp")})
    stamp[NameObject("/Rect")] = RectangleObject((300, 300, 500, 330))
    stamp[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    writer.add_annotation(0, stamp)
    writer.write(tmp_path / "stamped.pdf")
    found = documents(read_all([tmp_path / "stamped.pdf"])[tmp_path / "stamped.pdf"])
    assert {part: one.text for part, one in found.items()} == {
        None: "The rent is due.",
        "fields and stamps": "Received 3 May",
    }


def test_keywords_are_tags(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["Words"]])))
    writer.add_metadata({"/Keywords": "rent, lease; Amsterdam,rent"})
    writer.write(tmp_path / "tagged.pdf")
    found = documents(read_all([tmp_path / "tagged.pdf"])[tmp_path / "tagged.pdf"])[None]
    assert found.tags == ("rent", "lease", "Amsterdam")


def scan(words: str) -> bytes:
    """A page that is a picture of words."""
    image = pytest.importorskip("PIL.Image", reason="pip install 'ragd[ocr]'")
    draw, font = pytest.importorskip("PIL.ImageDraw"), pytest.importorskip("PIL.ImageFont")
    picture = image.new("RGB", (1000, 300), "white")
    draw.Draw(picture).text((60, 100), words, fill="black", font=font.load_default(size=48))
    import io

    held = io.BytesIO()
    picture.save(held, "PDF", resolution=150)
    return held.getvalue()


@pytest.mark.skipif(extras.engine("ocr") is None, reason="pip install 'ragd[ocr]'")
def test_of_a_mixture_only_the_scanned_page_is_read_by_ocr(tmp_path: Path) -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["Typed words"]])))
    writer.append(PdfReader(io.BytesIO(scan("The boiler was mended"))))
    writer.write(tmp_path / "both.pdf")
    found = documents(read_all([tmp_path / "both.pdf"])[tmp_path / "both.pdf"])[None]
    assert found.text == "Typed words\n\nThe boiler was mended"
    assert [(mark.kind, mark.level) for mark in found.marks] == [("page", 1), ("page", 2)]


@pytest.mark.skipif(extras.engine("ocr") is not None, reason="OCR is installed")
def test_a_scan_says_what_would_read_it(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(scan("The boiler was mended"))
    told = ended(read_all([tmp_path / "scan.pdf"])[tmp_path / "scan.pdf"])
    assert told == Outcome(str(tmp_path / "scan.pdf"), None, "skipped", told.note)
    assert told.note is not None and told.note.startswith("1 page without letters") and "ragd[ocr]" in told.note


def test_a_pdf_that_opens_by_an_empty_password_of_its_owner_is_read(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    class Empty(str):
        """A password without letters that pypdf takes for one: it gives the owner the user's where there is none."""

        def __bool__(self) -> bool:
            return True

    for name, owner in (("owner", Empty()), ("both", "hidden")):
        writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["The rent is due."]])))
        writer.encrypt("secret", owner, algorithm="AES-256")
        writer.write(tmp_path / f"{name}.pdf")
    told = read_all([tmp_path / "owner.pdf", tmp_path / "both.pdf"])
    assert documents(told[tmp_path / "owner.pdf"])[None].text == "The rent is due."
    assert ended(told[tmp_path / "both.pdf"]).note == "encrypted, needs a password"
