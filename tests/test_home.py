"""RAGD_HOME: where it is, its layout, and the one writer."""

import errno
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from ragd import home
from ragd.errors import DiskFull, HomeBusy, HomeError

HOLD = """
import sys, time
from ragd.home import open_home, writing
with writing(open_home(sys.argv[1]), "ragd watch"):
    print("held", flush=True)
    time.sleep(60)
"""

OPEN = """
import os, sys
from ragd import errors, home
if os.geteuid() == 0:  # root may write everywhere
    os.setgid(65534)
    os.setuid(65534)
try:
    home.make_home(home.open_home(sys.argv[1]))
except errors.HomeError as error:
    print("HomeError", error)
"""


def test_the_variables_name_the_folders(tmp_path: Path) -> None:
    environ = {"RAGD_HOME": str(tmp_path / "h"), "RAGD_MODELS": str(tmp_path / "m")}
    assert home.home_path(environ) == tmp_path / "h"
    assert home.models_path(environ) == tmp_path / "m"
    assert home.open_home(environ=environ).path == tmp_path / "h"


def test_without_variables_the_platform_says_where() -> None:
    assert home.home_path({}).name == "ragd"
    assert home.models_path({}).parts[-2:] == ("ragd", "models")


def made(path: Path) -> home.Home:
    opened = home.open_home(path)
    home.make_home(opened)
    return opened


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_looking_at_a_home_makes_none(tmp_path: Path) -> None:
    assert home.open_home(tmp_path / "home").path == tmp_path / "home"
    assert home.holder(home.open_home(tmp_path / "home")) is None
    assert not (tmp_path / "home").exists()


def test_a_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    one = made(tmp_path / "home")
    assert mode(one.path) == 0o700
    assert {one.catalog.parent, one.words.parent, one.vectors.parent, one.config.parent} == {one.path}
    assert (mode(one.words), mode(one.vectors), mode(one.catalog), mode(one.format)) == (0o700, 0o700, 0o600, 0o600)
    assert one.bytes() == 2  # the format


def test_a_folder_that_holds_ragds_files_alone_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    assert mode(made(tmp_path / "empty").path) == 0o700
    one = made(tmp_path / "home")
    one.path.chmod(0o755)
    one.config.write_text("workers = 1")  # by an editor, readable for all
    (one.words / "0").mkdir()
    (one.words / "0" / "meta.json").write_text("{}")
    assert home.make_home(one) is None
    assert mode(one.path) == 0o700
    assert not [path for path in one.path.rglob("*") if mode(path) & 0o077]


def test_a_folder_with_other_files_keeps_its_mode_and_ragds_files_are_private(tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used").chmod(0o755)
    (tmp_path / "used" / "letter.txt").write_text("x")
    (tmp_path / "used" / "letter.txt").chmod(0o644)
    one = home.open_home(tmp_path / "used")
    said: list[str] = []
    with home.writing(one, "ragd add", say=said.append):
        (one.words / "0").mkdir()
        (one.words / "0" / "meta.json").write_text("{}")
    assert said == [
        f"{one.path} stays open to others, since it holds more than ragd's files (letter.txt); "
        "what ragd keeps in it is for you alone"
    ]
    assert mode(one.path) == 0o755 and mode(tmp_path / "used" / "letter.txt") == 0o644
    assert not [path for path in one.path.rglob("*") if mode(path) & 0o077 and path.name != "letter.txt"]
    assert home.make_home(one) is None  # told once


def test_a_home_whose_folder_is_missing_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="does not exist: create it"):
        home.open_home(tmp_path / "usb" / "ragd")
    assert not (tmp_path / "usb").exists()


def test_a_file_cannot_be_a_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeError, match="is not a folder"):
        home.open_home(tmp_path / "file")
    with pytest.raises(HomeError, match="file is not a folder"):
        home.open_home(tmp_path / "file" / "below")


def test_a_home_that_is_not_writable_is_told() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to the user that root becomes in OPEN
        Path(folder).chmod(0o755)
        closed = Path(folder) / "home"
        closed.mkdir(mode=0o555)
        shut = Path(folder) / "shut"
        shut.mkdir(mode=0)
        for path in (closed, closed / "inner", shut / "inner", shut / "deep" / "inner"):
            done = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True, check=True)
            assert done.stdout.startswith(f"HomeError {path} ") and "set RAGD_HOME to" in done.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_place_where_nothing_can_be_made_is_told_as_that() -> None:
    with pytest.raises(HomeError, match=r"^/proc/ragd cannot be made \(.*: set RAGD_HOME to a folder"):
        home.make_home(home.open_home("/proc/ragd"))


def test_a_home_of_a_newer_ragd_is_left_alone(tmp_path: Path) -> None:
    one = made(tmp_path / "home")
    one.format.write_text("99\n")
    with pytest.raises(HomeError, match=r"newer ragd .*: upgrade ragd"):
        home.open_home(one.path)
    one.format.write_text("?")
    with pytest.raises(HomeError, match="damaged"):
        home.open_home(one.path)


def test_a_second_writer_is_told_who_writes_and_kill_9_frees_the_home(tmp_path: Path) -> None:
    one = made(tmp_path / "home")
    assert home.holder(one) is None
    with subprocess.Popen([sys.executable, "-c", HOLD, one.path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        with pytest.raises(HomeBusy) as error, home.writing(one, "ragd add"):
            pass
        assert str(error.value).startswith(f"ragd watch (pid {process.pid}) is writing to this home: it takes in")
        assert f"`kill {process.pid}`" in str(error.value)
        assert home.holder(one) == (process.pid, "ragd watch")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with home.writing(one, "ragd add"):
        assert home.holder(one) == (os.getpid(), "ragd add")
    assert home.holder(one) is None


def test_looking_who_writes_does_not_keep_a_writer_out(tmp_path: Path) -> None:
    one = made(tmp_path / "home")
    looker = (
        "import sys\nfrom ragd.home import *\nh = open_home(sys.argv[1])\nprint(1, flush=True)\nwhile True: holder(h)"
    )
    with subprocess.Popen([sys.executable, "-c", looker, one.path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with home.writing(one, "ragd add"):
            process.stdout.readline()
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            with home.writing(one, "ragd add"):
                pass
        process.kill()


def test_a_file_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    home.write_whole(tmp_path / "last.json", "old")
    home.write_whole(tmp_path / "last.json", "new ✓")
    assert (tmp_path / "last.json").read_text() == "new ✓"
    assert stat.S_IMODE((tmp_path / "last.json").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        sqlite3.OperationalError("database or disk is full"),
        ValueError("Io error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_told_in_one_way_whoever_met_it(error: Exception) -> None:
    with pytest.raises(DiskFull, match="no space is left"), home.space_guard():
        raise error


def test_other_errors_pass_the_guard_unchanged() -> None:
    with pytest.raises(OSError, match="denied"), home.space_guard():
        raise OSError(errno.EACCES, "denied")
    with pytest.raises(KeyboardInterrupt), home.space_guard():
        raise KeyboardInterrupt


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_real_full_disk_is_told() -> None:
    with pytest.raises(DiskFull), home.space_guard(), Path("/dev/full").open("w") as full:
        full.write("x")
