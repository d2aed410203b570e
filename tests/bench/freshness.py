"""Seconds until `ragd watch` makes a change on the disk visible to a search in another process.

    python tests/bench/freshness.py [--rounds 10] [--files 500]

A folder of notes is watched; a note is saved, edited, deleted, and a folder of 50 renamed, each round; another process
(this one) searches until it sees the change.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ragd import Library

Change = tuple[str, Callable[[], object], Callable[[], bool]]
GIVE_UP = 60.0  # seconds


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rounds", type=int, default=10)
    given.add_argument("--files", type=int, default=500)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home, root = Path(scratch) / "home", Path(scratch) / "notes"
        write_notes(root, options.files)
        with Library.open(home) as library:
            library.add([root])
        watching = subprocess.Popen(
            [sys.executable, "-m", "ragd", "watch"],
            env={**os.environ, "RAGD_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with Library.open(home) as library:
                measure(library, root, options.rounds)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait()


def write_notes(root: Path, count: int) -> None:
    for number in range(count):
        folder = root / f"part-{number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.md").write_text(f"# Note {number}\n\nThe river stood at {number} centimetres that day.\n")


def measure(library: Library, root: Path, rounds: int) -> None:
    note, folder = root / "new.md", root / "part-0"
    note.write_text("Warming up.\n")
    until(lambda: bool(library.search('"warming up"')))
    times: dict[str, list[float]] = {}
    for number in range(rounds):
        moved = root / f"moved-{number}"
        for name, change, seen in changes(library, note, folder, moved):
            change()
            times.setdefault(name, []).append(until(seen))
        folder = moved
    print("| change | median s | most s |")
    print("|---|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | {max(seconds):.2f} |")


def changes(library: Library, note: Path, folder: Path, moved: Path) -> list[Change]:
    """What a round changes, and how a search sees it."""
    word = f"quince{moved.name[-1]}"
    return [
        ("saved", lambda: note.write_text(f"The {word} bears fruit.\n"), lambda: found(library, f'"{word} bears"')),
        (
            "edited, found by meaning",
            lambda: note.write_text(f"A {word} is a fruit for jelly.\n"),
            lambda: any("meaning" in hit.ranks for hit in library.search(f'"{word} is"')),
        ),
        ("deleted", note.unlink, lambda: not found(library, f'"{word} is"')),
        ("folder renamed", lambda: folder.rename(moved), lambda: found(library, f"river in:{moved.name}")),
    ]


def found(library: Library, query: str) -> bool:
    return bool(library.search(query))


def until(seen: Callable[[], bool]) -> float:
    start = time.monotonic()
    while not seen():
        if time.monotonic() - start > GIVE_UP:
            raise SystemExit("the change was never seen")
        time.sleep(0.02)
    return time.monotonic() - start


if __name__ == "__main__":
    main()
