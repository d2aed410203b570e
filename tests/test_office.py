"""Word, PowerPoint and OpenDocument files: all that a reader sees, in order, and what the file says of itself."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import (
    core,
    paragraph,
    relations,
    shape,
    write_docx,
    write_odf,
    write_ole,
    write_pptx,
    write_zip,
    xml,
)
from parser_files import only, parsed

from ragd.parsers.office import properties
from ragd.records import Document, Outcome


def places(document: Document, kind: str) -> list[tuple[str, str]]:
    """The marks of a kind: label, and the line that stands there."""
    return [
        (mark.label, document.text[mark.offset :].partition("\n")[0]) for mark in document.marks if mark.kind == kind
    ]


def test_a_word_document_is_read_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    box = "<w:txbxContent>" + paragraph("In a box") + "</w:txbxContent>"
    body = (
        paragraph("The lease", "Name")
        + paragraph("Rent", "H1")
        + "<w:p><w:ins><w:r><w:t>Rises </w:t></w:r></w:ins></w:p>"
        + '<w:p><w:r><w:t xml:space="preserve">Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>'
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
        + "<w:tbl><w:tr><w:tc>" + paragraph("Day") + "</w:tc><w:tc>" + paragraph("Who") + "</w:tc></w:tr>"
        + "<w:tr><w:tc>" + paragraph("Mon") + "</w:tc><w:tc>" + paragraph("Ann") + "</w:tc></w:tr></w:tbl>"
        + f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        + "</mc:AlternateContent></w:r></w:p>"
    )  # fmt: skip
    header = paragraph("Visser &amp; Co") + "<w:p><w:fldSimple><w:r><w:t>Page 3</w:t></w:r></w:fldSimple></w:p>"
    parts = {
        "word/footnotes.xml": xml("w:footnotes", f"<w:footnote>{paragraph('A note.')}</w:footnote>"),
        "word/comments.xml": xml("w:comments", f'<w:comment w:author="Kees">{paragraph("Is this so?")}</w:comment>'),
        "word/header1.xml": xml("w:hdr", header),
        "word/header2.xml": xml("w:hdr", header),
    }
    document = only(
        write_docx(
            tmp_path / "a.docx", body, properties=core("Lease of the house", "Dana Visser", "rent; house"), parts=parts,
            f="footnotes footnotes.xml", c="comments comments.xml", h="header header1.xml", i="header header2.xml",
        )
    )  # fmt: skip
    assert document.text.split("\n\n") == [
        "The lease", "Rent", "Rises", "Kept", "Day\tWho\nMon\tAnn", "In a box", "A note.",
        "Comment by Kees: Is this so?",        "Visser & Co",
    ]  # fmt: skip
    assert places(document, "heading") == [("The lease", "The lease"), ("Rent", "Rent")]
    assert (document.title, document.author, document.tags) == ("Lease of the house", "Dana Visser", ("rent", "house"))
    assert document.date is not None and document.date.startswith("2024-03-02T10:15:00")


def test_slides_are_places_and_read_from_top_to_bottom(tmp_path: Path) -> None:
    group = (
        '<p:grpSp><p:grpSpPr><a:xfrm><a:off x="0" y="1840000"/><a:ext cx="10" cy="10"/><a:chOff x="0" y="0"/>'
        f'<a:chExt cx="10" cy="10"/></a:xfrm></p:grpSpPr>{shape("Grouped")}</p:grpSp>'
    )
    table = (
        '<p:graphicFrame><p:xfrm><a:off x="0" y="2300000"/></p:xfrm><a:tbl><a:tr><a:tc><a:p><a:r><a:t>Day</a:t></a:r>'
        "</a:p></a:tc><a:tc><a:p><a:r><a:t>Who</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>"
    )
    first = table + group + shape("Right", x=9, y=4) + shape("Left", x=1, y=4) + shape("7", role="sldNum")
    notes = xml("p:notes", f"<p:cSld><p:spTree>{shape('Say this', role='body')}</p:spTree></p:cSld>")
    document = only(
        write_pptx(
            tmp_path / "a.pptx",
            (first + shape("Plan", role="title", y=20), "", shape("Thanks", role="ctrTitle")),
            parts={
                "ppt/notesSlides/n1.xml": notes,
                "ppt/slides/_rels/slide1.xml.rels": relations(n="notesSlide ../notesSlides/n1.xml"),
            },
        )
    )
    assert document.text.split("\n\n") == ["Plan", "Left", "Right", "Grouped", "Day\tWho", "Say this", "Thanks"]
    assert places(document, "slide") == [("1", "Plan"), ("3", "Thanks")]
    assert places(document, "heading") == [("Plan", "Plan"), ("Thanks", "Thanks")]
    assert (document.kind, document.title) == ("slides", "Plan")


def test_a_chart_is_read_as_its_figures(tmp_path: Path) -> None:
    def values(role: str, *shown: str) -> str:
        points = "".join(f'<c:pt idx="{at}"><c:v>{one}</c:v></c:pt>' for at, one in enumerate(shown))
        return f"<c:{role}><c:strRef><c:f>A1</c:f><c:strCache>{points}</c:strCache></c:strRef></c:{role}>"

    series = (
        f"<c:ser>{values('tx', 'Gas')}{values('cat', 'May', 'June')}{values('val', '4.2999999999999998', '2')}</c:ser>"
    )
    title = "<c:title><a:p><a:r><a:t>Use</a:t></a:r></a:p></c:title>"
    document = only(
        write_pptx(
            tmp_path / "a.pptx",
            ('<p:graphicFrame><c:chart r:id="c"/></p:graphicFrame>',),
            parts={
                "ppt/charts/chart1.xml": xml("c:chartSpace", f"<c:chart>{title}{series}</c:chart>"),
                "ppt/slides/_rels/slide1.xml.rels": relations(c="chart ../charts/chart1.xml"),
            },
        )
    )
    assert document.text == "Use\n\tGas\nMay\t4.3\nJune\t2"


def test_an_open_document_text_is_read_in_order(tmp_path: Path) -> None:
    inside = (
        "<text:tracked-changes><text:p>taken out</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Rent</text:h><text:p>It is<text:s text:c="3"/>due<text:note>'
        "<text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Or not.</text:p></text:note-body></text:note> in May.</text:p>"
        "<text:list><text:list-item><text:p>One</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Day</text:p></table:table-cell><table:table-cell>"
        "<text:p>Who</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p>End<office:annotation><dc:creator>Kees</dc:creator><text:p>Sure?</text:p></office:annotation></text:p>"
    )
    foot = "<style:footer><text:p>Visser</text:p></style:footer><style:footer><text:p>12</text:p></style:footer>"
    document = only(write_odf(tmp_path / "a.odt", "text", inside, styles=foot))
    assert document.text.split("\n\n") == [
        "Rent", "It is due in May.", "One", "Day\tWho", "End", "Or not.", "Comment by Kees: Sure?", "Visser",
    ]  # fmt: skip
    assert (document.title, document.author, document.tags, document.kind) == (
        "Rent",
        "Dana Visser",
        ("house",),
        "office",
    )


def test_an_open_document_presentation_has_slides_with_their_notes(tmp_path: Path) -> None:
    def frame(text: str, role: str = "", y: int = 0) -> str:
        kind = f' presentation:class="{role}"' if role else ""
        return f'<draw:frame svg:y="{y}cm"{kind}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'

    page = frame("Below", y=9) + frame("Above", y=2) + frame("Plan", "title", y=12)
    notes = f"<presentation:notes>{frame('Say this', 'notes')}{frame('4', 'page-number')}</presentation:notes>"
    inside = f"<draw:page>{page}{notes}</draw:page><draw:page>{frame('Thanks')}</draw:page>"
    document = only(write_odf(tmp_path / "a.odp", "presentation", inside))
    assert document.text.split("\n\n") == ["Plan", "Above", "Below", "Say this", "Thanks"]
    assert places(document, "slide") == [("1", "Plan"), ("2", "Thanks")]


def test_a_locked_file_says_that_it_is_locked(tmp_path: Path) -> None:
    kind = "application/vnd.oasis.opendocument.text"
    path = write_zip(tmp_path / "a.odt", {"mimetype": kind, "META-INF/manifest.xml": "<m:encryption-data/>"})
    (outcome,) = parsed(path)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.note) == ("failed", "is protected by a password")


@pytest.mark.parametrize(
    ("name", "streams", "note"),
    [
        ("a.docx", ("EncryptedPackage", "EncryptionInfo"), "is protected by a password"),
        ("a.xlsx", ("EncryptionInfo", "EncryptedPackage"), "is protected by a password"),
        ("a.doc", ("WordDocument",), "damaged Word document"),
        ("a.xls", ("Workbook",), "damaged Excel workbook"),
        ("a.doc", ("__substg1.0_0037001F",), "named .doc but is an Outlook message"),
        (
            "a.doc",
            ("VisioDocument",),
            "is an old Office file of a kind that cannot be read (Publisher, Visio, Works ...)",
        ),
    ],
)
def test_an_old_container_says_what_it_holds(tmp_path: Path, name: str, streams: tuple[str, ...], note: str) -> None:
    (outcome,) = parsed(write_ole(tmp_path / name, *streams))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.note) == ("failed", note)


@pytest.mark.parametrize("suffix", ["doc", "odt", "rtf", "xlsx", "txt"])
def test_an_office_file_is_read_under_another_ones_name(tmp_path: Path, suffix: str) -> None:
    """People and programs rename files; what is in them decides."""
    word = write_docx(tmp_path / "a.docx", paragraph("Bins go out on Tuesday."))
    if suffix == "txt":
        (tmp_path / "b.txt").write_text(r"{\rtf1\ansi Bins go out on Tuesday.\par}")
    else:
        word.rename(tmp_path / f"b.{suffix}")
    document = only(tmp_path / f"b.{suffix}")
    assert document.text == "Bins go out on Tuesday."
    assert document.kind == "office"


def test_a_page_and_a_table_under_an_office_name_are_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text("<html><body><table><tr><td>Kees<td>12</table></body></html>")
    (tmp_path / "b.xls").write_bytes("Name\tAmount\nKees\t12\n".encode("utf-16"))
    (tmp_path / "c.doc").write_text("Only words.")
    assert (only(tmp_path / "a.xls").kind, only(tmp_path / "a.xls").text) == ("web", "Kees\t12")
    assert (only(tmp_path / "b.xls").kind, only(tmp_path / "b.xls").text) == ("table", "Name\tAmount\nKees\t12\n")
    assert only(tmp_path / "c.doc").text == "Only words."


def test_entities_are_not_followed(tmp_path: Path) -> None:
    """A billion laughs, and a file of this machine: neither is read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the password")
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    start = f'<!DOCTYPE x [{declared}<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    body = xml("w:document", f"<w:body>{paragraph('Kept &e11; &f;')}</w:body>").replace("?>", f"?>{start}", 1)
    path = write_docx(tmp_path / "a.docx", "", parts={"word/document.xml": body})
    assert only(path).text == "Kept"


