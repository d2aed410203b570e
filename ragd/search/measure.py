"""How good a ranking is against judgements: nDCG, recall and the reciprocal rank of the first good document.

A run is {question: document ids, best first}; a document that it names twice counts where it stands first. Judgements
are {question: {document id: grade}}; every judged question counts, one without results scores 0.
"""

from collections.abc import Mapping, Sequence
from math import log2

Run = Mapping[str, Sequence[str]]
Judgements = Mapping[str, Mapping[str, int]]


def ndcg(run: Run, judgements: Judgements, at: int = 10) -> float:
    """Mean nDCG with gain 2**grade - 1 and discount log2(rank + 1) (Jarvelin and Kekalainen 2002)."""
    return _mean(
        [
            _gain([grades.get(one, 0) for one in _top(run, question, at)]) / _gain(sorted(grades.values())[::-1][:at])
            for question, grades in judgements.items()
        ]
    )


def recall(run: Run, judgements: Judgements, at: int = 100) -> float:
    """Mean share of the good documents that are among the first `at`."""
    found = [
        len(set(_top(run, question, at)) & _good(grades)) / len(_good(grades))
        for question, grades in judgements.items()
    ]
    return _mean(found)


def mrr(run: Run, judgements: Judgements, at: int = 10) -> float:
    """Mean of 1 / rank of the first good document, 0 where none is among the first `at`."""
    first = []
    for question, grades in judgements.items():
        ranks = [rank for rank, one in enumerate(_top(run, question, at), start=1) if one in _good(grades)]
        first.append(1 / ranks[0] if ranks else 0.0)
    return _mean(first)


def hit_rate(run: Run, judgements: Judgements, at: int = 5) -> float:
    """The share of questions with a good document among the first `at`."""
    return _mean([float(bool(set(_top(run, question, at)) & _good(grades))) for question, grades in judgements.items()])


def _top(run: Run, question: str, at: int) -> list[str]:
    return list(dict.fromkeys(run.get(question, ())))[:at]


def _good(grades: Mapping[str, int]) -> set[str]:
    return {document for document, grade in grades.items() if grade > 0}


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
