"""The numbers that word processors write before clauses: in no text, and yet what a lawyer asks for and cites."""

from pathlib import Path

from office_files import write_docx, write_odf, xml
from parser_files import only
from test_office import places

from ragd import Library
from ragd.index.header import words_above
from ragd.parsers.reading import Reading
from ragd.places import describe, held
from ragd.records import Chunk, Document, Found


def level(at: int, text: str, kind: str = "decimal", more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


LEGAL = level(0, "%1.", more='<w:pStyle w:val="H1"/>') + level(1, "%1.%2") + level(2, "(%3)", "lowerLetter")
NUMBERING = xml(
    "w:numbering",
    f'<w:abstractNum w:abstractNumId="0">{LEGAL}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0, "•", "bullet")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2">{level(0, "Annex %1", "upperRoman")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/>'
    "</w:lvlOverride></w:num>",
)
STYLES = xml(
    "w:styles",
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/>'
    "</w:numPr></w:pPr></w:style>"
    '<w:style w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="Clause"/></w:style>',
)


def numbered(text: str, *, style: str = "", at: int | None = None, of: int | None = None) -> str:
    own = (f'<w:ilvl w:val="{at}"/>' if at is not None else "") + (f'<w:numId w:val="{of}"/>' if of is not None else "")
    properties = (f'<w:pStyle w:val="{style}"/>' if style else "") + (f"<w:numPr>{own}</w:numPr>" if own else "")
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(tmp_path: Path, *paragraphs: str) -> Document:
    parts = {"word/numbering.xml": NUMBERING, "word/styles.xml": STYLES}
    return only(write_docx(tmp_path / "lease.docx", "".join(paragraphs), parts=parts, n="numbering numbering.xml"))


def test_clauses_have_the_numbers_that_word_shows(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        numbered("Rent", style="H1"),
        numbered("Paid monthly.", style="Clause"),
        numbered("by transfer", at=2, of=1),
        numbered("by card", at=2, of=1),
        numbered("no number here", style="Clause", of=0),
        numbered("Rises yearly.", style="Own"),
        '<w:p><w:pPr><w:ind w:left="720"/></w:pPr><w:r><w:t>Never more than the index.</w:t></w:r></w:p>',
        numbered("by index", at=2, of=1),
        numbered("a point", at=0, of=2),
        numbered("Termination", style="H1"),
        "<w:tbl><w:tr><w:tc>" + numbered("By notice.", style="Clause") + "</w:tc></w:tr></w:tbl>",
        numbered("What follows is no clause."),
        numbered("Plan", at=0, of=3),
        numbered("Keys", at=0, of=4),
        numbered("Meters", at=0, of=4),
    )
    assert places(document, "heading") == [("1 Rent", "Rent"), ("2 Termination", "Termination")]
    assert places(document, "clause") == [
        ("1.1", "Paid monthly."), ("1.1 (a)", "by transfer"), ("1.1 (b)", "by card"), ("", ""),
        ("1.2", "Rises yearly."), ("1.2 (a)", "by index"),
        ("2.1", "By notice."), ("", ""), ("Annex I", "Plan"), ("Annex IX", "Keys"),
        ("Annex X", "Meters"), ("", ""),
    ]  # fmt: skip
    assert document.title == "Rent" and "1.1" not in document.text


def test_the_place_names_the_clause_and_the_word_index_has_its_number(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        numbered("Rent", style="H1"),
        numbered("Termination", style="H1"),
        numbered("By notice.", style="Clause"),
        numbered("in writing", at=2, of=1),
        numbered("within a month", at=2, of=1),
    )
    found = Found("id", "", "/lease.docx", None, "Rent", "office", None, None, None, ())

    def chunk(first: str) -> Chunk:
        start = document.text.index(first)
        marks = held(document.marks, start, len(document.text))
        return Chunk(document.id, 0, start, len(document.text), document.text[start:], marks, None)

    clause = chunk("in writing")
    assert describe(clause, found, clause.start, clause.start + 5) == "2 Termination > 2.1 (a)"
    assert describe(clause, found, clause.start, clause.end) == "2 Termination > 2.1 (a) to 2.1 (b)"
    assert words_above("Rent", None, chunk("Termination")) == "Rent > 2 Termination 2 2.1 2.1 (a) 2.1 (b)"
    assert words_above("Rent", None, clause) == "Rent > 2 Termination 2.1 (a) 2.1 (b)"


OUTLINE = (
    "<text:outline-style><text:outline-level-style text:level='1' style:num-format='1'/>"
    "<text:outline-level-style text:level='2' style:num-format='1' text:display-levels='2'/>"
    "<text:outline-level-style text:level='3' style:num-format=''/></text:outline-style>"
)
LISTS = (
    "<text:list-style style:name='L1'><text:list-level-style-number text:level='1' style:num-format='a'"
    " style:num-prefix='(' style:num-suffix=')'/><text:list-level-style-number text:level='2' style:num-format='i'"
    " style:num-list-format='%1%.%2%.'/></text:list-style>"
    "<text:list-style style:name='Dots'><text:list-level-style-bullet text:level='1'/></text:list-style>"
    "<style:style style:name='Plain' style:family='paragraph' style:list-style-name=''/>"
    "<style:style style:name='Own' style:family='paragraph' style:parent-style-name='Clause'/>"
    "<style:style style:name='Clause' style:family='paragraph' style:list-style-name='L1'/>"
)


def items(*paragraphs: str, more: str = "text:style-name='L1'") -> str:
    inside = "".join(f"<text:list-item>{one}</text:list-item>" for one in paragraphs)
    return f"<text:list {more}>{inside}</text:list>"


def words(text: str, style: str = "") -> str:
    return f"<text:p text:style-name='{style}'>{text}</text:p>"


def heading(text: str, at: int, more: str = "") -> str:
    return f"<text:h text:outline-level='{at}' {more}>{text}</text:h>"


def test_lists_and_headings_of_an_opendocument_text_have_their_numbers(tmp_path: Path) -> None:
    body = (
        heading("Rent", 1)
        + heading("When", 2)
        + items(words("monthly") + words("on the first"), words("by transfer") + items(words("from a bank"), more=""))
        + words("In between.")
        + items(words("by card"), more="text:style-name='L1' text:continue-numbering='true' xml:id='x'")
        + items(words("a point"), more="text:style-name='Dots'")
        + items(words("by cheque"), more="text:continue-list='x'")
        + heading("Preface", 1, "text:style-name='Plain'")
        + heading("Deposit", 1)
        + heading("Deep", 3)
        + items(words("one", "Own"), words("two"), more="").replace("list-item>", "list-item text:start-value='4'>", 1)
        + "<table:table><table:table-row><table:table-cell>" + items(words("in a cell"))
        + "</table:table-cell></table:table-row></table:table><text:p>The end.</text:p>"
    )  # fmt: skip
    styles = f"<office:styles>{OUTLINE}{LISTS}</office:styles>"
    document = only(write_odf(tmp_path / "lease.odt", "text", body, styles=styles))
    assert [label for label, _ in places(document, "heading")] == ["1 Rent", "1.1 When", "Preface", "2 Deposit", "Deep"]
    assert places(document, "clause") == [
        ("(a)", "monthly"), ("(b)", "by transfer"), ("b.i", "from a bank"), ("", ""), ("(c)", "by card"),
        ("(d)", "by cheque"), ("(d)", "one"), ("(e)", "two"), ("(a)", "in a cell"), ("", ""),
    ]  # fmt: skip


def test_numbers_out_of_all_bounds_are_written_in_figures_or_not_at_all(tmp_path: Path) -> None:
    kinds = ("lowerLetter", "upperRoman", "chineseCounting", "decimal")
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{at}"><w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        '<w:lvlText w:val="%1"/></w:lvl></w:abstractNum>'
        for at, (kind, start) in enumerate(zip(kinds, (1_000_000, 9_999_999, 3, 9**30), strict=True))
    )
    nums = "".join(f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>' for at in range(4))
    body = "".join(numbered("a", at=0, of=at) for at in (1, 2, 3, 4, 5)) + numbered("b", at=77, of=1)
    parts = {"word/numbering.xml": xml("w:numbering", lists + nums)}
    document = only(write_docx(tmp_path / "odd.docx", body, parts=parts, n="numbering numbering.xml"))
    assert [mark.label for mark in document.marks] == ["1000000", "9999999", "", "0", ""]


def test_a_heading_without_a_number_says_its_words_only() -> None:
    reading = Reading()
    reading.heading("Rent", 1)
    assert reading.marks[0].label == "Rent"


def test_the_clause_that_is_asked_about_is_found_though_its_number_is_in_no_text(
    tmp_path: Path, library: Library
) -> None:
    clauses = [
        numbered(f"The tenant of room {at} pays for what breaks there. " * 8, style="Clause") for at in range(40)
    ]
    clauses[22] = numbered("Trumpets rest after nine.", style="Clause")
    parts = {"word/numbering.xml": NUMBERING, "word/styles.xml": STYLES}
    body = "".join((numbered("House", style="H1"), *clauses))
    write_docx(tmp_path / "house-lease.docx", body, parts=parts, n="numbering numbering.xml")
    library.add([tmp_path])
    answer = library.ask("What does clause 1.23 of the house lease say?", model="quotes")
    assert answer.answer == "Trumpets rest after nine."
    assert not library.ask("What does clause 1.77 of the house lease say?", model="quotes").answered
