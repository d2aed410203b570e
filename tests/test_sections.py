"""What a passage's place adds to its score: the heading it stands below, its page, the passages around it."""

from pathlib import Path

import pytest

from ragd import Library
from ragd.search import fuse
from ragd.search.sections import WEIGHT, Sections
from tests.test_pdf import write_streams

RARE = {"cash": 2.0, "flow": 2.0, "statement": 1.0, "consolid": 1.0}


def sections(question: str) -> Sections:
    return Sections(question.split(), str.split, lambda word: RARE.get(word, 1.0))


def test_a_heading_adds_what_the_question_says_of_it() -> None:
    asked = sections("capital spending use the cash flow statement")
    assert asked.adds(["cash flow statement"], "acme") == WEIGHT
    assert asked.adds(["consolid cash flow statement", "of nothing"], "acme") == pytest.approx(WEIGHT * 5 / 6)
    assert asked.adds(["cash"], "acme") == WEIGHT / 2
    assert asked.adds(["goats"], "acme") == asked.adds([], "acme") == 0.0


def test_the_words_of_the_title_name_no_section() -> None:
    assert sections("acme cash flow").adds(["acme"], "acme 2017") == 0.0
    assert sections("acme cash flow").adds(["acme cash flow"], "acme 2017") == WEIGHT


def test_passages_around_add_when_they_score_more_than_they_mostly_do() -> None:
    assert fuse.beside(0.5, [0.5, 0.5]) > 0 > fuse.beside(0.5, [0.1])
    assert fuse.beside(0.5, []) == 0.0


def test_of_a_page_the_best_passage_is_shown(library: Library, tmp_path: Path) -> None:
    paragraph = "The goats went through the fence again and ate what was left of the garden behind the shed"
    lines = " ".join(f"1 0 0 1 72 {740 - 9 * n} Tm ({paragraph}, number {n}) Tj" for n in range(70))
    write_streams(tmp_path / "goats.pdf", f"BT /F1 8 Tf {lines} ET", f"BT /F1 8 Tf {lines} ET")
    library.add([tmp_path])
    assert library.status()["chunks"] > 4
    assert sorted(hit.page or 0 for hit in library.search("goats through the fence")) == [1, 2]
