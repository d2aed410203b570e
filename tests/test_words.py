"""The word index through its front door: a real tantivy index in a temporary folder."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragd.index.words import WordRow, Words, WordsDamaged

SENTENCES = (
    "The roof over the kitchen leaks when the wind comes from the west.",
    "Dana paid the roofer for the kitchen roof in March, in two parts.",
    "Wind turbines on the western shore stood still for most of March.",
    "To be, or not to be, that is the question.",
    "The kitchen was painted; the painter asked for two more weeks.",
    "Who pays for the leaking roof? The insurance does not.",
)
QUESTIONS = ("who pays for a leaking roof", "wind from the west in March", "kitchen kitchen painter", "two parts")


def rows(count: int) -> list[WordRow]:
    """Passages of several documents of three; many of them equal, so that equal scores occur."""
    return [
        WordRow(
            key=10 + at // 3, ordinal=at % 3, title=f"Note {at % 4}", header="", body=SENTENCES[at % len(SENTENCES)]
        )
        for at in range(count)
    ]


def indexed(folder: Path, passages: list[WordRow], *, commits: int = 1) -> Words:
    words = Words.open(folder)
    share = -(-len(passages) // commits)
    for start in range(0, len(passages), share):
        words.add(passages[start : start + share])
        words.commit()
    return words


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    return indexed(tmp_path_factory.mktemp("words"), rows(60))


def test_words_are_found_in_other_forms(words: Words) -> None:
    best = words.search("leaking roofs", 1)[0]
    assert best[:2] == (11, 2)  # "Who pays for the leaking roof?"


def test_scores_of_named_rows_equal_those_of_the_search(words: Words) -> None:
    for question in QUESTIONS:
        found = {(key, ordinal): score for key, ordinal, score in words.search(question, 60)}
        assert found
        assert words.scores(question, list(found)) == found
        one = next(iter(found))
        assert words.scores(question, [one]) == {one: found[one]}


@settings(max_examples=40, deadline=None)
@given(
    question=st.sampled_from(QUESTIONS),
    keys=st.sets(st.integers(10, 32)),
    limit=st.integers(1, 70),
    few=st.sampled_from((0, 5_000)),
)
def test_a_filter_leaves_what_filtering_by_hand_leaves(
    words: Words, question: str, keys: set[int], limit: int, few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ragd.index.words.FEW_KEYS", few)  # both ways: by a term set, and by searching deeper
        by_hand = [hit for hit in words.search(question, 60) if hit[0] in keys][:limit]
        assert words.search(question, limit, keys=keys) == by_hand


@pytest.mark.parametrize("commits", [1, 7])
def test_the_cut_through_equal_scores_does_not_depend_on_the_commits(
    words: Words, tmp_path: Path, commits: int
) -> None:
    with indexed(tmp_path / "other", rows(60), commits=commits) as other:
        for question in QUESTIONS:
            whole = words.search(question, 60)
            assert len({score for *_, score in whole}) < len(whole)  # the control: there are equal scores
            for limit in (1, 2, 3, 5, 8, 13, 21):
                assert other.search(question, limit) == whole[:limit]


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_no_question_raises(words: Words, question: str) -> None:
    for key, ordinal, score in words.search(question, 5):
        assert words.scores(question, [(key, ordinal)]) == {(key, ordinal): score}
        assert 0 < score <= words.ceiling(question) * 1.0001
    words.matching([question], [question])
    spans = words.marked(question, question)
    assert all(0 <= start < end <= len(question) for start, end in spans)


@pytest.mark.parametrize(
    "question", ["kitchen AND (roof", 'body:"roof', "key:[zzz TO *]", "roof\x00", "\ud800 roof", "*"]
)
def test_query_syntax_is_plain_text(words: Words, question: str) -> None:
    assert bool(words.search(question, 3)) == ("roof" in question)


def test_a_question_of_stop_words_alone_still_finds(words: Words) -> None:
    key, ordinal, _ = words.search("to be or not to be", 1)[0]
    assert (key, ordinal) == (11, 0)


def test_a_word_said_twice_counts_twice(words: Words) -> None:
    once = words.scores("kitchen painter", [(11, 1)])[11, 1]
    assert words.scores("kitchen kitchen painter", [(11, 1)])[11, 1] > once


def test_a_phrase_needs_its_words_in_that_order(words: Words) -> None:
    assert (10, 1) in words.containing("kitchen roof")
    assert (10, 0) not in words.containing("kitchen roof")
    leaves = words.matching(["the kitchen"], ["painter"])
    assert leaves is not None
    assert (10, 0) in leaves
    assert (11, 1) not in leaves
    assert words.matching([], []) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("我们在北京大学学习。", "北京大学"),
        ("東京の天気は晴れです", "天気"),
        ("ห้องครัวและหลังคา", "หลังคา"),
        ("서울에서 만나요", "서울"),
        ("Привет, мир", "мир"),
        ("Cafés in der Straße", "cafe strasse"),
        ("cafe\u0301 with a combining accent", "café"),
        ("नमस्ते दुनिया", "दुनिया"),
        ("مرحبا بالعالم", "مرحبا"),
    ],
)
def test_other_scripts_are_found_and_marked(tmp_path: Path, text: str, question: str) -> None:
    with indexed(tmp_path, [WordRow(1, 0, "", "", text), WordRow(2, 0, "", "", "something else")]) as words:
        assert [hit[:2] for hit in words.search(question, 5)] == [(1, 0)]
        assert words.marked(text, question)


def test_marks_are_the_words_that_match(words: Words) -> None:
    text = "Roofers and the ROOF: (leaks) reroof"
    assert [text[start:end] for start, end in words.marked(text, "a leaking roof")] == ["ROOF", "leaks"]


def test_deleted_rows_are_not_found_and_are_counted(tmp_path: Path) -> None:
    words = indexed(tmp_path, rows(60))
    words.delete([10, 12, 999])
    words.commit()
    assert words.rows() == 54
    assert words.keys() == set(range(10, 30)) - {10, 12}
    assert not any(hit[0] in (10, 12) for hit in words.search("roof kitchen wind", 60))
    assert words.deleted() == 6
    words.close()


def test_a_reader_sees_a_commit_after_it_reloads(tmp_path: Path) -> None:
    writer = indexed(tmp_path, rows(6))
    reader = Words.open(tmp_path)
    writer.add([WordRow(99, 0, "", "", "asparagus")])
    assert not reader.search("asparagus", 1)
    writer.commit()
    writer.close()
    reader.reload()
    assert reader.search("asparagus", 1)[0][:2] == (99, 0)


def test_what_was_not_committed_is_dropped_and_the_lock_let_go(tmp_path: Path) -> None:
    with Words.open(tmp_path) as words:
        words.add([WordRow(1, 0, "", "", "asparagus")])
    with Words.open(tmp_path) as words:
        assert words.rows() == 0
        words.add([WordRow(2, 0, "", "", "asparagus")])
        words.commit()
        assert words.keys() == {2}


def test_a_damaged_index_says_so(tmp_path: Path) -> None:
    indexed(tmp_path, rows(6)).close()
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(WordsDamaged, match="word index"):
        Words.open(tmp_path)


def test_an_index_whose_files_are_gone_says_so(tmp_path: Path) -> None:
    indexed(tmp_path, rows(6)).close()
    for file in [*tmp_path.glob("*.term"), *tmp_path.glob("*.idx"), *tmp_path.glob("*.store")]:
        file.unlink()
    with pytest.raises(WordsDamaged):
        Words.open(tmp_path).search("roof", 3)


def test_every_told_commit_survives_a_kill(tmp_path: Path) -> None:
    story = """
        import sys
        from pathlib import Path
        from ragd.index.words import WordRow, Words
        words = Words.open(Path(sys.argv[1]))
        for key in range(1, 10_000):
            words.add([WordRow(key, 0, "", "", f"passage number {key}")])
            words.commit()
            print(key, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(story), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(5)][-1]
        os.kill(child.pid, signal.SIGKILL)
    with Words.open(tmp_path) as words:
        assert set(range(1, told + 1)) <= words.keys()
        words.add([WordRow(77_777, 0, "", "", "after the kill")])  # the lock is free
        words.commit()
        assert words.search("kill", 1)[0][0] == 77_777
