"""The vectors through their front door: a real LanceDB table in a temporary folder."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragd.index import vectors as home
from ragd.index.vectors import Vectors, VectorsDamaged

WIDE = 16


def unit(count: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(count, WIDE)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


MADE = unit(400)
QUESTION = unit(1, seed=7)[0]


def by_hand(ids: list[int], limit: int) -> list[tuple[int, float]]:
    cosines = {at: float((MADE[at].astype(np.float64) * QUESTION.astype(np.float64)).sum()) for at in ids}
    return sorted(cosines.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    kept = Vectors.open(tmp_path_factory.mktemp("vectors"), WIDE)
    for start in range(0, 400, 100):
        kept.add(range(start, start + 100), MADE[start : start + 100])
    return kept


def test_before_anything_is_kept_nothing_is_found(tmp_path: Path) -> None:
    empty = Vectors.open(tmp_path / "none", WIDE)
    assert (empty.count(), empty.ids(), empty.search(QUESTION, 5), empty.cosines(QUESTION, [1])) == (0, set(), [], {})
    empty.delete([1])
    empty.tidy()
    empty.purge()


@settings(max_examples=40, deadline=None)
@given(ids=st.none() | st.sets(st.integers(0, 399)), limit=st.integers(1, 450), few=st.sampled_from((0, 5_000)))
def test_a_search_is_exact_and_a_filter_leaves_what_filtering_by_hand_leaves(
    vectors: Vectors, ids: set[int] | None, limit: int, few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "FEW_IDS", few or 5_000)
        wanted = sorted(range(400) if ids is None else ids)
        assert vectors.search(QUESTION, limit, ids=ids) == by_hand(wanted, limit)


def test_a_long_filter_is_searched_deeper(vectors: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "FEW_IDS", 50)
    far = [text for text, _ in by_hand(list(range(400)), 400)[-60:]]
    assert vectors.search(QUESTION, 10, ids=far) == by_hand(far, 10)
    assert len(vectors.search(QUESTION, 100, ids=far)) == 60


def test_a_cosine_does_not_depend_on_what_else_is_asked(vectors: Vectors) -> None:
    together = vectors.cosines(QUESTION, range(400))
    assert all(vectors.cosines(QUESTION, [text]) == {text: together[text]} for text in range(0, 400, 57))


def test_vectors_come_back_in_the_order_asked(vectors: Vectors) -> None:
    assert np.array_equal(vectors.vectors([399, 0, 7]), MADE[[399, 0, 7]])
    with pytest.raises(VectorsDamaged, match="no vector"):
        vectors.vectors([1, 12_345])


def test_a_text_that_is_added_again_is_kept_once(tmp_path: Path) -> None:
    kept = Vectors.open(tmp_path, WIDE)
    kept.add([1, 2], MADE[:2])
    kept.add([2, 3], MADE[1:3])
    assert kept.count() == 3
    assert np.array_equal(kept.vectors([1, 2, 3]), MADE[:3])


def test_deleted_vectors_are_gone_from_the_files_after_a_purge(tmp_path: Path) -> None:
    kept = Vectors.open(tmp_path, WIDE)
    kept.add(range(50), MADE[:50])
    kept.add(range(50, 100), MADE[50:100])
    kept.delete([3, 4, 999])
    assert kept.count() == 98
    assert 3 in stored_ids(tmp_path)  # the control: hidden, and still there
    kept.purge()
    assert stored_ids(tmp_path) == set(range(100)) - {3, 4}
    assert kept.search(QUESTION, 10) == by_hand([text for text in range(100) if text not in (3, 4)], 10)


def stored_ids(folder: Path) -> set[int]:
    """The ids in all data files, deleted or not, read without the table."""
    from lance.file import LanceFileReader

    files = (folder / "vectors.lance" / "data").iterdir()
    return {text for file in files for text in LanceFileReader(str(file)).read_all().to_table()["text_id"].to_pylist()}


def test_a_reader_goes_on_while_its_version_is_cleaned_away(tmp_path: Path) -> None:
    writer = Vectors.open(tmp_path, WIDE)
    for start in range(0, 100, 10):
        writer.add(range(start, start + 10), MADE[start : start + 10])
    reader = Vectors.open(tmp_path, WIDE)
    writer.delete([0])
    writer.purge()
    assert reader.search(QUESTION, 5) == by_hand(list(range(1, 100)), 5)


def test_a_reader_sees_what_was_added_after_it_refreshes(tmp_path: Path) -> None:
    reader = Vectors.open(tmp_path, WIDE)
    Vectors.open(tmp_path, WIDE).add([5], MADE[5:6])
    assert reader.count() == 0
    reader.refresh()
    assert reader.ids() == {5}


def test_many_small_additions_become_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "FRAGMENTS", 4)
    kept = Vectors.open(tmp_path, WIDE)
    for at in range(8):
        kept.add([at], MADE[at : at + 1])
    kept.tidy()
    assert kept.count() == 8
    assert kept._dataset is not None
    assert len(kept._dataset.get_fragments()) == 1


def test_above_the_threshold_an_index_finds_candidates_with_exact_cosines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "INDEXED_FROM", 300)
    kept = Vectors.open(tmp_path, WIDE)
    kept.add(range(350), MADE[:350])
    kept.tidy()
    kept.add(range(350, 400), MADE[350:])  # not in the index, found all the same
    expected = by_hand(list(range(400)), 20)
    found = kept.search(QUESTION, 20)
    assert len(set(found) & set(expected)) >= 19
    assert kept.cosines(QUESTION, [text for text, _ in found]) == dict(found)
    monkeypatch.setattr(home, "FEW_IDS", 10)
    far = [text for text, _ in by_hand(list(range(400)), 400)[-30:]]
    assert {text for text, _ in kept.search(QUESTION, 50, ids=far)} == set(far)
    kept.delete([expected[0][0]])
    assert expected[0][0] not in dict(kept.search(QUESTION, 20))


def test_vectors_of_another_width_are_refused(tmp_path: Path) -> None:
    Vectors.open(tmp_path, WIDE).add([1], MADE[:1])
    with pytest.raises(VectorsDamaged, match="16"):
        Vectors.open(tmp_path, 32)


def test_a_damaged_table_says_so(tmp_path: Path) -> None:
    Vectors.open(tmp_path, WIDE).add([1], MADE[:1])
    for manifest in (tmp_path / "vectors.lance" / "_versions").iterdir():
        manifest.write_bytes(b"")
    with pytest.raises(VectorsDamaged, match="cannot be read"):
        Vectors.open(tmp_path, WIDE)


def test_what_was_told_survives_a_kill(tmp_path: Path) -> None:
    story = """
        import sys
        from pathlib import Path
        import numpy as np
        from ragd.index.vectors import Vectors
        kept = Vectors.open(Path(sys.argv[1]), 16)
        for at in range(10_000):
            kept.add([at], np.eye(16, dtype=np.float32)[[at % 16]])
            print(at, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(story), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(5)][-1]
        os.kill(child.pid, signal.SIGKILL)
    kept = Vectors.open(tmp_path, WIDE)
    assert set(range(told + 1)) <= kept.ids()
    kept.add([77_777], MADE[:1])
    assert 77_777 in kept.ids()


def test_reading_in_a_fresh_process_does_not_wait_for_lancedb(tmp_path: Path) -> None:
    Vectors.open(tmp_path, WIDE).add([1], MADE[:1])
    story = (
        "import sys, numpy, pathlib; from ragd.index.vectors import Vectors;"
        "kept = Vectors.open(pathlib.Path(sys.argv[1]), 16); kept.search(numpy.ones(16, 'f4'), 1);"
        "print('lancedb' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", story, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (told.stdout.strip(), told.stderr) == ("False", "")
