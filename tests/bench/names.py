"""How well a file is found by its name, written in the ways that people write it.

    python tests/bench/names.py --data ../shared/corpora/notes-obsidian-help [--files 120]

hit@1 and the mean reciprocal rank of the file, among 10 passages; most notes there link to each other by name.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from ragd import Library
from ragd.search.measure import hit_rate, mrr


def words(path: Path) -> str:
    return re.sub(r"[\W_]+", " ", path.stem).lower()


WAYS: dict[str, Callable[[Path], str]] = {
    "its name with the suffix": lambda path: path.name,
    "its name": lambda path: path.stem,
    "the words of it": words,
    "what does the ... file say": lambda path: f"what does the {words(path)} file say",
    "its words in one": lambda path: "".join(word.capitalize() for word in words(path).split()),
}


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="a folder of files with telling names")
    given.add_argument("--files", type=int, default=120)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as home, Library.open(home) as library:
        outcomes = library.add([options.data])
        read = sorted({outcome.path for outcome in outcomes if outcome.status == "indexed" and outcome.documents})
        chosen = random.Random(1).sample(read, min(options.files, len(read)))
        print("| asked by | hit@1 | reciprocal rank |\n|---|---|---|")
        for way, written in WAYS.items():
            judged = {path: {path: 1} for path in chosen}
            run = {path: found(library, written(Path(path))) for path in chosen}
            print(f"| {way} | {hit_rate(run, judged, 1):.2f} | {mrr(run, judged):.2f} |", flush=True)


def found(library: Library, asked: str) -> list[str]:
    plain = asked.replace('"', " ").replace(":", " ")
    return [hit.document.path for hit in library.search(plain, 10)]


if __name__ == "__main__":
    main()
