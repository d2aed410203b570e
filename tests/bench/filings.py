"""Whether a question about a long filing finds the page that answers it: hit@k by page with `library.search`.

    python tests/bench/filings.py --data ../shared

Each question of corpora/filings-pdf comes with passages that answer it; their pages are those whose own text, by
pdfium, holds the most of a passage (its first 300 characters without white space, in pieces of 20). A question is hit
when one of the first k passages covers such a page of the right file, all files being searched at once. What ranks
pages was tuned on the questions of filing_pages.toml, which are asked first.
"""

import argparse
import json
import re
import shutil
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import pypdfium2

from ragd import Library
from ragd.records import Hit

DEPTHS = (1, 5, 10, 20)
OWN: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("filing_pages.toml").read_text())["question"]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    folder = given.parse_args().data / "corpora" / "filings-pdf"
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch) / "files"
        shutil.copytree(folder, files, ignore=shutil.ignore_patterns("*.json*"))
        pages = {path.stem: pages_of(path) for path in files.glob("*.pdf")}
        with Library.open(Path(scratch) / "home") as library:
            start = time.monotonic()
            library.add([files])
            passages = library.status()["chunks"]
            print(f"{len(pages)} files, {passages} passages in {time.monotonic() - start:.0f} s")
            own = [own_rank(library.search(one["ask"], max(DEPTHS)), one, pages) for one in OWN]
            ranks = [rank(library.search(one["text"], max(DEPTHS)), one["metadata"], pages) for one in questions]
    tell("filing_pages.toml", [f"{one['file']}: {one['ask'][:90]}" for one in OWN], own)
    tell("questions.jsonl", [f"{one['metadata']['doc']}: {one['text'][:90]}" for one in questions], ranks)


def tell(name: str, asked: list[str], ranks: list[int | None]) -> None:
    print(name)
    for question, found in zip(asked, ranks, strict=True):
        print(f"  {found or '-':>3}  {question}")
    for depth in DEPTHS:
        hit = sum(found is not None and found <= depth for found in ranks)
        print(f"hit@{depth}: {hit} of {len(ranks)} ({hit / len(ranks):.2f})")


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [squeezed(page.get_textpage().get_text_range()) for page in pdf]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\ufffe-]+", "", text)


def rank(hits: list[Hit], wanted: dict[str, object], pages: dict[str, list[str]]) -> int | None:
    """The 1-based rank of the first hit that covers a page with the evidence."""
    name, passages = str(wanted["doc"]), wanted["evidence_text"]
    assert isinstance(passages, list)
    return first(hits, name, {number for passage in passages for number in where(squeezed(passage)[:300], pages[name])})


def own_rank(hits: list[Hit], wanted: dict[str, Any], pages: dict[str, list[str]]) -> int | None:
    """The same, where the pages are told by words that stand on them."""
    held = [[squeezed(words) for words in wanted[name]] for name in ("holds", "also") if name in wanted]
    texts = enumerate(pages[wanted["file"]], start=1)
    right = {number for number, text in texts if any(all(words in text for words in one) for one in held)}
    assert right, wanted
    return first(hits, wanted["file"], right)


def first(hits: list[Hit], name: str, right: set[int]) -> int | None:
    for number, hit in enumerate(hits, start=1):
        if Path(hit.document.path).stem == name and covered(hit) & right:
            return number
    return None


def covered(hit: Hit) -> set[int | None]:
    return {hit.page, *(mark.level for mark in hit.chunk.marks if mark.kind == "page" and hit.start < mark.offset)}


def where(passage: str, pages: list[str]) -> set[int]:
    """The pages that hold the most of a passage's pieces."""
    pieces = [passage[at : at + 20] for at in range(0, max(len(passage) - 19, 1), 10)]
    counts = [sum(piece in page for piece in pieces) for page in pages]
    return {number for number, count in enumerate(counts, start=1) if count == max(counts) > 0}


if __name__ == "__main__":
    main()
