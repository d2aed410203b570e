"""Sentences, exact values, and which span supports which sentence."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragd.answer import headed, sentences, values
from ragd.answer.cite import Numbering, claim_of, names_in, support
from ragd.answer.spans import spans_of
from ragd.places import pages_of
from ragd.records import Chunk, Citation, Found, Hit, Mark

PARTS = [*"aBé9. !?\n:-*()\"'#|", "Dr. ", "p. 3", "e.g. ", "。", "😀", "The end. ", "\n\n"]
WRITTEN = st.lists(st.sampled_from(PARTS), max_size=120).map("".join)


def hit(text: str, *, start: int = 0, marks: tuple[Mark, ...] = (), lined: bool = True, **facts: object) -> Hit:
    known = {"title": None, "author": None, "date": None, "recipients": (), "kind": "note", **facts}
    document = Found("d", "file:///n.md", "/n.md", None, thread=None, also_at=(), **known)  # type: ignore[arg-type]
    chunk = Chunk("d", 0, start, start + len(text), text, marks, 1 if lined else None)
    return Hit(chunk, document, 1.0, {"words": 1}, "line 1", None, None)


def supported(sentence: str, text: str, question: str = "", **facts: object) -> str | None:
    span = support(claim_of(sentence, question=question), spans_of([hit(text, **facts)]), embed=None)
    return span.text if span else None


def test_abbreviations_decimals_and_page_numbers_end_no_sentence() -> None:
    text = "Dr. Smith paid EUR 4.50 on p. 3, e.g. for lunch. He left at 5 p.m. The next day it rained."
    assert [sentence.strip() for sentence in sentences.split(text)] == [
        "Dr. Smith paid EUR 4.50 on p. 3, e.g. for lunch.",
        "He left at 5 p.m.",
        "The next day it rained.",
    ]
    assert len(sentences.split("你好。世界！")) == 2


@given(WRITTEN)
def test_the_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences.split(text)) == text


@given(WRITTEN, st.data())
def test_a_stream_is_split_like_the_whole_however_it_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    stream = sentences.Splitter()
    streamed: list[str] = []
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        streamed += stream.feed(text[begin:end])
    assert [*streamed, *stream.close()] == sentences.split(text)


def test_a_text_without_a_full_stop_is_not_held_back_for_ever() -> None:
    stream = sentences.Splitter()
    assert list(stream.feed("word " * 1_000))


def test_a_line_that_was_ended_and_not_wrapped_is_a_piece_of_its_own() -> None:
    wrapped = "The camera that the Minister of Works took to\nEdinburgh, as the\nTimes said."
    text = f"Lowest price: $627\nMinolta Dimage F100\n{wrapped}"
    assert [text[start:end] for start, end in sentences.pieces(text)] == [
        "Lowest price: $627",
        "Minolta Dimage F100",
        "The camera that the Minister of Works took to\nEdinburgh, as the",
        "Times said.",
    ]


OFFERS = """Xerox Phaser 3400
A quick laser printer for small offices, with a port for each machine.
Lowest price: $627

