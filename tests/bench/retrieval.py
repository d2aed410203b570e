"""How well `library.search` ranks: nDCG@10 and recall@100 on public sets with judgements, one Markdown file a document.

    python tests/bench/retrieval.py --data ../shared [--sets cranfield cacm ...] [--questions 500]

The three columns are the same index asked by words, by meaning and by both, with files that fail counted.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ragd import Library
from ragd.records import Hit
from ragd.search.measure import ndcg, recall

SETS = ["cranfield", "cacm", "squad2-dev", "qmsum", "locomo"]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds eval/")
    given.add_argument("--sets", nargs="+", default=SETS)
    given.add_argument("--questions", type=int, default=500, help="at most so many of a set, drawn with a fixed seed")
    options = given.parse_args()
    print("| set | files | failed | files/s | nDCG@10 | recall@100 | ms a search |")
    print("|---|---|---|---|---|---|---|")
    for name in options.sets:
        print(row(options.data / "eval" / name, options.questions), flush=True)


def row(folder: Path, most: int) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        files, home = Path(scratch) / "files", Path(scratch) / "home"
        count = write_files(folder, files)
        with Library.open(home) as library:
            start = time.monotonic()
            outcomes = library.add([files])
            rate = count / (time.monotonic() - start)
            failed = Counter(outcome.status for outcome in outcomes)["failed"]
            judged = judgements(folder)
            run, seconds = searched(library.search, questions(folder, judged, most))
    found = {query: judged[query] for query in run}
    figures = f"{ndcg(run, found, 10):.4f} | {recall(run, found, 100):.3f} | {1000 * seconds / len(run):.0f}"
    return f"| {folder.name} | {count} | {failed} | {rate:.0f} | {figures} |"


def write_files(folder: Path, files: Path) -> int:
    """One Markdown file a document, named by its id."""
    files.mkdir()
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    for one in rows:
        title = f"# {one['title']}\n\n" if one.get("title") else ""
        (files / f"{one['_id']}.md").write_text(f"{title}{one['text']}\n")
    return len(rows)


def judgements(folder: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels/test.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            judged.setdefault(query, {})[document] = int(grade)
    return judged


def questions(folder: Path, judged: dict[str, dict[str, int]], most: int) -> dict[str, str]:
    rows = map(json.loads, (folder / "queries.jsonl").read_text().splitlines())
    asked = {one["_id"]: one["text"] for one in rows if one["_id"] in judged}
    if len(asked) > most:
        asked = {name: asked[name] for name in random.Random(1).sample(sorted(asked), most)}
    return asked


def searched(search: Callable[[str, int], list[Hit]], asked: dict[str, str]) -> tuple[dict[str, list[str]], float]:
    """The documents that each question found, and the seconds that all searches took."""
    run = {}
    start = time.monotonic()
    for name, text in asked.items():
        # A question is no query: what looks like a filter or a quoted phrase in it is meant as words.
        plain = text.replace('"', " ").replace(":", " ")
        run[name] = [Path(hit.document.path).stem for hit in search(plain, 100)]
    return run, time.monotonic() - start


if __name__ == "__main__":
    main()
