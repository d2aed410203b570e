"""Ignore files mean what git makes of them, and ragd's own go before git's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import seen, tree


def test_ignore_files_name_the_line_that_leaves_a_file_out(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {".gitignore": "# mine\n\n*.log\nout/\n", "a.log": "x", "sub/b.log": "x", "out/c.md": "x", "d.md": "x"},
    )
    files, out = seen(tmp_path)
    assert files == ["d.md"]
    assert out == {
        ".gitignore": "names what is left out",
        "a.log": "named by .gitignore line 3: *.log",
        "out": "named by .gitignore line 4: out/",
        "sub/b.log": "named by .gitignore line 3: *.log",
    }


def test_the_nearest_ignore_file_decides_and_ragds_goes_before_gits(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.txt\n", "sub/.gitignore": "!keep.txt\n", "sub/keep.txt": "", "sub/b.txt": ""})
    tree(tmp_path, {"sub/.ragdignore": "/b.md\n!b.txt\n", "sub/b.md": "", "sub/deep/b.md": ""})
    assert seen(tmp_path)[0] == ["sub/b.txt", "sub/keep.txt", "sub/deep/b.md"]


def test_ragdignore_can_bring_in_what_is_hidden(tmp_path: Path) -> None:
    tree(tmp_path, {".ragdignore": "!.journal/\n", ".journal/a.md": "", ".other/b.md": "", ".git/c.md": ""})
    assert seen(tmp_path)[0] == [".journal/a.md"]


def test_what_git_is_told_to_keep_is_kept_but_no_secret_and_nothing_binary(tmp_path: Path) -> None:
    keep = ["!keep.tmp", "!.hidden.md", "build/*", "!build/notes.md", "!.env", "!id_rsa", "!x.pyc", "!~$a.docx"]
    kept = ["keep.tmp", ".hidden.md", "build/notes.md"]
    others = ["a.tmp", ".other.md", "build/out.md", ".env", "id_rsa", "x.pyc", "~$a.docx"]
    tree(
        tmp_path,
        {".gitignore": "\n".join(["*.tmp", *keep]), "pyproject.toml": "", **dict.fromkeys(kept + others, "A=1\n")},
    )
    assert sorted(seen(tmp_path)[0]) == sorted([*kept, "pyproject.toml"])


def test_broken_ignore_files_stop_nothing(tmp_path: Path) -> None:
    tree(tmp_path, {"a/.gitignore": b"\xef\xbb\xbf!\n/\n\\\n[\n\xff\xfe\n*.log\r\n", "a/x.md": "", "a/x.log": ""})
    (tmp_path / "b" / ".gitignore").mkdir(parents=True)
    tree(tmp_path, {"b/x.md": ""})
    os.mkfifo(tmp_path / "b" / ".ragdignore")
    assert seen(tmp_path)[0] == ["a/x.md", "b/x.md"]


PATTERNS = [
    "*.md",
    "a",
    "a/",
    "/a",
    "b/*",
    "!b/c",
    "!*.md",
    "**/c",
    "a/**",
    "!a/b/",
    "?.txt",
    "[ab]",
    "a/b",
    "!c",
    "#x",
    "",
]
NAMES = "c x.md 1.txt b/c b/x.md b/a/c a/c a/x.md a/a/1.txt a/b/c a/b/x.md d/a/c d/b"
GIT = ["git", "-c", "core.excludesFile="]  # what the person who runs the tests ignores is not asked


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run([*GIT, "init", "-q", "--template=", str(root)], check=True)
    return tree(root, dict.fromkeys(NAMES.split(), "x"))


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@settings(max_examples=60, deadline=None)
@given(top=st.lists(st.sampled_from(PATTERNS), max_size=5), inner=st.lists(st.sampled_from(PATTERNS), max_size=3))
def test_gitignore_means_what_git_makes_of_it(repository: Path, top: list[str], inner: list[str]) -> None:
    tree(repository, {".gitignore": "\n".join(top), "a/.gitignore": "\n".join(inner)})
    others = [*GIT, "-C", str(repository), "ls-files", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(others, capture_output=True, text=True, check=True).stdout.split("\0")
    files, _ = seen(repository)
    assert sorted(files) == sorted(name for name in listed if name and not name.endswith(".gitignore"))
