"""How ragd's reading of PDFs compares with `pdftotext`, and how fast it is.

    python tests/bench/pdf.py --data ../shared [--worst 30] [--show NAME]

Both texts are compared by Dice's coefficient over the multisets of their character trigrams, in NFKC with every run of
white space one blank: 2 * common / (trigrams of one + trigrams of the other). pdftotext (poppler-utils) runs with
`-enc UTF-8` and nothing else. Left out of the median are files in which both find no text. Seconds are the processor's
for all that ragd's parser reads of a file (facts, outline, forms and comments too), in this one process.
"""

import argparse
import os
import statistics
import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragd.parsers import extras
from ragd.parsers.source import OpenFile, attempt, open_source
from ragd.records import Member


@dataclass(frozen=True)
class Result:
    """One file as both read it. `alike` is None where neither finds text."""

    path: Path
    text: str
    theirs: str
    pages: int
    seconds: float
    notes: tuple[str, ...]
    alike: float | None


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    given.add_argument("--worst", type=int, default=30)
    given.add_argument("--show", default="", help="print both texts of the files whose path holds this")
    options = given.parse_args()
    extras.MODULES["ocr"] = ()  # pdftotext reads no pictures
    for corpus in ("pdf-mixed", "filings-pdf"):
        folder = options.data / "corpora" / corpus
        results = [compared(path) for path in sorted(folder.rglob("*.pdf")) if options.show in str(path)]
        if options.show:
            for one in results:
                print(f"== {one.path}\n== ragd\n{one.text}\n== pdftotext\n{one.theirs}")
        report(corpus, folder, results, options.worst)


def compared(path: Path) -> Result:
    start = time.process_time()
    found = list(read(path))
    seconds = time.process_time() - start
    whole = [one.document for one in found if isinstance(one, Member) and one.part is None]
    notes = tuple(f"{one.part or ''} {one.status}: {one.note}" for one in found if not isinstance(one, Member))
    text = whole[0].text if whole else ""
    pages = sum(mark.kind == "page" for mark in whole[0].marks) if whole else 0
    theirs = pdftotext(path)
    return Result(path, text, theirs, pages, seconds, notes, similarity(text, theirs))


def read(path: Path) -> Iterator[object]:
    with OpenFile(os.fsencode(path)) as file:
        yield from attempt(open_source(path, file))


def pdftotext(path: Path) -> str:
    command = ["timeout", "60", "pdftotext", "-enc", "UTF-8", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")


def similarity(one: str, other: str) -> float | None:
    ours, theirs = trigrams(one), trigrams(other)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else None


def trigrams(text: str) -> Counter[str]:
    line = " ".join(unicodedata.normalize("NFKC", text).split())
    return Counter(line[at : at + 3] for at in range(len(line) - 2))


def report(corpus: str, folder: Path, results: list[Result], worst: int) -> None:
    scored = sorted((one for one in results if one.alike is not None), key=lambda one: one.alike or 0)
    pages, seconds = sum(one.pages for one in results), sum(one.seconds for one in results if one.pages)
    print(f"{corpus}: {len(results)} files, {pages} pages with text in {seconds:.1f} s, {pages / seconds:.0f} pages/s")
    print(f"median similarity {statistics.median(one.alike or 0 for one in scored):.4f} of {len(scored)} files")
    both = [one.alike or 0 for one in scored if one.text and one.theirs.strip()]
    print(f"where both find text: median {statistics.median(both):.4f}, {sum(a < 0.9 for a in both)} below .9")
    for one in scored[:worst]:
        name = one.path.relative_to(folder)
        print(f"  {one.alike:.3f} {name} ragd {len(one.text)} pdftotext {len(one.theirs)} {'; '.join(one.notes)[:90]}")
    slow = sorted(results, key=lambda one: one.seconds, reverse=True)[:5]
    print("slowest:", ", ".join(f"{one.path.name} {one.seconds:.2f} s for {one.pages} pages" for one in slow))
    reasons = Counter(note for one in results for note in one.notes)
    for reason, count in reasons.most_common():
        print(f"  {count} x {reason}")


if __name__ == "__main__":
    main()
