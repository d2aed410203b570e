"""The parsers: what they read, and what they say when they cannot."""

import re
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import check, ended, only, parsed, read_all, write_pdf

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.table import families, readable, reader_version
from ragd.parsers.web.html import read_page
from ragd.records import Document, Member, Outcome

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
MARKDOWN = st.lists(st.sampled_from(["# One", "## Two #", "```", "    # code", "Under\n---", "words", "", "> # quoted", "#tag", "---", "title: x"]), max_size=20)  # fmt: skip  # noqa: E501


@settings(max_examples=60, deadline=None)
@given(text=WORDS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]), name=st.sampled_from(["a.txt", "a.md", "a.py"]))  # fmt: skip  # noqa: E501
def test_a_text_files_text_is_what_python_reads(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str, name: str
) -> None:
    path = tmp_path_factory.mktemp("text") / name
    path.write_bytes(text.encode(encoding))
    shown = path.read_text(encoding=encoding)
    (found,) = parsed(path)
    if isinstance(found, Outcome):
        assert (
            not shown.strip("\ufeff")
            or shown.isspace()
            or re.search("[\x00-\x08\x0e-\x1f]", shown)
            or "\ufeff" in shown
        )
    else:
        assert found.document.lined
        assert found.document.text == shown
        check(found.document)


@settings(max_examples=100, deadline=None)
@given(lines=MARKDOWN)
def test_a_heading_of_markdown_stands_at_the_start_of_its_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("markdown") / "note.md"
    path.write_text("\n".join(lines))
    for found in parsed(path):
        if isinstance(found, Member):
            check(found.document)
            for mark in found.document.marks:
                assert mark.offset == 0 or found.document.text[mark.offset - 1] == "\n"
                assert mark.label in " ".join(found.document.text[mark.offset :].split())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln, schöne Straße", "cp1252"),
        ("Où est le café ? L'été était très chaud cette année.", "latin-1"),
        ("Смысл жизни в том, чтобы искать его каждый день заново. " * 3, "koi8-r"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy. " * 4, "cp1250"),
        ("日本語のテキストです。今日は天気がいいですね。" * 3, "cp932"),
        ("在联赛中排名第六，同时也领先国家橄榄球联盟。" * 5, "gb18030"),
        ("plain and wide", "utf-16-le"),
    ],
)
def test_other_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_few_broken_bytes_do_not_make_utf8_something_else() -> None:
    assert (
        decode("Grüße, schöne Straße: ".encode() + b"\xff" + "für Łódź".encode())
        == "Grüße, schöne Straße: \ufffdfür Łódź"
    )


def test_frontmatter_gives_the_facts_and_fences_hide_no_headings(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        "---\ntitle: 'Rent: 2024'\nauthor: [Dana, Kees]\ndate: 2024-03-02\nto: Ann\n# a comment\n---\n"
        "Intro\n\n# The **flat** in [[Leiden|the town]] ##\n\n```sh\n# no heading\n```\n\nSub\n---\n"
    )
    document = only(path)
    assert (document.title, document.author, document.recipients, document.date) == ("Rent: 2024", "Dana, Kees", ("Ann",), "2024-03-02")  # fmt: skip  # noqa: E501
    assert [(mark.label, mark.level) for mark in document.marks] == [("The flat in the town", 1), ("Sub", 2)]
    assert document.text.count("\n", 0, document.marks[0].offset) + 1 == 10
    assert document.kind == "note"


@pytest.mark.parametrize(
    "front", ["date: 99999-01-01", "date: 0000-00-00", "title: [", "date: {a: 1}", "a: &x [*x]", "- list", "title: 12"]
)
def test_odd_frontmatter_is_no_error(tmp_path: Path, front: str) -> None:
    path = tmp_path / "note.md"
    path.write_text(f"---\n{front}\n---\n# Title\n")
    document = only(path)
    assert document.date is None
    assert document.title in ("Title", "12")


