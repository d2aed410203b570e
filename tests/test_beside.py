"""Notes, comments, heads and feet are things of their own: none is of the section that happens to stand above it."""

from pathlib import Path

from office_files import paragraph, relations, shape, write_docx, write_odf, write_pptx, xml
from parser_files import only, parsed, write_pdf
from test_chunk import cut

from ragd.answer.spans import spans_of
from ragd.places import describe
from ragd.records import Chunk, Document, Found, Hit, Member

FOUND = Found("id", "", "/lease", None, None, "office", None, None, None, ())


def said(document: Document) -> list[tuple[str, str]]:
    """The passages, each with its place."""
    return [(describe(one, FOUND, one.start, one.end), one.text) for one in cut(document)]


def test_a_note_of_a_word_document_names_what_it_hangs_on(tmp_path: Path) -> None:
    note, comment = '<w:r><w:footnoteReference w:id="2"/></w:r>', '<w:r><w:commentReference w:id="0"/></w:r>'
    body = (
        paragraph("Termination", "H1")
        + f"<w:p><w:r><w:t>5.1 Either party may end it.</w:t></w:r>{note}</w:p>"
        + f"<w:p><w:r><w:t>4.5 million is due.</w:t></w:r>{comment}</w:p>"
        + paragraph("Schedule A", "H1")
        + paragraph("Two spectrometers.")
    )
    separator = f'<w:footnote w:type="separator" w:id="0">{paragraph("")}</w:footnote>'
    words = {
        "footnotes": xml("w:footnotes", f'{separator}<w:footnote w:id="2">{paragraph("On notice.")}</w:footnote>'),
        "comments": xml("w:comments", f'<w:comment w:id="0" w:author="Kees">{paragraph("Sure?")}</w:comment>'),
        "header": xml("w:hdr", paragraph("Confidential")),
        "footer": xml("w:ftr", paragraph("Visser")),
    }
    parts = {f"word/{name}.xml": content for name, content in words.items()}
    named = {name: f"{name} {name}.xml" for name in words}
    document = only(write_docx(tmp_path / "a.docx", body, parts=parts, **named))
    assert said(document)[-4:] == [
        ("footnote to 5.1", "On notice."),
        ("comment by Kees on Termination", "Comment by Kees: Sure?"),
        ("header", "Confidential"),
        ("footer", "Visser"),
    ]
    whole = Chunk("d", 0, 0, len(document.text), document.text, document.marks, None)
    quotes = {span.text for span in spans_of([Hit(whole, FOUND, 1.0, {}, "", None, None)])}
    assert {"On notice.", "Confidential", "Visser"} < quotes
    assert not any("notice" in quote and ("spectrometers" in quote or "Sure" in quote) for quote in quotes)


def test_a_note_of_an_open_document_text_names_what_it_hangs_on(tmp_path: Path) -> None:
    note = (
        '<text:note text:note-class="endnote"><text:note-body><text:p>Or not.</text:p></text:note-body></text:note>'
        "<office:annotation><dc:creator>Kees</dc:creator><text:p>Sure?</text:p></office:annotation>"
    )
    inside = (
        f'<text:h text:outline-level="1">Rent</text:h><text:p>It is due.{note}</text:p>'
        '<text:h text:outline-level="1">Annex</text:h><text:p>End.</text:p>'
    )
    foot = "<style:footer-first><text:p>Visser</text:p></style:footer-first>"
    document = only(write_odf(tmp_path / "a.odt", "text", inside, styles=foot))
    assert said(document)[-3:] == [
        ("endnote to Rent", "Or not."),
        ("comment by Kees on Rent", "Comment by Kees: Sure?"),
        ("footer", "Visser"),
    ]


def test_a_comment_on_a_slide_ends_with_it_as_does_its_title(tmp_path: Path) -> None:
    comment = xml("p:cmLst", '<p:cm authorId="0"><p:text>Sure?</p:text></p:cm>')
    document = only(
        write_pptx(
            tmp_path / "a.pptx",
            (shape("Plan", role="title") + shape("We plant kelp."), shape("No title here")),
            parts={
                "ppt/comments/c1.xml": comment,
                "ppt/slides/_rels/slide1.xml.rels": relations(c="comments ../comments/c1.xml"),
            },
        )
    )
    assert said(document) == [
        ("slide 1 > Plan", "Plan\n\nWe plant kelp."),
        ("slide 1 > Plan > comment", "Comment: Sure?"),
        ("slide 2", "No title here"),
    ]


def test_a_form_s_values_are_placed_by_their_fields(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

    writer = PdfWriter(clone_from=PdfReader(write_pdf(tmp_path / "plain.pdf", [["Application for a grant"]])))
    fields = ArrayObject()
    for name, value in (("form1[0].field_of_study[0]", "Limnology"), ("Amount asked", "13,775 euros")):
        field = DictionaryObject({NameObject("/FT"): NameObject("/Tx")})
        field |= {NameObject("/T"): TextStringObject(name), NameObject("/V"): TextStringObject(value)}
        fields.append(writer._add_object(field))
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    writer.write(tmp_path / "form.pdf")
    [found] = [
        one.document for one in parsed(tmp_path / "form.pdf") if isinstance(one, Member) and one.part == "form values"
    ]
    [passage] = cut(found)
    place = {
        line: describe(passage, FOUND, at, at + 5)
        for line in found.text.split("\n")
        if (at := found.text.index(line)) >= 0
    }
    assert place == {
        "form1[0].field_of_study[0]: Limnology": "form > Field of study",
        "Amount asked: 13,775 euros": "form > Amount asked",
    }
    quotes = {span.text for span in spans_of([Hit(passage, FOUND, 1.0, {}, "", None, None)])}
    assert quotes == set(place)


def test_the_notes_and_the_foot_of_an_rtf_document_are_not_of_its_last_section(tmp_path: Path) -> None:
    body = r"{\stylesheet{\s1 heading 1;}}{\footer Visser\par}\pard\s1 Annex\par\pard End.{\footnote Or not.}\par"
    document = only(tmp_path / "a.rtf", rf"{{\rtf1\ansi {body}}}")
    assert said(document)[-2:] == [("footer", "Visser"), ("notes", "Or not.")]
