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
    home.open_home(sys.argv[1])
except errors.HomeError as error:
    print("HomeError", error)
"""


def test_the_variables_name_the_folders(tmp_path: Path) -> None:
    environ = {"RAGD_HOME": str(tmp_path / "h"), "RAGD_MODELS": str(tmp_path / "m")}
    assert home.home_path(environ) == tmp_path / "h"
    assert home.models_path(environ) == tmp_path / "m"
    assert home.open_home(environ=environ).path == tmp_path / "h"
    assert home.open_models(environ=environ) == tmp_path / "m"


def test_without_variables_the_platform_says_where() -> None:
    assert home.home_path({}).name == "ragd"
    assert home.models_path({}).parts[-2:] == ("ragd", "models")


def test_a_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = home.open_home(tmp_path / "home")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
    assert {made.catalog.parent, made.words.parent, made.vectors.parent, made.config.parent} == {made.path}
    assert made.bytes() == 2  # the format


def test_an_empty_folder_becomes_private_and_a_folder_with_other_files_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    assert stat.S_IMODE(home.open_home(tmp_path / "empty").path.stat().st_mode) == 0o700
    (tmp_path / "used").mkdir()
    (tmp_path / "used").chmod(0o755)
    (tmp_path / "used" / "letter.txt").write_text("x")
    assert stat.S_IMODE(home.open_home(tmp_path / "used").path.stat().st_mode) == 0o755


def test_a_home_whose_folder_is_missing_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="does not exist: create it"):
        home.open_home(tmp_path / "usb" / "ragd")
    assert not (tmp_path / "usb").exists()


def test_a_file_cannot_be_a_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeError, match="is not a folder"):
        home.open_home(tmp_path / "file")
    with pytest.raises(HomeError):
        home.open_home(tmp_path / "file" / "below")


def test_a_home_that_is_not_writable_is_told() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to the user that root becomes in OPEN
        Path(folder).chmod(0o755)
        closed = Path(folder) / "home"
        closed.mkdir(mode=0o555)
        for path in (closed, closed / "inner"):
            done = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True, check=True)
            assert done.stdout.startswith(f"HomeError {path} ") and "set RAGD_HOME to" in done.stdout


def test_a_home_of_a_newer_ragd_is_left_alone(tmp_path: Path) -> None:
    made = home.open_home(tmp_path / "home")
    made.format.write_text("99\n")
    with pytest.raises(HomeError, match=r"newer ragd .*: upgrade ragd"):
        home.open_home(made.path)
    made.format.write_text("?")
    with pytest.raises(HomeError, match="damaged"):
        home.open_home(made.path)


def test_a_second_writer_is_told_who_writes_and_kill_9_frees_the_home(tmp_path: Path) -> None:
    made = home.open_home(tmp_path / "home")
    assert home.holder(made) is None
    with subprocess.Popen([sys.executable, "-c", HOLD, made.path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        with pytest.raises(HomeBusy) as error, home.writing(made, "ragd add"):
            pass
        assert str(error.value).startswith(f"ragd watch (pid {process.pid}) is writing to this home: stop it or wait")
        assert home.holder(made) == (process.pid, "ragd watch")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with home.writing(made, "ragd add"):
        assert home.holder(made) == (os.getpid(), "ragd add")
    assert home.holder(made) is None


def test_looking_who_writes_does_not_keep_a_writer_out(tmp_path: Path) -> None:
    made = home.open_home(tmp_path / "home")
    looker = (
        "import sys\nfrom ragd.home import *\nh = open_home(sys.argv[1])\nprint(1, flush=True)\nwhile True: holder(h)"
    )
    with subprocess.Popen([sys.executable, "-c", looker, made.path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with home.writing(made, "ragd add"):
            process.stdout.readline()
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            with home.writing(made, "ragd add"):
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
