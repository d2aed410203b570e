"""Compares what ragd reads of note exports with the notes that another importer makes of the same files.

`python tests/bench/notes.py --data shared/corpora/notes-importer-formats`: beside its exports that folder holds, in
folders called "expected", the Markdown that they should become. A note's words are compared as a bag, without markup,
frontmatter and addresses: `kept` is how much of the expected is read, `own` how much of what is read is expected.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from ragd.parsers.source import OpenFile, attempt, open_source  # noqa: E402
from ragd.records import Document, Member  # noqa: E402

FRONT = re.compile(r"\A---\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
ADDRESS = re.compile(
    r"\]\([^)\s]*(?:\s\"[^\"]*\")?\)|<[^<>\n]{1,300}>|https?://\S+|!\[\[[^\]]*\]\]|\^[0-9a-f-]{6,}|\[\[[^\]|]*\|"
)
WORD = re.compile(r"\w+")
SUFFIXES = {".enex", ".json", ".html", ".zip", ".bear2bk", ".one", ".md", ".csv"}


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(ADDRESS.sub(" ", FRONT.sub("", text)).lower().replace("_", " ")))


def read(path: Path) -> list[Document]:
    with OpenFile(bytes(path)) as file:
        return [found.document for found in attempt(open_source(path, file)) if isinstance(found, Member)]


def expected_of(path: Path) -> list[Path]:
    """The notes that an export should become: in a folder of its name, or a file of its name."""
    folder = path.parent / "expected"
    names = (path.stem, path.name, "")
    for name in names[:2]:
        if (folder / name).is_dir():
            return sorted((folder / name).rglob("*.md"))
    return [folder / f"{path.stem}.md"] if (folder / f"{path.stem}.md").exists() else []


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--below", type=float, default=0.95, help="name the notes that match less")
    given = arguments.parse_args()
    totals: dict[str, list[tuple[float, float]]] = {}
    for path in sorted(given.data.rglob("*")):
        if path.suffix not in SUFFIXES or "expected" in path.parts or not path.is_file():
            continue
        documents = read(path)
        for note in expected_of(path):
            wanted = words(note.read_text(encoding="utf-8"))
            if not wanted:
                continue
            kept, own = max((match(wanted, document) for document in documents), key=sum, default=(0.0, 0.0))
            totals.setdefault(path.relative_to(given.data).parts[0], []).append((kept, own))
            if kept < given.below:
                print(f"{path.relative_to(given.data)} -> {note.name}: kept {kept:.2f}, own {own:.2f}")
    print("\nexport | notes | kept | own | whole")
    for kind, found in totals.items():
        mean = [sum(values) / len(found) for values in zip(*found, strict=True)]
        print(f"{kind} | {len(found)} | {mean[0]:.3f} | {mean[1]:.3f} | {sum(kept >= 0.99 for kept, _ in found)}")


def match(wanted: Counter[str], document: Document) -> tuple[float, float]:
    found = words(document.text)
    both = (wanted & found).total()
    titled = found - words(document.title or "")  # a title stands in the file's name there
    return both / wanted.total(), min(1.0, both / max(titled.total(), 1))


if __name__ == "__main__":
    main()
