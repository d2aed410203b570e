"""One order from two scores: nothing but a passage's own scores enters, and the measures agree with the textbook."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragd.search.fuse import best, expected_cosine, fuse, towards
from ragd.search.measure import hit_rate, mrr, ndcg, recall

ROWS = st.tuples(st.integers(1, 30), st.integers(0, 3))
WORDS = st.dictionaries(ROWS, st.floats(0.01, 60))
MEANING = st.dictionaries(ROWS, st.floats(-1, 1))


@given(WORDS, MEANING, st.sets(ROWS), st.floats(0, 300))
def test_a_score_does_not_depend_on_the_other_candidates(
    words: dict[tuple[int, int], float], meaning: dict[tuple[int, int], float], some: set[tuple[int, int]], top: float
) -> None:
    everything = fuse({*words, *meaning, *some}, words, meaning, ceiling=top)
    assert fuse(some, words, meaning, ceiling=top) == {row: everything[row] for row in some}


@given(st.floats(0, 30), st.floats(0, 30), st.floats(-1, 1), st.floats(1, 300))
def test_more_of_either_never_ranks_lower(less: float, more: float, near: float, ceiling: float) -> None:
    less, more = sorted((less, more))
    row = (1, 0)
    assert (
        fuse([row], {row: less}, {row: near}, ceiling=ceiling)[row]
        <= (fuse([row], {row: more}, {row: near}, ceiling=ceiling)[row])
    )
    assert fuse([row], {row: less}, {}, ceiling=ceiling)[row] <= fuse([row], {row: more}, {}, ceiling=ceiling)[row]


def test_a_passage_whose_vector_is_owed_does_not_rank_last() -> None:
    words = {(1, 0): 20.0, (2, 0): 2.0}
    scores = fuse([(1, 0), (2, 0)], words, {(2, 0): 0.3}, ceiling=50)
    assert scores[1, 0] > scores[2, 0]
    assert 0 <= expected_cosine(0) < expected_cosine(1) <= 1


def test_equal_scores_keep_the_order_of_arrival() -> None:
    assert best({(2, 0): 0.5, (1, 1): 0.5, (1, 0): 0.5, (3, 0): 0.9}, 3) == [(3, 0), (1, 0), (1, 1)]


def test_a_question_moves_towards_its_best_passages_and_stays_a_direction() -> None:
    question, passage = np.eye(4, dtype=np.float32)[:2]
    moved = towards(question, [passage, passage])
    assert moved.dtype == np.float32
    assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-6)
    assert 0 < moved @ passage < moved @ question
    assert np.array_equal(towards(question, []), question)
    assert np.array_equal(towards(question, [-2 * question]), question)  # nothing left of it


JUDGED = {"a": {"1": 2, "2": 1}, "b": {"9": 1}}
RUN = {"a": ["3", "1", "1", "2"]}


def test_the_measures_are_the_textbook_s() -> None:
    assert ndcg(RUN, JUDGED) == pytest.approx((3 / np.log2(3) + 1 / np.log2(4)) / (3 + 1 / np.log2(3)) / 2)
    assert recall(RUN, JUDGED, at=2) == 0.25
    assert mrr(RUN, JUDGED) == 0.25
    assert hit_rate(RUN, JUDGED, at=5) == 0.5


RUNS = st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("123456")))
GRADES = st.dictionaries(st.sampled_from("123456"), st.integers(1, 3), min_size=1)


@given(RUNS, st.dictionaries(st.sampled_from("abc"), GRADES, min_size=1))
def test_the_measures_equal_those_of_the_shared_scorer(
    run: dict[str, list[str]], judged: dict[str, dict[str, int]]
) -> None:
    folder = Path(__file__).parents[2] / "shared" / "eval"
    if not (folder / "score.py").exists():
        pytest.skip("the evaluation data is not beside this checkout")
    sys.path.insert(0, str(folder))
    try:
        import score
    finally:
        sys.path.remove(str(folder))
    assert ndcg(run, judged) == pytest.approx(score.ndcg(run, judged))
    assert recall(run, judged, at=3) == pytest.approx(score.recall(run, judged, k=3))
    assert mrr(run, judged) == pytest.approx(score.mrr(run, judged))