@pytest.mark.parametrize(
    "stated", ["Microsoft Word - Document1", "PowerPoint Presentation", "rent.docx", "Mappe1", "12"]
)
def test_a_title_that_a_program_gave_is_none(stated: str) -> None:
    assert properties.title(stated) is None


@pytest.mark.parametrize(
    ("stated", "kept"),
    [("Microsoft Word - Lease of the house", "Lease of the house"), ("Map of Utrecht", "Map of Utrecht")],
)
def test_a_title_that_a_person_gave_is_kept(stated: str, kept: str) -> None:
    assert properties.title(stated) == kept


@pytest.mark.parametrize("stated", ["User", "Windows User", "Microsoft Office User", "admin", "python-docx", "", "Gebruiker", "-"])  # fmt: skip  # noqa: E501
def test_an_account_is_no_author(stated: str) -> None:
    assert properties.author(stated) is None
    assert properties.author("Dana Visser") == "Dana Visser"


@settings(max_examples=60, deadline=None)
@given(damaged=st.binary(max_size=300), at=st.integers(0, 2000))
def test_a_damaged_office_file_is_one_outcome_or_a_document(
    tmp_path_factory: pytest.TempPathFactory, damaged: bytes, at: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = bytearray(write_docx(folder / "a.docx", paragraph("words")).read_bytes())
    whole[at : at + len(damaged)] = damaged
    (folder / "a.docx").write_bytes(bytes(whole))
    for found in parsed(folder / "a.docx"):
        assert not isinstance(found, Outcome) or "broke on it" not in (found.note or "")
