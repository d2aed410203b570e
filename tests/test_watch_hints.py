"""The watcher: hints for what was touched, once it is quiet, and none for what is left out."""

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ragd.sources.watch import Watcher

QUIET = 0.1


@contextmanager
def watching(*roots: Path, **more: object) -> Iterator[Watcher]:
    with Watcher(roots, quiet=QUIET, **more) as watcher:  # type: ignore[arg-type]
        yield watcher


def hints(watcher: Watcher, *awaited: Path, timeout: float = 30.0) -> set[Path]:
    """All hints until those awaited are among them, or the time is up."""
    end = time.monotonic() + timeout
    seen: set[Path] = set()
    while not (awaited and seen.issuperset(awaited)) and time.monotonic() < end:
        seen |= watcher.wait(end - time.monotonic())
    return seen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "notes").resolve()
    (root / "sub").mkdir(parents=True)
    (root / "old.md").write_text("old")
    (root / "sub" / "deep.md").write_text("deep")
    return root


def test_written_changed_and_deleted_files_are_hinted_at(root: Path) -> None:
    with watching(root) as watcher:
        (root / "new.md").write_text("new")
        (root / "sub" / "deep.md").write_text("deeper")
        (root / "old.md").unlink()
        awaited = {root / "new.md", root / "sub" / "deep.md", root / "old.md"}
        assert hints(watcher, *awaited) == awaited


def test_a_folder_moved_into_a_new_one_is_watched_on_and_no_warning_is_heard(root: Path) -> None:
    here = root / "sub"
    with watching(root) as watcher:
        for number in range(6):  # which of the two watchdog meets first is chance
            new = root / f"new{number}"
            new.mkdir()
            here = here.rename(new / "sub")
            hints(watcher, new)
        hints(watcher, timeout=1.0)
        (here / "deep.md").write_text("deeper")
        assert here / "deep.md" in hints(watcher, here / "deep.md")


def test_a_save_by_rename_hints_at_the_file(root: Path) -> None:
    with watching(root) as watcher:
        (root / "old.md.tmp").write_text("newer")
        (root / "old.md.tmp").rename(root / "old.md")
        assert hints(watcher, root / "old.md") == {root / "old.md"}


def test_a_renamed_folder_hints_at_both_names_and_at_nothing_in_it(root: Path) -> None:
    with watching(root) as watcher:
        (root / "sub").rename(root / "other")
        assert hints(watcher, root / "sub", root / "other") == {root / "sub", root / "other"}


def test_reading_a_file_is_no_change(root: Path) -> None:
    with watching(root) as watcher:
        (root / "old.md").read_text()
        list(root.iterdir())
        assert hints(watcher, timeout=0.6) == set()


def test_a_folder_that_appears_is_one_hint_and_what_comes_into_it_later_another(root: Path) -> None:
    with watching(root) as watcher:
        shutil.copytree(root / "sub", root / "copy" / "a")
        assert hints(watcher, root / "copy") == {root / "copy"}
        (root / "copy" / "a" / "late.md").write_text("x")
        assert root / "copy" / "a" / "late.md" in hints(watcher, root / "copy" / "a" / "late.md")


def test_a_file_is_handed_out_when_quiet_and_one_written_without_end_after_some_seconds(root: Path) -> None:
    stop = threading.Event()

    def write_on() -> None:
        with (root / "log.txt").open("w") as log:
            while not stop.wait(0.02):
                log.write("line\n")
                log.flush()

    with watching(root, patience=1.0) as watcher:
        writer = threading.Thread(target=write_on)
        begun = time.monotonic()
        writer.start()
        assert hints(watcher, root / "log.txt") == {root / "log.txt"}
        assert 0.9 < time.monotonic() - begun < 3
        stop.set()
        writer.join()
        assert hints(watcher, root / "log.txt") == {root / "log.txt"}


def test_a_hint_comes_soon_after_the_file_is_saved(root: Path) -> None:
    with watching(root) as watcher:
        begun = time.monotonic()
        (root / "new.md").write_text("new")
        hints(watcher, root / "new.md")
        assert time.monotonic() - begun < 5  # 0.2 s on a machine that does nothing else


