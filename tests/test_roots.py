"""A root: what is taken in because the person named it, what a part of it says, and when it can be believed."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from trees import KEY, readable, seen, tree

from ragd.records import Outcome, SourceFile
from ragd.sources.walk import examine, keeps, scan, state_of


def test_what_the_person_named_is_taken_though_hidden_or_ignored_by_its_parent(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": ".journal\nx.log\n", ".journal/a.md": "", ".draft.md": "", "x.log": "text"})
    assert seen(tmp_path / ".journal")[0] == ["a.md"]
    for name in (".draft.md", "x.log"):
        assert [item.path for item in scan(tmp_path / name, readable=readable)] == [tmp_path / name]


def test_a_root_that_may_hold_secrets_is_refused_with_the_rule(tmp_path: Path) -> None:
    tree(tmp_path, {".ssh/config.txt": "", "id_rsa": "", "key.txt": KEY})
    for name in (".ssh", "id_rsa", "key.txt"):
        (refused,) = scan(tmp_path / name, readable=readable)
        assert isinstance(refused, Outcome) and "may hold secrets" in str(refused.note)


def test_a_link_is_a_root_as_good_as_any(tmp_path: Path) -> None:
    tree(tmp_path / "real", {"a.md": "", "sub/b.md": ""})
    (tmp_path / "real" / "link.md").symlink_to("a.md")
    (tmp_path / "root").symlink_to("real")
    assert seen(tmp_path / "root")[0] == ["a.md", "link.md", "sub/b.md"]


def test_what_was_forgotten_and_ragds_own_home_stay_out(tmp_path: Path) -> None:
    tree(tmp_path, {"a.md": "", "private/b.md": "", "private/c.md": "", "home/catalog.md": ""})
    forgotten = [str(tmp_path / "a.md"), str(tmp_path / "private")]
    files, out = seen(tmp_path, forgotten=forgotten, excluded=[tmp_path / "home"])
    assert files == []
    assert out == {"a.md": "forgotten by you", "private": "forgotten by you", "home": "ragd's own data"}


def test_ragds_own_home_stays_out_of_a_root_that_is_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "real", {"a.md": "", "home/catalog.md": ""})
    (tmp_path / "root").symlink_to("real")
    for home in ("real/home", "root/home"):
        assert seen(tmp_path / "root", excluded=[tmp_path / home]) == (["a.md"], {"home": "ragd's own data"})
        (refused,) = scan(tmp_path / home, readable=readable, excluded=[tmp_path / "real" / "home"])
        assert isinstance(refused, Outcome) and refused.note == "ragd's own data"


def test_a_narrowed_walk_follows_the_same_rules(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.log\nout/\n", "a/b/c.md": "", "a/b/x.log": "", "out/deep/d.md": "", "a/e.md": ""})
    (tmp_path / "a" / "link").symlink_to("b")
    assert seen(tmp_path, under=tmp_path / "a" / "b")[0] == ["a/b/c.md"]
    assert seen(tmp_path, under=tmp_path / "a" / "b" / "x.log")[1] == {"a/b/x.log": "named by .gitignore line 1: *.log"}
    assert seen(tmp_path, under=tmp_path / "out" / "deep") == ([], {"out": "named by .gitignore line 2: out/"})
    assert seen(tmp_path, under=tmp_path / "a" / "link" / "c.md") == (
        [],
        {"a/link": "link to a folder that is read at its own place"},
    )
    assert seen(tmp_path, under=tmp_path / "gone" / "x.md") == ([], {})
    assert seen(tmp_path, under=tmp_path / "a" / "e.md" / "x.md") == ([], {})


def test_every_part_of_a_walk_narrowed_to_it_is_what_the_whole_walk_says(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {".gitignore": "*.log\n!b/keep.log\n", "b/keep.log": "x", "b/x.log": "x", "b/.env": "", "c/.git/x": ""},
    )
    tree(tmp_path, {"c/Cargo.toml": "", "c/target/a.md": "", "d.md": "", "e/pyvenv.cfg": "", "e/f/g.md": ""})
    whole = {str(item.path): item for item in scan(tmp_path, readable=readable)}
    for path, item in whole.items():
        assert list(scan(tmp_path, readable=readable, under=Path(path))) == [item]


def test_one_path_is_examined_as_the_walk_would(tmp_path: Path) -> None:
    tree(tmp_path, {"a.md": "x", "sub/b.md": "x", "node_modules/c/d.md": "x"})
    one = examine(tmp_path / "a.md", tmp_path, readable=readable)
    assert isinstance(one, SourceFile) and one.path == tmp_path / "a.md"
    assert examine(tmp_path / "gone.md", tmp_path, readable=readable) is None
    folder = examine(tmp_path / "sub", tmp_path, readable=readable)
    assert isinstance(folder, Outcome) and folder.status == "unchanged"
    out = examine(tmp_path / "node_modules" / "c", tmp_path, readable=readable)
    assert isinstance(out, Outcome) and (out.path, out.status) == (str(tmp_path / "node_modules"), "skipped")


def test_a_missing_root_fails_and_says_nothing_of_what_is_known(tmp_path: Path) -> None:
    (only,) = scan(tmp_path / "gone", readable=readable)
    assert isinstance(only, Outcome) and only.status == "failed" and keeps(only)


@pytest.fixture
def stranger() -> Iterator[Path]:
    """A folder that a process without our rights can reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder).resolve()


