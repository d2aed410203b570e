"""What a person forgot stays out under any name, until it is added again."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from ragd import Library
from ragd.records import Outcome

OWN = {
    "own/letter.md": "# Letter\n\nThe Zanzibarquartz is kept by the notary.\n",
    "own/deep/list.txt": "Pliers, a spirit level and the Kruskopf lamp.\n",
    "own/empty.txt": "",
    "work/plan.md": "# Plan\n\nThe scaffolding goes up in March.\n",
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    for name, text in OWN.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def found(library: Library, word: str) -> list[str]:
    return [hit.document.path for hit in library.search(word) if word in hit.text]


def told(outcomes: list[Outcome]) -> dict[str, tuple[str, str | None]]:
    return {Path(one.path).name: (one.status, one.note) for one in outcomes}


def out(path: Path) -> str:
    return f"you forgot this content, as {path}; `ragd add FILE` takes it in again"


def test_a_forgotten_folder_that_is_renamed_stays_out_and_says_so(library: Library, files: Path) -> None:
    library.add([files])
    library.forget([files / "own"])
    (files / "own").rename(files / "own_old")
    first = told(library.sync())
    assert first["letter.md"] == ("skipped", out(files / "own/letter.md"))
    assert first["list.txt"] == ("skipped", out(files / "own/deep/list.txt"))
    assert first["empty.txt"] == ("skipped", "empty file")
    assert not found(library, "Zanzibarquartz") and not found(library, "Kruskopf")
    again = told(library.sync())
    reason = "you forgot this content; `ragd add FILE` takes it in again"  # one for all, so that they are told together
    assert again["letter.md"] == ("unchanged", f"left out before: {reason}")
    assert [Path(one.path).name for one in library.left_out() if one.note == reason] == ["list.txt", "letter.md"]
    fate = library.why(files / "own_old/letter.md")
    assert (fate.status, fate.note) == ("skipped", out(files / "own/letter.md"))


def test_only_adding_the_very_file_or_its_old_place_takes_it_in_again(library: Library, files: Path) -> None:
    library.add([files])
    library.forget([files / "own"])
    (files / "own").rename(files / "own_old")
    library.sync()
    library.add([files / "own_old"])
    assert not found(library, "Zanzibarquartz")
    library.add([files / "own_old/letter.md"])
    assert found(library, "Zanzibarquartz") == [str(files / "own_old/letter.md")]
    assert not found(library, "Kruskopf")
    library.add([files])  # "own" lay in it
    library.sync()  # "own_old" was added by itself and is looked at by itself
    assert found(library, "Kruskopf") == [str(files / "own_old/deep/list.txt")]
    assert len(found(library, "Zanzibarquartz")) == 1


def test_forgotten_content_that_replaces_another_files_takes_that_out_too(library: Library, files: Path) -> None:
    library.add([files])
    library.forget([files / "own/letter.md"])
    (files / "own/letter.md").replace(files / "work/plan.md")
    assert told(library.sync())["plan.md"] == ("skipped", out(files / "own/letter.md"))
    assert not found(library, "Zanzibarquartz") and not found(library, "scaffolding")


def test_what_changed_or_came_before_it_was_forgotten_stays_out_too(library: Library, files: Path) -> None:
    library.add([files])
    (files / "own/letter.md").write_text("The Zanzibarquartz was sold.\n")
    (files / "own/new.md").write_text("The Zanzibarquartz was bought.\n")
    library.forget([files / "own"])
    (files / "own").rename(files / "own_old")
    assert Counter(one.status for one in library.sync()) == {"unchanged": 1, "skipped": 4}
    assert not found(library, "Zanzibarquartz")


def test_a_copy_that_was_not_named_stays_when_it_is_touched_or_renamed(library: Library, files: Path) -> None:
    copy, later = files / "work/letter.md", files / "work/renamed.md"
    shutil.copy(files / "own/letter.md", copy)
    library.add([files])
    library.forget([files / "own"])
    copy.touch()
    library.sync()
    assert found(library, "Zanzibarquartz") == [str(copy)]
    copy.rename(later)
    library.sync()
    assert found(library, "Zanzibarquartz") == [str(later)]


def test_two_copies_that_are_forgotten_at_once_stay_out(library: Library, files: Path) -> None:
    copy = files / "work/copy.md"
    shutil.copy(files / "own/letter.md", copy)
    library.add([files])
    library.forget([files / "own/letter.md", copy])
    copy.rename(files / "work/other.md")
    assert told(library.sync())["other.md"][0] == "skipped"
    assert not found(library, "Zanzibarquartz")
    library.add([files / "own"])
    assert found(library, "Zanzibarquartz") == [str(files / "own/letter.md")]