def test_html_gives_the_matter_and_not_the_menus(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<html lang=en><head><title>My  page</title><style>x</style></head><body><nav>Home</nav>"
        "<h1>Big <div>thing</div></h1><p>One&nbsp;two\nthree so&shy;ft<br>line</p><ul><li>a<li>b<ul><li>c</ul></ul>"
        "<table><tr><th>A<th>B<tr><td>1<td>2</table><pre>x\n  y</pre><div style='display: none'>no</div>"
        "<script>bad()</script><h2>Sub</h2>tail<footer>foot</footer></body>"
    )
    document = only(path)
    assert document.text == "Big thing\n\nOne two three soft\nline\n\na\n\nb\n\nc\n\nA\tB\n1\t2\n\nx\ny\n\nSub\n\ntail"
    assert (document.title, document.language, document.kind) == ("My page", "en", "web")
    assert [mark.label for mark in document.marks] == ["Big thing", "Sub"]


@settings(max_examples=80, deadline=None)
@given(markup=st.lists(st.sampled_from(["<p>", "</p>", "<h1>", "</h1>", "<div>", "<table>", "<td>", "<li>", "word ", "</div>", "<b>", "<pre>\n", "<nav>", "&amp;"]), max_size=30))  # fmt: skip  # noqa: E501
def test_broken_html_loses_no_words_and_keeps_its_marks_in_order(markup: list[str]) -> None:
    page = read_page("".join(markup), meant_as="mail")
    assert page.text.count("word") == markup.count("word ")
    check(Document("", page.text, "web", "", page.marks))


def test_a_pdf_gives_its_pages_with_their_own_labels_and_its_facts(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "lease.pdf", [["Preface"], ["The rent is due", "on the first."]], title="Lease", labels="0 << /S /r >> 1 << /S /D >>")  # fmt: skip  # noqa: E501
    document = only(path)
    assert document.text == "Preface\n\nThe rent is due\non the first."
    assert [(mark.kind, mark.label, mark.level, mark.offset) for mark in document.marks] == [("page", "i", 1, 0), ("page", "1", 2, 9)]  # fmt: skip  # noqa: E501
    assert (document.title, document.author, document.date) == ("Lease", "Dana Visser", "2024-03-02T10:15:00+01:00")
    assert document.id == only(path).id


def test_a_word_broken_at_a_lines_end_is_one_again_unless_the_hyphen_is_its_own(tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "a.pdf", [["The activi-", "ties of non-", "GAAP kinds and short-", "term loans, a short", "term."]]
    )
    assert only(path).text.startswith("The activities of non-\nGAAP")
    assert "non-\nGAAP" in only(path).text
    assert "short-\nterm" in only(path).text


