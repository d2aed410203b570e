"""One score of a passage from its two, by words and by meaning: a fixed formula that no other candidate enters.

`score = (cosine + bm25 / (4 * sqrt(ceiling))) / 2`, where `ceiling` is the highest BM25 that the question's words allow
(sum of idf * (k1 + 1)). Its root carries half of what makes BM25 larger for a longer question or a larger collection.
The cosine is that of the question moved towards its two best passages (`towards`). Nothing is taken over the
candidates, so that a filter or a limit changes no score. A document that the question names gets something on top
(`search.names`), and so does a passage that holds the numbers and codes of the question (`search.codes`); what quotes
another has a little less. What else was tried: docs/benchmarks-fusion.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from types import MappingProxyType

import numpy as np

Row = tuple[int, int]  # (key, ordinal)
FOOT_MOST = 0.35  # the score that the foot of a mail reaches at most: what people wrote with the same words is above it
QUOTED = 0.06  # what another's words have less: where scores are near, the writer's own come first
NOTHING: Mapping[int, float] = MappingProxyType({})

WORDS_SCALE = 4.0
# Of a document with pages: where a table is cut, its parts answer together. Set on tests/bench/filing_pages.toml.
BESIDE = 0.25  # of the mean of the passages before and after
MOSTLY = 0.8  # of a passage's own score have those around it
FEEDBACK = 2  # best passages that the question's vector moves towards
FEEDBACK_WEIGHT = 0.5
# The cosine to expect of a passage whose words score w (on the scale above): a line through the 200 best by words of
# four question sets. It stands in while a passage has no vector yet, or the newest passages would rank last, and for
# the feet of mails, which never get one.
EXPECTED_COSINE = (0.15, 0.55)


def fuse(
    rows: Iterable[Row],
    words: Mapping[Row, float],
    meaning: Mapping[Row, float],
    *,
    ceiling: float,
    named: Mapping[int, float] = NOTHING,
) -> dict[Row, float]:
    """The score of each row, about 0 to 1, from its BM25 (absent: no word in common) and cosine (absent: not known).

    `named` is what a document's names add, by key.
    """
    scale = WORDS_SCALE * sqrt(ceiling) if ceiling > 0 else 1.0
    fused = {}
    for row in rows:
        by_words = words.get(row, 0.0) / scale
        near = meaning.get(row)
        by_content = (by_words + (expected_cosine(by_words) if near is None else near)) / 2
        fused[row] = by_content + named.get(row[0], 0.0)
    return fused


def beside(score: float, others: Sequence[float]) -> float:
    """What the passages before and after add to a passage's score; where they score as they mostly do, nothing."""
    return BESIDE * (sum(others) / len(others) - MOSTLY * score) if others else 0.0


def best(scores: Mapping[Row, float], count: int) -> list[Row]:
    """The `count` rows of the highest scores; equal ones in the order of arrival."""
    return sorted(scores, key=lambda row: (-scores[row], row))[:count]


def towards(question: np.ndarray, passages: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """The question's vector moved towards those of its best passages: (dimensions,) float32, unit length.

    Rocchio's feedback. The passages must be those of a search without filters, or a filter would change scores.
    """
    if len(passages) == 0:
        return question
    moved = question.astype(np.float64) + FEEDBACK_WEIGHT * np.mean(np.asarray(passages, np.float64), axis=0)
    length = float(np.sqrt((moved * moved).sum()))
    unit: np.ndarray = (moved / length).astype(np.float32) if length else question
    return unit


def expected_cosine(by_words: float) -> float:
    """What a passage's words let expect of its cosine."""
    base, slope = EXPECTED_COSINE
    return min(base + slope * by_words, 1.0)