Minolta Dimage F100
Friendly to those who are new to it: the Minolta Dimage F100 has it all.
Read the review
"""


@pytest.mark.parametrize("text", [OFFERS, OFFERS.replace("\n", "\r\n")])
def test_what_stands_below_one_line_is_not_said_of_what_stands_below_another(text: str) -> None:
    assert [text[at:].splitlines()[0] for at in headed.heads(text)] == ["Xerox Phaser 3400", "Minolta Dimage F100"]
    assert "Minolta" not in headed.section(text, text.index("$627"))
    letter = "The offer stands until the end of the month, and not a day longer.\n\nMarta Okonkwo\n12 Tanner Row\n"
    assert headed.section(letter, 4) == letter


def test_items_labels_and_rows_are_pieces_and_wrapped_lines_are_not() -> None:
    text = (
        "# Dentist\n\nPhone: 020 1234\nAddress: Main st. 5\n- one\n- two\nDr. de Boer is in\non Mondays.\n| a | b |\n"
    )
    text += "| c | d |\nFirst Cell\t12\nSecond Cell\t13\nAfter it"
    assert [text[start:end] for start, end in sentences.pieces(text)] == [
        "# Dentist",
        "Phone: 020 1234",
        "Address: Main st. 5",
        "- one",
        "- two",
        "Dr. de Boer is in\non Mondays.",
        "| a | b |",
        "| c | d |",
        "First Cell\t12",
        "Second Cell\t13",
        "After it",
    ]


def test_numbers_compare_by_value() -> None:
    text = "The club paid EUR 1,200 for two boats."
    assert supported("The club paid 1200 for 2 boats.", text) == text
    assert supported("The club paid €1.200 for two boats.", text) == text
    assert supported("The club paid 200 for two boats.", text) is None
    assert supported("The club paid EUR 1,201 for two boats.", text) is None
    assert supported("The club paid EUR 1,200 for three boats.", text) is None


def test_dates_compare_by_value() -> None:
    text = "The contract was signed on 2 March 2024."
    for day in ("2024-03-02", "March 2, 2024", "2nd of March 2024", "02/03/2024", "March 2024"):
        assert supported(f"The contract was signed on {day}.", text) == text, day
    for day in ("3 March 2024", "2 March 2023", "2 April 2024", "2024-02-03"):
        assert supported(f"The contract was signed on {day}.", text) is None, day


def test_a_year_may_come_from_the_document_or_the_heading_and_a_week_day_from_the_date() -> None:
    text = "The contract was signed on 2 March."
    sentence = "The contract was signed on 2 March 2024."
    assert supported(sentence, text) is None
    assert supported(sentence, text, date="2024-05-01") == text
    assert supported(sentence, text, marks=(Mark(0, "heading", "2024", 2),)) == text
    assert supported("The contract was signed on Saturday.", text, date="2024-03-02T10:00:00+01:00") == text
    assert supported("The contract was signed on Friday.", text, date="2024-03-02T10:00:00+01:00") is None


def test_times_and_codes_must_stand_in_the_span() -> None:
    text = "The train for Ghent leaves at 17:05 from track B-12."
    assert supported("The train for Ghent leaves at 5.05 pm.", text) == text
    assert supported("The train for Ghent leaves at 17:15.", text) is None
    assert supported("The train for Ghent leaves from track B-13.", text) is None


def test_names_must_stand_in_the_span_or_among_the_documents_people() -> None:
    text = "I paid the deposit for the boat."
    assert supported("Dana paid the deposit for the boat.", text, question="What did Dana pay?") is None
    author = "Dana Visser <dana@example.org>"
    assert supported("Dana paid the deposit for the boat.", text, question="What did Dana pay?", author=author) == text
    assert supported("On Monday the deposit for the boat was paid by Kees.", text, author=author) is None


def test_the_word_that_opens_a_sentence_is_a_name_only_when_it_looks_like_one() -> None:
    assert names_in("Insurance pays Dana in March.") == {"dana"}
    assert names_in("Kees Hofland pays.") == {"kee", "hofland"}
    assert names_in("Kees pays.", known_from="What does Kees pay?") == {"kee"}


def test_a_small_word_in_short_is_no_name() -> None:
    assert names_in("Which gadgets am I left with once I'm in, and what's Dana's?") == {"dana"}


def test_a_denial_is_not_supported_by_its_opposite() -> None:
    covers = "The policy covers theft of bicycles from the shed."
    denies = "The policy does not cover theft of bicycles from the shed."
    assert supported(denies, covers) is None
    assert supported(covers, denies) is None
    assert supported(denies, denies) == denies
    both = "The policy covers theft of bicycles, but it does not cover scooters."
    assert supported("The policy covers theft of bicycles.", both) == both
    assert supported("The policy does not cover theft of bicycles.", both) is None
    assert supported("Theft of bicycles is not covered by the policy.", "Theft of bicycles is excluded by the policy.")


def test_the_span_is_the_shortest_that_says_it() -> None:
    text = "It rained all week. The roof leaked above the stairs. Kees mended it with tar."
    assert supported("The roof leaked above the stairs.", text) == "The roof leaked above the stairs."


def test_a_quote_never_crosses_a_page_a_column_or_a_heading() -> None:
    text = "The roof leaked badly.\nKees mended it with tar."
    wall = text.index("Kees")
    sentence = "The roof leaked badly and Kees mended it with tar."
    assert supported(sentence, text) == text
    for kind in ("page", "column", "heading"):
        assert supported(sentence, text, marks=(Mark(wall, kind, "2", 2),)) is None  # type: ignore[arg-type]


def test_a_sentence_about_nothing_in_the_passages_has_no_support() -> None:
    text = "The roof leaked above the stairs."
    assert supported("Paris is the capital of France.", text) is None
    assert supported("Yes.", text) is None
    assert supported("", text) is None


def test_frontmatter_is_never_quoted() -> None:
    text = "---\ntags: [roof]\n---\n\nThe roof leaked above the stairs."
    assert {span.text for span in spans_of([hit(text)])} == {"The roof leaked above the stairs."}


def test_the_day_of_a_log_is_quoted_with_what_happened_on_it_and_not_with_the_day_before() -> None:
    text = "**14 October.** Installed. He left the card.\n\n**8 November.** First service, 118 euros."
    answers = {span.shown for span in spans_of([hit(text)]) if not span.leads_on}
    assert "**14 October.** Installed." in answers
    assert "**8 November.** First service, 118 euros." in answers
    assert not {"**14 October.**", "**8 November.**"} & answers
    assert not any("card" in answer and "service" in answer for answer in answers)


@settings(max_examples=60)
@given(WRITTEN, st.integers(0, 500), st.lists(st.integers(0, 119), max_size=3))
def test_every_citation_is_an_exact_slice_and_crosses_no_wall(text: str, start: int, offsets: list[int]) -> None:
    walls = tuple(Mark(start + offset, "page", str(offset), n) for n, offset in enumerate(sorted(offsets), 1))
    spans = spans_of([hit(text, start=start, marks=walls)])
    numbering = Numbering()
    numbers = numbering.cite(spans)
    assert numbers == tuple(range(1, len(spans) + 1)) == numbering.cite(spans)
    for citation in numbering.citations:
        assert_exact(citation, text, start)
        assert not any(citation.start < wall.offset < citation.end for wall in walls)


def assert_exact(citation: Citation, text: str, start: int) -> None:
    assert citation.quote == text[citation.start - start : citation.end - start]
    assert citation.quote == citation.quote.strip() != ""
    first = text.count("\n", 0, citation.start - start) + 1
    assert citation.lines == (first, first + citation.quote.count("\n"))


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_read_values_from(text: str) -> None:
    values.stated(values.values(text))
    names_in(text)


def test_each_row_of_a_csv_is_quoted_by_itself() -> None:
    text = "Kees,12,boiler\nAnn,13,roof\nPaul,14,gutter"
    table = replace(hit(text, kind="table"), lines=(2, 4))
    assert [span.text for span in spans_of([table]) if span.size == 1] == text.split("\n")


def test_a_signature_is_quoted_by_the_line_and_a_foot_never() -> None:
    card = hit("--\nKees de Wit\nTel: +31 20 555 0142", kind="mail", author="Kees de Wit", title="Roof", lined=False)
    signed = replace(card, chunk=replace(card.chunk, role="signature"))
    found = spans_of([signed])
    assert [span.text for span in found if span.size == 1] == ["Kees de Wit", "Tel: +31 20 555 0142"]
    assert {span.facts.text for span in found} == {"Kees de Wit"}
    assert not spans_of([replace(card, chunk=replace(card.chunk, role="foot"))])


def test_a_passage_tells_its_first_and_last_page_or_slide() -> None:
    text = "The roof leaked.\nKees mended it."
    for kind in ("page", "slide"):
        chunk = hit(text, marks=(Mark(0, kind, "71", 71), Mark(17, kind, "72", 72))).chunk  # type: ignore[arg-type]
        assert pages_of(chunk, 0, len(text)) == (71, 72)
        assert pages_of(chunk, 17, len(text)) == (72, 72)
    assert pages_of(hit(text).chunk, 0, len(text)) is None