SCAN = """
import os, sys
from pathlib import Path
from ragd.sources.walk import keeps, scan, state_of
if os.geteuid() == 0:  # root may read everything
    os.setgid(65534)
    os.setuid(65534)
root = Path(sys.argv[1])
for found in scan(root, readable=lambda name: True):
    print(found.path if not hasattr(found, "status") else (found.path, found.status, found.note, keeps(found)))
print(state_of(root / "closed", 3, None))
"""


def test_a_folder_that_cannot_be_listed_fails_and_what_is_known_in_it_stays(stranger: Path) -> None:
    tree(stranger, {"a.md": "x", "closed/b.md": "x", "shut.md": "x"})
    (stranger / "closed").chmod(0)
    (stranger / "shut.md").chmod(0)
    try:
        done = subprocess.run([sys.executable, "-c", SCAN, stranger], capture_output=True, text=True, check=False)
    finally:
        (stranger / "closed").chmod(0o700)
    assert done.stdout.splitlines() == [
        str(stranger / "a.md"),
        str((str(stranger / "shut.md"), "failed", "cannot be read: permission denied", True)),
        str((str(stranger / "closed"), "failed", "cannot be listed: permission denied", True)),
        "unknown",
    ], done.stderr


def test_a_root_that_is_missing_or_suddenly_empty_is_unknown(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", {"a.md": "x"})
    assert state_of(root, 1, None) == "ok"
    (root / "a.md").unlink()
    (root / "sub").mkdir()
    assert state_of(root, 1, None) == "unknown"
    assert state_of(root, 0, None) == "ok"
    shutil.rmtree(root)
    assert state_of(root, 1, None) == "unknown"
    assert state_of(tmp_path / "no" / "folder" / "root", 1, None) == "unknown"


def test_a_root_that_is_one_file_is_gone_when_its_folder_is_there(tmp_path: Path) -> None:
    file = tree(tmp_path, {"sub/a.md": "x"}) / "sub" / "a.md"
    assert state_of(file, 1, None, one_file=True) == "ok"
    file.unlink()
    assert state_of(file, 1, None, one_file=True) == "gone"
    file.parent.rmdir()
    assert state_of(file, 1, None, one_file=True) == "unknown"


def test_another_device_matters_only_where_the_known_files_are_absent(tmp_path: Path) -> None:
    root = tree(tmp_path, {"a.md": "x"})
    elsewhere = root.stat().st_dev + 1
    assert state_of(root, 2, elsewhere, files=[root / "gone.md", root / "a.md"]) == "ok"
    assert state_of(root, 2, elsewhere, files=[root / "gone.md"]) == "unknown"
    assert state_of(root, 2, root.stat().st_dev, files=[root / "gone.md"]) == "ok"
