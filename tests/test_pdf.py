"""PDFs as they are laid out: columns, running heads, paragraphs, notes, letters that mean nothing, scanned pages."""

from pathlib import Path

import pytest
from parser_files import documents, ended, read_all, write_pdf

from ragd.parsers import extras
from ragd.parsers.pdf_heads import running
from ragd.parsers.pdf_layout import Line, Sheet, in_order, joined, usual_distance
from ragd.parsers.pdf_text import is_garbage
from ragd.records import Document, Outcome


def line(text: str, left: float, bottom: float, *, width: float = 200, end: str = "\r\n") -> Line:
    return Line(text, end, left, bottom, left + width, bottom + 10)


def read_as(lines: list[Line]) -> list[str]:
    return [joined(piece, usual_distance(lines)) for piece in in_order(lines, frozenset())]


def column(text: str, left: float, *, top: float, count: int = 6) -> list[Line]:
    return [line(f"{text} {number}", left, top - 12 * number) for number in range(count)]


def sheets(*pages: list[Line]) -> list[Sheet | None]:
    return [Sheet(tuple(lines), 612, 792) for lines in pages]


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


def test_what_is_drawn_last_and_stands_first_is_read_first() -> None:
    body, title = column("body", 72, top=600), [line("A title", 72, 700)]
    assert "".join(read_as([*body, *title])).startswith("A title")


def test_a_block_drawn_first_stays_before_what_stands_beside_it() -> None:
    left, right = column("left", 72, top=600), column("right", 320, top=650)
    assert [piece.split()[0] for piece in read_as([*left, *right])] == ["left", "right"]


def test_the_head_of_a_table_is_no_column_though_it_stands_to_the_right() -> None:
    lines = [line("Statement", 72, 600, width=60), line("2015 2014", 300, 586), line("Revenues 6,779 5,504", 72, 572)]
    assert len(read_as(lines)) == 1


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

    writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["The rent is due."]])))
    edges = ArrayObject([FloatObject(edge) for edge in (70, 732, 300, 732, 70, 715, 300, 715)])
    marked = Highlight(rect=(70, 715, 300, 732), quad_points=edges)
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
