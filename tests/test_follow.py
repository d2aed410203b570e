"""While `ragd watch` runs, what is saved is found and what is gone is not; searches go on in other processes."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragd import Library
from ragd.records import Progress

PATIENCE = 30.0  # seconds: how long a busy machine may take before the test gives up


class Watching:
    """A library that follows its roots in a thread, and another that reads the same home."""

    def __init__(self, home: Path, root: Path) -> None:
        self.root = root
        self.reader = Library.open(home)
        self.embedded = 0
        self._stop = threading.Event()
        self._writer = Library.open(home)
        self._writer.add([root])
        self._thread = threading.Thread(target=self._writer.watch, kwargs={"stop": self._stop, "meter": self._count})
        self._thread.start()

    def _count(self, progress: Progress) -> None:
        self.embedded += progress.stage == "meaning" and progress.texts_done > 0

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._writer.close()
        self.reader.close()

    def paths(self, query: str) -> list[str]:
        return [str(Path(hit.document.path).relative_to(self.root)) for hit in self.reader.search(query)]


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def watching(own_home: Path, tmp_path: Path) -> Iterator[Watching]:
    root = tmp_path / "notes"
    (root / "house").mkdir(parents=True)
    (root / "house/boiler.md").write_text("# Boiler\n\nMerle replaced the expansion vessel.\n")
    (root / "house/roof.md").write_text("# Roof\n\nTwo slates slipped in January.\n")
    at_work = Watching(own_home, root)
    yield at_work
    at_work.close()


def test_a_saved_file_is_found_and_an_edit_replaces_it(watching: Watching) -> None:
    note = watching.root / "garden.md"
    note.write_text("The quince tree bears fruit.\n")
    eventually(lambda: "garden.md" in watching.paths("quince"))
    note.write_text("The medlar tree bears fruit.\n")
    eventually(lambda: watching.paths('"medlar tree"') == ["garden.md"])
    assert watching.paths('"quince tree"') == []


def test_a_lone_edit_is_found_by_its_meaning_too(watching: Watching) -> None:
    (watching.root / "pets.md").write_text("Our tomcat sleeps on the windowsill all day.\n")
    eventually(lambda: "pets.md" in watching.paths("feline"))
    hits = watching.reader.search("feline")
    assert next(hit for hit in hits if hit.document.path.endswith("pets.md")).ranks["meaning"] == 1


def test_a_deleted_file_is_gone(watching: Watching) -> None:
    (watching.root / "house/roof.md").unlink()
    eventually(lambda: not any("roof" in path for path in watching.paths("slates")))


def test_a_renamed_folder_embeds_nothing(watching: Watching) -> None:
    (watching.root / "house").rename(watching.root / "home")
    eventually(lambda: watching.paths("expansion vessel")[:1] == ["home/boiler.md"])
    eventually(lambda: not any("house" in path for path in watching.paths("boiler roof")))
    assert watching.embedded == 0


def test_a_folder_that_is_moved_in_is_read(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "outside/deep").mkdir(parents=True)
    (tmp_path / "outside/deep/otter.md").write_text("An otter at the weir.\n")
    shutil.move(tmp_path / "outside", watching.root / "inside")
    eventually(lambda: "inside/deep/otter.md" in watching.paths("otter"))


def test_an_ignore_file_takes_out_what_it_names(watching: Watching) -> None:
    (watching.root / ".ragdignore").write_text("house/\n")
    eventually(lambda: watching.paths("expansion vessel") == [])
