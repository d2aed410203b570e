"""A renamed file is told as moved, not as lost."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from ragd import Library
from ragd.cli.diary import Diary
from ragd.cli.outcomes import Tally, summary
from ragd.records import Outcome

MAIL = "From: Dana <dana@example.org>\nSubject: Pears {0}\nMessage-ID: <{0}@example.org>\n\nThe pears are ripe, {0}.\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    for name in ("cur", "new", "tmp"):
        (root / "Maildir" / name).mkdir(parents=True)
    for number in range(5):
        (root / f"Maildir/cur/{number}:2,S").write_text(MAIL.format(number))
    (root / "roof.md").write_text("Two slates slipped in the storm.\n")
    (root / "pond.md").write_text("The pond is frozen.\n")
    return root


def lost(outcomes: list[Outcome], root: Path) -> dict[str, str | None]:
    return {str(Path(one.path).relative_to(root)): one.note for one in outcomes if one.status == "forgotten"}


def said(outcomes: list[Outcome]) -> str:
    tally, console = Tally(), Console(file=io.StringIO(), width=200)
    for one in outcomes:
        tally.add(one)
    summary(console, tally, seconds=1.0)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_renamed_maildir_has_moved_and_only_a_deleted_file_is_gone(library: Library, files: Path) -> None:
    library.add([files])
    (files / "Maildir").rename(files / "Post")
    (files / "roof.md").unlink()
    outcomes = library.sync()
    expected = {f"Maildir/cur/{number}:2,S": f"moved to {files}/Post/cur/{number}:2,S" for number in range(5)}
    assert lost(outcomes, files) == {**expected, "roof.md": "it is no longer there"}
    assert "5 moved, 1 gone" in said(outcomes)


def test_a_copy_that_was_there_before_is_told_and_is_no_move(library: Library, files: Path) -> None:
    (files / "copies").mkdir()
    shutil.copy(files / "roof.md", files / "copies/roof.md")
    library.add([files])
    (files / "copies/roof.md").unlink()
    outcomes = library.sync()
    assert lost(outcomes, files) == {
        "copies/roof.md": f"it is no longer there; the same bytes are at {files}/roof.md",
    }
    assert "1 gone" in said(outcomes) and "moved" not in said(outcomes)


def test_of_several_files_with_the_same_bytes_each_moves_to_its_own_name(library: Library, files: Path) -> None:
    for name in ("a.md", "b.md"):
        shutil.copy(files / "pond.md", files / name)
    library.add([files])
    for old, new in (("a.md", "ice/b.md"), ("b.md", "ice/a.md"), ("pond.md", "ice/winter.md")):
        (files / new).parent.mkdir(exist_ok=True)
        (files / old).rename(files / new)
    assert lost(library.sync(), files) == {
        "a.md": f"moved to {files}/ice/a.md",
        "b.md": f"moved to {files}/ice/b.md",
        "pond.md": f"moved to {files}/ice/winter.md",
    }


def test_a_file_that_moved_into_a_folder_added_since_has_moved(library: Library, files: Path, tmp_path: Path) -> None:
    library.add([files])
    (tmp_path / "other").mkdir()
    (files / "pond.md").rename(tmp_path / "other/pond.md")
    library.add([tmp_path / "other"])
    assert lost(library.sync(), files) == {"pond.md": f"moved to {tmp_path}/other/pond.md"}


def test_the_diary_tells_where_a_file_went() -> None:
    console = Console(file=io.StringIO(), width=200)
    diary = Diary(console)
    for number in range(12):
        diary.write(Outcome(f"/notes/{number}.md", None, "forgotten", f"moved to /old/{number}.md"))
    diary.rest()
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "  /notes/3.md moved to /old/3.md\n" in told
    assert "moved 2 more files" in told