@pytest.mark.parametrize(
    ("name", "content", "status", "note"),
    [
        ("a.pdf", b"\x89PNG\r\n\x1a\n....", "failed", "named .pdf but is a PNG image"),
        ("a.pdf", b"<html>", "failed", "named .pdf but is a web page"),
        ("a.pdf", b"%PDF-1.4\n1 0 obj\n<<", "failed", "damaged PDF (cut off in the middle)"),
        ("a.docx", b"PK\x03\x04 and no more", "failed", "damaged Word document (cut off in the middle)"),
        ("a.docx", b"words", "failed", "named .docx but is not a Word document"),
        ("a.txt", b"%PDF-1.4\n", "failed", "named .txt but is a PDF"),
        ("a.txt", bytes(range(256)) * 10, "failed", "is not text (binary content)"),
        ("a.txt", b" \n ", "skipped", "no text in it"),
        ("a.eml", b"\0\1\2", "failed", "is not a mail message (no header at its start)"),
        ("a.mbox", b"hello\nworld\n", "failed", "is not an mbox (it does not begin with a message)"),
        ("a.html", b"<html><body></body>", "skipped", "no text in it"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, status: str, note: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (outcome,) = parsed(path)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.note) == (status, note)


def test_encrypted_scanned_and_truncated_pdfs_say_so(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    whole = write_pdf(tmp_path / "whole.pdf", [["Words"]])
    writer = PdfWriter(clone_from=PdfReader(whole))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    write_pdf(tmp_path / "scan.pdf", [[]])
    notes = {name: ended(answers[tmp_path / name]).note for answers in [read_all(tmp_path.glob("*.pdf"))] for name in ("locked.pdf", "scan.pdf", "whole.pdf")}  # fmt: skip  # noqa: E501
    assert notes == {
        "locked.pdf": "encrypted, needs a password",
        "scan.pdf": "no words on its pages",
        "whole.pdf": None,
    }


def test_word_documents_keep_the_order_of_headings_lists_and_tables(tmp_path: Path) -> None:
    word = docx.Document()
    word.core_properties.title, word.core_properties.author = "Offer", "Kees"
    word.add_heading("Kitchen", 1)
    word.add_paragraph("What it costs.")
    word.add_paragraph("sink", style="List Bullet")
    word.add_paragraph("tap", style="List Bullet")
    table = word.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "total", "1,200"
    word.add_heading("Terms", 2)
    word.save(str(tmp_path / "offer.docx"))
    document = only(tmp_path / "offer.docx")
    assert document.text == "Kitchen\n\nWhat it costs.\n\nsink\n\ntap\n\ntotal\t1,200\n\nTerms"
    assert [(mark.label, mark.level) for mark in document.marks] == [("Kitchen", 1), ("Terms", 2)]
    assert (document.title, document.author, document.date, document.kind) == ("Offer", "Kees", None, "office")


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("2024-03-02", "2024-03-02"),
        ("2 March 2024", "2024-03-02"),
        ("2024-03-02T10:15:00+01:00", "2024-03-02T10:15:00+01:00"),
        ("2024-03-02 10:15:00Z", "2024-03-02T10:15:00+00:00"),
        ("March 2024", None),
        ("0001-01-01", None),
        ("not a date", None),
        ("31 February 2024", None),
        (12, None),
    ],
)
def test_dates_are_iso_or_none(stated: object, iso: str | None) -> None:
    assert dates.iso(stated) == iso


@given(st.text(max_size=40))
def test_no_date_is_ever_an_error(text: str) -> None:
    dates.iso(text)
    dates.from_pdf("D:" + text)


def test_the_table_knows_names_without_suffixes_and_unknown_ones() -> None:
    assert readable("README") and readable("Makefile") and readable("a.PDF") and readable("notes.md")
    assert not readable("photo.gif") and not readable("strange") and not readable(".gif")
    assert reader_version("strange").split()[0] == "text/1"
    assert {"text", "markdown", "html", "pdf", "mail", "docx"} <= families().keys()


@pytest.mark.parametrize("name", ["long.txt", "long.md", "long.log"])
def test_a_line_longer_than_any_book_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"The first line.\n" + b"word " * 10_000_000)
    assert (
        ended(read_all([path])[path]).note == "has a line of more than 5,000,000 characters: this is data and no text"
    )


def test_a_book_on_one_line_and_a_long_log_are_read(tmp_path: Path) -> None:
    (tmp_path / "bible.txt").write_text("word " * 900_000)
    (tmp_path / "server.log").write_text("GET /index.html 200\n" * 400_000)
    assert len(only(tmp_path / "bible.txt").text) == 4_500_000
    assert len(only(tmp_path / "server.log").text) == 8_000_000


def test_a_very_large_note_still_has_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "log.md"
    path.write_text("# One\n\n```\n# no heading\n```\n\n" + "words and more words\n" * 150_000 + "## Two ##\n")
    assert [(mark.label, mark.level) for mark in only(path).marks] == [("One", 1), ("Two", 2)]


def test_a_name_that_says_nothing_is_read_as_text_if_it_is_text(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("The rent is due.")
    (tmp_path / "photo.raw").write_bytes(b"\x89PNG\r\n\x1a\n....")
    (tmp_path / "blob").write_bytes(bytes(range(32)) * 20)
    (tmp_path / "page.save").write_text("<!doctype html><p>words")
    assert only(tmp_path / "notes").text == "The rent is due."
    assert only(tmp_path / "page.save").kind == "text"
    for name, note in {"photo.raw": "a PNG image", "blob": "not text"}.items():
        (outcome,) = parsed(tmp_path / name)
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.note) == ("skipped", f"no parser for it (it is {note})")


def test_a_document_whose_name_has_no_suffix_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    letter, report, packed = tmp_path / "letter", tmp_path / "report", tmp_path / "packed"
    document = docx.Document()
    document.add_paragraph("Two slates slipped in January.")
    document.save(str(letter))
    write_pdf(report, [["The roofer wants 340 euros."]])
    packed.write_bytes(b"PK\x03\x04 and nothing that anybody knows")
    assert "slates" in only(letter).text and only(letter).kind == "office"
    assert "340 euros" in only(report).text and only(report).kind == "pdf"
    (left_out,) = parsed(packed)
    assert isinstance(left_out, Outcome) and left_out.note == "no parser for it (it is a ZIP archive)"
