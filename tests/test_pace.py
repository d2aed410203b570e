"""The rough time of a run is what earlier runs on this machine measured."""

from pathlib import Path

import pytest

from ragd import Library
from ragd.pace import START, Pace, suffix_of


def test_a_maildirs_messages_are_counted_as_mail() -> None:
    for name in ("cur/1795268524.M46P21Q8.vm:2,FS", "new/1795268524.M46P21Q8.vm", "cur/a.b!2,"):
        assert suffix_of(Path("/mail") / name) == ".eml"
    assert suffix_of(Path("/mail/cur/notes.MD")) == ".md"
    assert suffix_of(Path("/mail/README")) == "README"


def test_before_the_first_run_more_bytes_take_longer_and_nothing_takes_no_time() -> None:
    assert Pace().rough_seconds({}) == 0
    assert START < Pace().rough_seconds({".md": 100_000}, cores=2) < Pace().rough_seconds({".md": 1_000_000}, cores=2)


def test_a_run_that_was_measured_is_foretold() -> None:
    sizes = {".pdf": 50_000_000, ".md": 1_000_000}
    pace = Pace().after_reading(sizes, {".pdf": 4_000, ".md": 1_000}, 61.0).after_meaning(5_000, 100.0)
    assert pace.rough_seconds(sizes) == pytest.approx(161.0)
    assert pace.rough_seconds({".pdf": 100_000_000}) > 2 * 4_000 / 50


def test_a_machine_that_became_faster_is_believed_in_the_end() -> None:
    pace = Pace().after_meaning(20_000, 1_000.0)
    for _ in range(5):
        pace = pace.after_meaning(20_000, 100.0)
    assert pace.passages / pace.seconds > 150


def test_a_few_passages_measure_nothing() -> None:
    assert Pace().after_meaning(3, 5.0) == Pace()


def test_what_was_measured_is_kept_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    pace = Pace().after_reading({".md": 9_000}, {".md": 12}, 0.5).after_meaning(500, 4.0)
    pace.save(tmp_path / "sizes.json")
    assert Pace.load(tmp_path / "sizes.json") == pace
    for damage in ("", "[]", '{"kinds": {".md": [1]}}', '{"kinds": 3, "passages": 1, "seconds": 1}'):
        (tmp_path / "sizes.json").write_text(damage)
        assert Pace.load(tmp_path / "sizes.json") == Pace()


def test_a_plan_counts_only_what_is_new(library: Library, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for name in ("pears", "plums"):
        (tmp_path / "notes" / f"{name}.md").write_text(f"The {name} are ripe.\n")
    library.add([tmp_path / "notes"])
    (tmp_path / "notes" / "figs.md").write_text("The figs are ripe.\n")
    plan = library.plan([tmp_path / "notes"])
    assert (plan.files, plan.bytes, plan.unchanged) == ({".md": 1}, 19, 2)
    assert (library.home.path / "sizes.json").exists()
