"""kill -9 at random moments while a folder is being added; then the index must be that of an undisturbed run.

    python tests/bench/crash.py --data ../shared [--kills 20] [--documents 400] [--seed 7]

While the run goes on, another process searches: it must never meet half a document, nor miss one that was there
before. Prints one line a kill and exits with 1 if anything differs.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from indexes import answers, contents

from ragd import Library
from ragd.index.catalog import View


def main() -> int:
    options = parser().parse_args()
    randomly = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        questions = write_files(options.data, folder / "files", options.documents)
        whole, seconds = undisturbed(folder, questions)
        failures = 0
        for number in range(options.kills):
            failures += not one_kill(folder, questions, whole, randomly.uniform(0, seconds), number)
    print(f"{options.kills - failures} of {options.kills} kills left an index equal to the undisturbed one")
    return 1 if failures else 0


def parser() -> argparse.ArgumentParser:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/")
    given.add_argument("--kills", type=int, default=20)
    given.add_argument("--documents", type=int, default=400)
    given.add_argument("--seed", type=int, default=7)
    return given


def write_files(data: Path, folder: Path, count: int) -> list[str]:
    """Abstracts as files, the first tenth again as edited ones; returns 20 questions about them."""
    folder.mkdir()
    rows = (data / "eval/cranfield/corpus.jsonl").read_text().splitlines()[:count]
    for row in map(json.loads, rows):
        (folder / f"{row['_id']}.md").write_text(f"# {row['title']}\n\n{row['text']}\n")
    queries = (data / "eval/cranfield/queries.jsonl").read_text().splitlines()[:20]
    return [json.loads(row)["text"] for row in queries]


def undisturbed(folder: Path, questions: list[str]) -> tuple[tuple[object, object], float]:
    start = time.monotonic()
    add(folder, "undisturbed").wait()
    seconds = time.monotonic() - start
    with Library.open(folder / "undisturbed") as library:
        found = contents(library), answers(library, questions)
    print(f"undisturbed: {seconds:.1f} s, {len(found[0])} documents")
    return found, seconds


def add(folder: Path, home: str) -> subprocess.Popen[bytes]:
    (folder / home).mkdir(exist_ok=True)
    return ragd(folder, home, "add", str(folder / "files"))


def ragd(folder: Path, home: str, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "RAGD_HOME": str(folder / home)}
    command = [sys.executable, "-m", "ragd", *words]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def one_kill(folder: Path, questions: list[str], whole: tuple[object, object], after: float, number: int) -> bool:
    home = folder / f"home-{number}"
    running = add(folder, home.name)
    watcher = Searching(home, questions[:3])
    watcher.start()
    time.sleep(after)
    done = running.poll() is not None
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    time.sleep(0.3)
    watcher.stop()
    there = documents(home)
    assert ragd(folder, home.name, "sync").wait() == 0
    with Library.open(home) as library:
        equal = (contents(library), answers(library, questions)) == whole
    where = "after its end" if done else f"with {there} documents there"
    print(f"kill {number + 1} at {after:.2f} s, {where}: {'equal' if equal else 'DIFFERENT'}; {watcher.report()}")
    shutil.rmtree(home)
    return equal and not watcher.wrong


def documents(home: Path) -> int:
    try:
        with View(home / "catalog.sqlite") as view:
            return view.count("documents")
    except (FileNotFoundError, TypeError):
        return 0


class Searching(threading.Thread):
    """Searches while another process writes and is killed; knows what it saw before."""

    def __init__(self, home: Path, questions: list[str]) -> None:
        super().__init__()
        self._home = home
        self._questions = questions
        self._over = threading.Event()
        self._seen: set[str] = set()
        self.searches = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        with Library.open(self._home) as library:
            while not self._over.wait(0.05):
                if (self._home / "catalog.sqlite").exists():
                    self._look(library)

    def _look(self, library: Library) -> None:
        before = set(self._seen)
        found = contents(library)
        gone = before - {path for path, _ in found}
        halves = [path for path, part in found if not whole_text(path, found[path, part][1])]
        self.wrong += [f"missing: {path}" for path in gone] + [f"half: {path}" for path in halves]
        self._seen |= {path for path, _ in found}
        for question in self._questions:
            for hit in library.search(question, 10):
                if hit.text not in Path(hit.document.path).read_text():
                    self.wrong.append(f"no passage of {hit.document.path}")
        self.searches += len(self._questions)

    def stop(self) -> None:
        self._over.set()
        self.join()

    def report(self) -> str:
        return f"{self.searches} searches, " + (
            f"{len(self.wrong)} WRONG ({self.wrong[0]})" if self.wrong else "none wrong"
        )


def whole_text(path: str, passages: list[tuple[int, int, str]]) -> bool:
    """Whether the passages of a file hold all of it."""
    said = "".join(text for _, _, text in passages)
    return "".join(said.split()) == "".join(Path(path).read_text().split())


if __name__ == "__main__":
    sys.exit(main())