def test_the_noise_of_tools_and_of_ragd_itself_wakes_nobody(root: Path) -> None:
    for folder in (".git", "node_modules", "home"):
        (root / folder).mkdir()
    with watching(root, excluded=[root / "home"]) as watcher:
        for path in (".git/index", "node_modules/x.md", "home/catalog.sqlite", "~$letter.docx", ".old.md.swp", ".env"):
            (root / path).write_text("x")
        assert hints(watcher, timeout=0.6) == set()


def test_a_root_inside_an_excluded_folder_is_watched_all_the_same(root: Path) -> None:
    with watching(root / "sub", excluded=[root]) as watcher:
        (root / "sub" / "new.md").write_text("x")
        assert hints(watcher, root / "sub" / "new.md") == {root / "sub" / "new.md"}


def test_a_changed_ignore_file_hints_at_its_whole_folder(root: Path) -> None:
    with watching(root) as watcher:
        (root / "sub" / ".ragdignore").write_text("*.md")
        assert hints(watcher, root / "sub") == {root / "sub"}


def test_a_root_that_is_a_file_hints_at_itself_alone(root: Path) -> None:
    with watching(root / "old.md") as watcher:
        (root / "beside.md").write_text("x")
        (root / "old.md").unlink()
        assert hints(watcher, root / "old.md") == {root / "old.md"}
        (root / "new").write_text("again")
        (root / "new").rename(root / "old.md")
        assert hints(watcher, root / "old.md") == {root / "old.md"}


def test_hints_carry_the_name_that_the_person_gave_the_root(root: Path, tmp_path: Path) -> None:
    link = tmp_path.resolve() / "link"
    link.symlink_to(root)
    with watching(link) as watcher:
        (root / "new.md").write_text("x")
        assert hints(watcher, link / "new.md") == {link / "new.md"}


def test_a_root_that_comes_back_is_watched_again(root: Path) -> None:
    with watching(root) as watcher:
        shutil.rmtree(root)
        assert root in hints(watcher, root)
        root.mkdir()
        assert root in hints(watcher, root)
        hints(watcher, timeout=0.5)
        (root / "again.md").write_text("x")
        assert root / "again.md" in hints(watcher, root / "again.md")


def test_lost_events_hint_at_the_roots_themselves(root: Path) -> None:
    with watching(root) as watcher:
        logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; events were lost")
        assert hints(watcher, root) == {root}


def test_names_that_are_not_utf8_are_hinted_at(root: Path) -> None:
    name = root / os.fsdecode(b"caf\xe9.txt")
    with watching(root) as watcher:
        try:
            name.write_text("x")
        except OSError:
            pytest.skip("this file system takes only UTF-8 names")
        assert hints(watcher, name) == {name}


LIMITED = """
import sys
from pathlib import Path
from ragd.sources import watch
watch._POLL = 0.5
many, few = Path(sys.argv[1]), Path(sys.argv[2])
with watch.Watcher([many, few], quiet=0.1) as watcher:
    (few / "new.md").write_text("x")
    print(watcher.wait(5) == {few / "new.md"}, watcher.wait(5) == {many})
    print(*watcher.notes, sep="\\n")
"""


def test_a_root_beyond_the_limits_of_the_system_is_looked_at_now_and_then(root: Path, tmp_path: Path) -> None:
    for number in range(20):
        (root / f"folder {number}").mkdir()
    (tmp_path / "few").mkdir()
    limited = 'echo 10 > /proc/sys/user/max_inotify_watches && exec "$@"'
    run = ["unshare", "--user", "--map-root-user", "sh", "-c", limited, "sh", sys.executable, "-c", LIMITED]
    try:
        done = subprocess.run([*run, root, tmp_path.resolve() / "few"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs a user namespace with limits of its own ({error})")
    assert done.stdout.splitlines()[0] == "True True"
    assert f"{root} is looked at every" in done.stdout.splitlines()[1]
