"""The judge of answers: made from the packaged model and its adapter, and what it says of passages."""

from pathlib import Path

import pytest

from ragd.models.judge import judge_copy
from ragd.search.rerank import WINDOW, Judge

KITCHEN = ("Kitchen\n", "The dishwasher cost 700 euros. We bought it in May 2021 from Blue works.")
GARDEN = ("Garden\n", "The roses need water every evening. Peter comes on Monday.")


@pytest.fixture(scope="session")
def judge_folder(models_home: Path) -> Path:
    folder = judge_copy(models_home, say=print)
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def judge(judge_folder: Path) -> Judge:
    return Judge(judge_folder, threads=2)


@pytest.mark.parametrize(
    ("question", "right", "words"),
    [
        ("What did we pay for the machine that cleans plates?", 0, "700 euros"),
        ("When did we buy the dishwasher?", 0, "May 2021"),
        ("Who comes on Monday?", 1, "Peter"),
    ],
)
def test_the_passage_that_answers_is_told_with_the_words_that_do(
    judge: Judge, question: str, right: int, words: str
) -> None:
    passages = (KITCHEN, GARDEN)
    verdicts = judge.verdicts(question, passages)
    assert max(verdicts, key=lambda verdict: verdict.words[0][2]) is verdicts[right]
    start, end, odds = verdicts[right].words[0]
    assert passages[right][1][start:end] == words
    assert odds > 0


def test_what_is_not_told_is_less_likely_than_what_is(judge: Judge) -> None:
    told, untold = (
        judge.verdicts(question, [KITCHEN])[0].words[0][2]
        for question in ("What was the price of the dishwasher?", "Who repaired the dishwasher?")
    )
    assert told > untold


def test_a_verdict_is_the_same_alone_and_among_others(judge: Judge) -> None:
    question = "Who comes on Monday?"
    assert judge.verdicts(question, [GARDEN])[0] == judge.verdicts(question, [KITCHEN, GARDEN, KITCHEN])[1]


def test_what_does_not_fit_the_window_is_not_seen_and_does_no_harm(judge: Judge) -> None:
    long = "Nothing is said here. " * WINDOW
    [verdict] = judge.verdicts("who " * WINDOW, [(long, long)])
    assert all(0 <= start < end <= len(long) for start, end, _ in verdict.words)
    assert judge.verdicts("Who?", [("", ""), ("", " ")]) and judge.verdicts("", [KITCHEN])


def test_a_second_call_makes_nothing(judge_folder: Path, models_home: Path) -> None:
    said: list[str] = []
    assert judge_copy(models_home, say=said.append) == judge_folder
    assert not said


def test_a_judge_that_cannot_be_made_is_told_and_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "onnxscript.py").write_text("raise ImportError('no onnxscript', name='onnxscript')")
    (tmp_path / "models").mkdir()
    said: list[str] = []
    assert judge_copy(tmp_path / "models", say=said.append) is None
    assert any("onnxscript" in line for line in said)
    said.clear()
    assert judge_copy(tmp_path / "models", say=said.append) is None
    assert not said
