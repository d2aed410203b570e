"""Documents a second of `library.add` against a plain sentence-transformers fp32 `encode` of the same texts, same run.

    python tests/bench/indexing.py --data ../shared [--set cranfield] [--rounds 3]

Both take turns. `add` is everything: walking, reading, cutting, words, vectors, commits; one Markdown file a document.
Then, on the index that is there: a sync with nothing changed, the folder renamed, copied, and every file touched, each
with the passages that it embedded. The fast copy of the model is made before, once (it belongs to the machine).
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from retrieval import write_files

from ragd import Library
from ragd.home import models_path
from ragd.index.embed import load_original
from ragd.models import known
from ragd.records import Progress


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/")
    given.add_argument("--set", default="cranfield")
    given.add_argument("--rounds", type=int, default=3)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch) / "files"
        count = write_files(options.data / "eval" / options.set, files)
        texts = [path.read_text() for path in sorted(files.iterdir())]
        original = load_original(
            known.resolve("all-MiniLM-L6-v2", models_path()), device="cpu", threads=os.cpu_count() or 1, half=False
        )
        warm_up(Path(scratch) / "warm")
        ratios = []
        for number in range(options.rounds):
            plain = count / timed(lambda: original.encode(texts, show_progress_bar=False))
            home = Path(scratch) / f"home-{number}"
            with Library.open(home) as library:
                ours = count / timed(lambda: library.add([files]))
            ratios.append(ours / plain)
            print(f"round {number + 1}: ragd {ours:.0f} documents/s, encode {plain:.0f}, ratio {ratios[-1]:.2f}")
        print(f"ratio, median of {options.rounds}: {statistics.median(ratios):.2f}")
        again(home, files)


def warm_up(folder: Path) -> None:
    folder.mkdir()
    (folder / "one.md").write_text("The fast copy of the model is made now, if it is not there.\n")
    with Library.open(folder.parent / "warm-home", say=print) as library:
        library.add([folder])


def again(home: Path, files: Path) -> None:
    """What follows a first run and must embed nothing."""
    report(home, "sync, nothing changed")
    for path in files.iterdir():
        path.touch()
    report(home, "sync, every file touched")
    (files / "inner").mkdir()
    for path in [path for path in files.iterdir() if path.is_file()]:
        path.rename(files / "inner" / path.name)
    report(home, "sync, folder renamed")
    shutil.copytree(files / "inner", files / "copy")
    report(home, "sync, folder copied")


def report(home: Path, what: str) -> None:
    embedded = [0]

    def meter(progress: Progress) -> None:
        embedded[0] = max(embedded[0], progress.texts_done)

    with Library.open(home) as library:
        seconds = timed(lambda: library.sync(meter=meter))
    print(f"{what}: {seconds:.2f} s, {embedded[0]} passages embedded")


def timed(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


if __name__ == "__main__":
    main()
