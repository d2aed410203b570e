"""A home that may only be read is searched, asked and shown; what writes says that it cannot."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragd import Library

# Everything is loaded before root becomes a user who may not write: that one may not read this Python's libraries.
AS_NOBODY = """
import contextlib, io, os, sys
from ragd.cli.run import run
os.environ["RAGD_HOME"] = sys.argv[1]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for words in ("search pears", "ask --model quotes when are the pears ripe?", "show 1", "status"):
        run(words.split())
os.environ["RAGD_HOME"] = sys.argv[2]
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print("code", run(sys.argv[3:]))
"""


def others_may_read(path: Path) -> bool:
    """Whether a user that is neither the owner nor of the group gets at a path."""
    return all(one.stat().st_mode & 0o001 for one in (path, *path.parents) if one.is_dir())


@pytest.fixture(scope="module")
def homes() -> Iterator[tuple[Path, Path]]:
    """A home that is open, and a copy of it that nobody may write to. pytest's own folders are root's alone."""
    if os.geteuid() == 0 and not others_may_read(Path(sys.prefix)):
        pytest.skip("root runs the tests from an installation that no other user may read")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        here.chmod(0o755)
        (here / "pears.md").write_text("# Pears\n\nThe pears are ripe in autumn.\n")
        with Library.open(here / "home") as library:
            library.add([here / "pears.md"])
        subprocess.run(["cp", "-r", here / "home", here / "closed"], check=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "65534", here / "closed"], check=True)
        subprocess.run(["chmod", "-R", "a-w", here / "closed"], check=True)
        yield here / "home", here / "closed"
        subprocess.run(["chmod", "-R", "u+w", here / "closed"], check=True)


def as_nobody(homes: tuple[Path, Path], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", AS_NOBODY, *map(str, homes), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("words", [["search", "pears"], ["ask", "--model", "quotes", "when are the pears ripe?"]])
def test_a_home_that_may_only_be_read_answers(homes: tuple[Path, Path], words: list[str]) -> None:
    done = as_nobody(homes, *words)
    assert "pears are ripe in autumn" in done.stdout and done.stdout.endswith("code 0\n")
    assert "these results have no numbers for `ragd show`" in done.stderr
    assert done.stderr.count("ragd: ") == 1


def test_a_home_that_may_only_be_read_shows_its_state_and_refuses_to_be_written(homes: tuple[Path, Path]) -> None:
    assert "1 document, 1 passage" in as_nobody(homes, "status").stdout
    assert "there is no result 1" in as_nobody(homes, "show", "1").stderr
    done = as_nobody(homes, "sync")
    assert done.stdout == "code 2\n"
    assert done.stderr == (
        f"ragd: {homes[1]} is not writable: chmod u+rwx {homes[1]}, or set RAGD_HOME to another folder\n"
    )
