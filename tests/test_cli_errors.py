"""What goes wrong is one line that says what to do, with exit code 2."""

import json
import os
from pathlib import Path

import pytest
from commands import Ragd, one_line

from ragd import __version__
from ragd.home import open_home, writing


def test_an_unknown_command_gets_the_nearest(ragd: Ragd) -> None:
    assert "did you mean 'search'?" in one_line(ragd("serach", "boiler"))


NONSENSE = ["--bogus", "add", "search", "search x -n 0", "show first", "add ", "forget ", "why "]


@pytest.mark.parametrize("words", [words.split(" ") for words in NONSENSE])
def test_a_command_that_makes_no_sense_says_where_help_is(ragd: Ragd, words: list[str]) -> None:
    assert "--help` shows how" in one_line(ragd(*words))


def test_a_number_that_is_none_is_told_in_words(ragd: Ragd) -> None:
    assert one_line(ragd("show", "abc")).startswith("ragd: invalid value for 'N': it must be a whole number, such as 3")
    assert "'-n': it must be 1 or more" in one_line(ragd("search", "-n", "0", "x"))


def test_the_model_is_looked_for_before_the_words(ragd: Ragd, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The boiler was serviced.")
    ragd("add", tmp_path / "a.txt")
    assert "no model nosuch is ready" in one_line(ragd("ask", "--model", "nosuch", "hello"))


def test_a_path_that_is_not_there(ragd: Ragd, tmp_path: Path) -> None:
    assert "is not there: check the name" in one_line(ragd("add", "--json", tmp_path / "nowhere"))


def test_a_path_that_cannot_hold_files_is_no_folder_to_remember(ragd: Ragd) -> None:
    assert "/ is the whole machine: name the folders" in one_line(ragd("add", "/"))
    assert "is no folder and no file that could be read" in one_line(ragd("add", os.devnull))
    assert json.loads(ragd("status", "--json").out)["roots"] == []


def test_an_unknown_setting_in_the_file_is_named_with_its_line(ragd: Ragd, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "config.toml").write_text('device = "cpu"\nembeder = "x"\n')
    for words in (["search", "x"], ["status"], ["config"]):
        assert "'embeder'" in one_line(ragd(*words))
        assert "line 2: did you mean embedder?" in one_line(ragd(*words))


def test_an_unknown_setting_in_the_command(ragd: Ragd, own_home: Path) -> None:
    assert "did you mean device?" in one_line(ragd("config", "devise"))
    assert "did you mean device?" in one_line(ragd("config", "devise", "cpu"))
    assert "one of auto, cpu, cuda, mps" in one_line(ragd("config", "device", "toaster"))
    assert not (own_home / "config.toml").exists()


def test_a_home_that_is_a_file_or_on_a_drive_that_is_not_there(
    ragd: Ragd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RAGD_HOME", str(tmp_path / "file"))
    assert "is not a folder: set RAGD_HOME" in one_line(ragd("status"))
    monkeypatch.setenv("RAGD_HOME", str(tmp_path / "drive" / "home"))
    assert "does not exist: create it" in one_line(ragd("search", "boiler"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_is_not_writable(ragd: Ragd, own_home: Path, tmp_path: Path) -> None:
    own_home.mkdir(mode=0o500)
    assert ragd("status").code == 0
    said = ragd("add", tmp_path)
    assert (said.code, "is not writable: chmod u+rwx" in said.err) == (2, True)
    assert "or set RAGD_HOME to" in said.err


def test_looking_makes_no_home(ragd: Ragd, tmp_path: Path, own_home: Path) -> None:
    assert ragd("status").code == 0
    assert ragd("add", "--dry-run", tmp_path).code == 0
    assert ragd("config").code == 0
    for words in (["search", "pears"], ["ask", "pears?"], ["show", "1"], ["config", "wrkers", "2"]):
        one_line(ragd(*words))
    assert not own_home.exists()


def test_a_dry_run_of_what_is_not_there_or_holds_the_home_is_an_error(
    ragd: Ragd, tmp_path: Path, own_home: Path
) -> None:
    assert "is not there: check the name" in one_line(ragd("add", "--dry-run", tmp_path / "none"))
    own_home.mkdir()
    (own_home / "letters").mkdir()
    for path in (own_home, own_home / "letters"):
        for words in (["--dry-run"], []):
            assert f"{path} lies in RAGD_HOME ({own_home})" in one_line(ragd("add", *words, path))
    assert [path.name for path in own_home.iterdir()] == ["letters"]


def test_a_home_that_another_ragd_writes_to(ragd: Ragd, tmp_path: Path, own_home: Path) -> None:
    with writing(open_home(own_home), "ragd watch"):
        for words in (["add", "--json", tmp_path], ["sync"], ["forget", tmp_path]):
            said = one_line(ragd(*words))
            assert f"ragd watch (pid {os.getpid()}) is writing to this home: it takes in by itself" in said
        assert ragd("status").code == 0


def test_a_bug_is_one_line_and_leaves_its_traceback(ragd: Ragd, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "last.json").write_text("[7]")
    said = one_line(ragd("show", "1"))
    assert "this is a bug in ragd (" in said
    assert str(own_home / "crash.log") in said
    report = (own_home / "crash.log").read_text()
    assert "Traceback" in report
    assert f"ragd {__version__}" in report
    assert (own_home / "crash.log").stat().st_mode & 0o777 == 0o600
