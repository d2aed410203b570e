"""kill -9 at random moments while files are indexed; then the index must be that of an undisturbed run.

    python tests/bench/crash.py --data ../shared [--kills 20] [--documents 400] [--seed 7]

Every second kill meets a first `ragd add`, the others a `ragd sync` after every third file was edited. Meanwhile a
process searches: it must never meet half a document, nor miss one that was there before. Prints a line for each kill
and exits with 1 if anything differs.
"""

import argparse
import contextlib
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
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from indexes import Contents, answers, contents

from ragd import Library
from ragd.errors import SourceError
from ragd.index.catalog import View


@dataclass(frozen=True)
class Scene:
    """A home to start from (None: no home yet), a folder, a command, and what an undisturbed run makes of them."""

    start: Path | None
    folder: Path
    command: tuple[str, ...]
    whole: tuple[Contents, object]
    seconds: float
    texts: dict[str, set[str]]  # what each file held before and holds now, without white space


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/")
    given.add_argument("--kills", type=int, default=20)
    given.add_argument("--documents", type=int, default=400)
    given.add_argument("--seed", type=int, default=7)
    options = given.parse_args()
    randomly = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        questions = twenty_questions(options.data)
        scenes = first_add(options, Path(scratch), questions), edited(options, Path(scratch), questions)
        equal = 0
        for number in range(options.kills):
            scene = scenes[number % 2]
            equal += one_kill(scene, Path(scratch), questions, after=randomly.uniform(0, scene.seconds), number=number)
    print(f"{equal} of {options.kills} kills left an index equal to the undisturbed one, and no search went wrong")
    return 0 if equal == options.kills else 1


def twenty_questions(data: Path) -> list[str]:
    queries = (data / "eval/cranfield/queries.jsonl").read_text().splitlines()[:20]
    return [json.loads(row)["text"] for row in queries]


def write_files(data: Path, folder: Path, count: int) -> None:
    folder.mkdir()
    rows = (data / "eval/cranfield/corpus.jsonl").read_text().splitlines()[:count]
    for row in map(json.loads, rows):
        (folder / f"{row['_id']}.md").write_text(f"# {row['title']}\n\n{row['text']}\n")


def first_add(options: argparse.Namespace, scratch: Path, questions: list[str]) -> Scene:
    folder = scratch / "added"
    write_files(options.data, folder, options.documents)
    texts = {str(path): {bare(path.read_text())} for path in folder.iterdir()}
    command = ("add", str(folder))
    whole, seconds = undisturbed(scratch / "first", command, questions)
    return Scene(None, folder, command, whole, seconds, texts)


def edited(options: argparse.Namespace, scratch: Path, questions: list[str]) -> Scene:
    folder = scratch / "edited"
    write_files(options.data, folder, options.documents)
    undisturbed(scratch / "before", ("add", str(folder)), questions)
    texts = {str(path): {bare(path.read_text())} for path in folder.iterdir()}
    for path in sorted(folder.iterdir())[::3]:
        path.write_text(path.read_text() + "\nThe measurements were repeated in the autumn.\n")
        texts[str(path)].add(bare(path.read_text()))
    shutil.copytree(scratch / "before", scratch / "after")
    whole, seconds = undisturbed(scratch / "after", ("sync",), questions)
    return Scene(scratch / "before", folder, ("sync",), whole, seconds, texts)


def undisturbed(home: Path, command: tuple[str, ...], questions: list[str]) -> tuple[tuple[Contents, object], float]:
    start = time.monotonic()
    assert ragd(home, *command).wait() == 0
    seconds = time.monotonic() - start
    with Library.open(home) as library:
        found = contents(library), answers(library, questions)
    print(f"undisturbed {command[0]}: {seconds:.1f} s, {len(found[0])} documents", flush=True)
    return found, seconds


def ragd(home: Path, *words: str) -> subprocess.Popen[bytes]:
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "RAGD_HOME": str(home)}
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "ragd", *words]
    return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def one_kill(scene: Scene, scratch: Path, questions: list[str], *, after: float, number: int) -> bool:
    home = scratch / f"home-{number}"
    if scene.start:
        shutil.copytree(scene.start, home)
    running = ragd(home, *scene.command)
    searching = Searching(home, questions[:3], scene.texts)
    searching.start()
    time.sleep(after)
    done = running.poll() is not None
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    time.sleep(0.3)
    searching.stop()
    there = documents(home)
    assert ragd(home, "sync").wait() == 0
    if not there:
        ragd(home, *scene.command).wait()  # killed before it had remembered the folder
    with Library.open(home) as library:
        equal = (contents(library), answers(library, questions)) == scene.whole
    where = f"{'ended, ' if done else ''}{there} documents there"
    when = f"kill {number + 1} of `{scene.command[0]}` at {after:.2f} s, {where}"
    print(f"{when}: {'equal' if equal else 'DIFFERENT'}; {searching.report()}", flush=True)
    shutil.rmtree(home)
    return equal and not searching.wrong


def documents(home: Path) -> int:
    try:
        with View(home / "catalog.sqlite") as view:
            return view.counts.of("documents")
    except FileNotFoundError:
        return 0


class Searching(threading.Thread):
    """Searches while another process writes and is killed; knows what it saw before."""

    def __init__(self, home: Path, questions: list[str], texts: dict[str, set[str]]) -> None:
        super().__init__()
        self._home = home
        self._questions = questions
        self._texts = texts
        self._over = threading.Event()
        self._seen: set[str] = set()
        self.searches = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        with Library.open(self._home) as library:
            while not self._over.wait(0.05):
                with contextlib.suppress(SourceError, FileNotFoundError):  # nothing is indexed yet
                    self._look(library)

    def _look(self, library: Library) -> None:
        found = contents(library)
        there = {path for path, _ in found}
        self.wrong += [f"missing: {path}" for path in self._seen - there]
        self.wrong += [
            f"half: {path}" for (path, _), (_, passages) in found.items() if not self._is_whole(path, passages)
        ]
        self._seen |= there
        for question in self._questions:
            for hit in library.search(question, 10):
                if not any(bare(hit.text) in text for text in self._texts[hit.document.path]):
                    self.wrong.append(f"no passage of {hit.document.path}")
        self.searches += len(self._questions)

    def _is_whole(self, path: str, passages: list[tuple[int, int, str]]) -> bool:
        return bare("".join(text for _, _, text in passages)) in self._texts[path]

    def stop(self) -> None:
        self._over.set()
        self.join()

    def report(self) -> str:
        wrong = f"{len(self.wrong)} WRONG ({self.wrong[0]})" if self.wrong else "none wrong"
        return f"{self.searches} searches, {wrong}"


def bare(text: str) -> str:
    return "".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
