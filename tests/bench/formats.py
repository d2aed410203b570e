"""Every corpus read as `ragd add` reads it, without embedding: a row of docs/formats.md each.

    python tests/bench/formats.py --data ../shared [--only mail-spamassassin,pdf-mixed] [--reasons]

Each corpus is added to an empty home in a process of its own: files met, documents and chunks in the index, files and
parts that failed (with `--reasons` each reason, its count and an example), seconds by the clock and of the processors
(on a busy machine only the latter say much), and the most memory that the process and its workers held together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from measured import Memory, reading

from ragd.index.catalog import View
from ragd.records import Outcome

HEAD = "| corpus | files | read | left out | failed | documents | chunks | parts out / failed | s | processor s | MB |"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    given.add_argument("--only", default="", help="corpora, separated by commas")
    given.add_argument("--reasons", action="store_true", help="list every reason")
    given.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    only = set(filter(None, options.only.split(",")))
    print(f"{HEAD}\n|---|{'---:|' * 10}")
    reasons = []
    for corpus in sorted(path for path in (options.data / "corpora").iterdir() if not only or path.name in only):
        command = [sys.executable, __file__, "--data", str(options.data), "--one", str(corpus.resolve())]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            print(f"| {corpus.name} | did not end well: {made.stderr[-500:]}")
            continue
        found = json.loads(made.stdout.splitlines()[-1])
        print(row(corpus.name, found), flush=True)
        reasons.append((corpus.name, found["reasons"]))
    for name, some in reasons if options.reasons else ():
        print(f"\n{name}")
        for reason, (count, example) in sorted(some.items(), key=lambda one: -one[1][0]):
            print(f"  {count:5,}  {reason}  [{example}]")


def row(name: str, found: dict[str, Any]) -> str:
    files = found["files"]
    total = sum(files.values())
    parts = f"{found['parts'].get('skipped', 0):,} / {found['parts'].get('failed', 0):,}"
    figures = [total, files.get("indexed", 0), files.get("skipped", 0), files.get("failed", 0)]
    figures += [found["documents"], found["chunks"]]
    shown = " | ".join(f"{figure:,}" for figure in figures)
    cost = f"{found['seconds']:.0f} | {found['processors']:.0f} | {found['peak'] / 1e6:.0f}"
    return f"| {name} | {shown} | {parts} | {cost} |"


def measure(corpus: Path) -> dict[str, Any]:
    """Read one corpus into an empty home."""
    files: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    reasons: dict[str, tuple[int, str]] = {}

    def tell(outcome: Outcome) -> None:
        (files if outcome.part is None else parts)[outcome.status] += 1
        if outcome.note and outcome.status in ("failed", "skipped"):
            what = f"{outcome.status}{'' if outcome.part is None else ' part'}: {outcome.note}"
            count, example = reasons.get(what, (0, f"{Path(outcome.path).name} {outcome.part or ''}".strip()))
            reasons[what] = (count + 1, example)

    with tempfile.TemporaryDirectory() as scratch, Memory() as memory:
        home = Path(scratch) / "home"
        began = time.monotonic()
        with reading(home, tell) as at_work:
            at_work.read(at_work.look(at_work.remember([corpus])))
        seconds = time.monotonic() - began
        with View(home / "catalog.sqlite") as view:
            documents, chunks = view.counts.of("documents"), view.counts.of("chunks")
    return {
        "files": files,
        "parts": parts,
        "documents": documents,
        "chunks": chunks,
        "seconds": seconds,
        "processors": sum(os.times()[:4]),
        "peak": memory.peak,
        "reasons": reasons,
    }


if __name__ == "__main__":
    main()
