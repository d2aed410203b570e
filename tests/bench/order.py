"""The same corpus, added whole or in parts and in other orders, gives the same documents, threads and chunks.

    python tests/bench/order.py --data ../shared [--only mail-spamassassin,...] [--seed 1]

Each corpus is copied, then read four times into empty homes: as `ragd add` does; in the reverse order; in ten parts of
a random order, each in a run of its own; and folder by folder as roots of their own. What the catalog holds afterwards
is compared: places with their document and labels, threads as sets of messages, chunks with their spans and whether a
search shows them.
"""

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from measured import reading

from ragd.records import SourceFile

Contents = dict[str, frozenset[object]]
SQL = {
    "documents": "SELECT DISTINCT id, kind, title, author, date FROM documents JOIN places USING (key)",
    "places": "SELECT path, part, id, labels, within, conversations, dated FROM places JOIN documents USING (key)",
    "chunks": "SELECT id, ordinal, start, stop, quoted, covered FROM chunks JOIN documents USING (key)"
    " WHERE key IN (SELECT key FROM places)",
    "problems": "SELECT path, part, status, note FROM problems",
}
THREADS = (
    "SELECT thread, message_id FROM threads JOIN documents USING (message_id) WHERE key IN (SELECT key FROM places)"
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    given.add_argument("--only", default="", help="corpora, separated by commas")
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    only = set(filter(None, options.only.split(",")))
    same = True
    for corpus in sorted(path for path in (options.data / "corpora").iterdir() if not only or path.name in only):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            same &= compare(corpus, Path(scratch), random.Random(options.seed))
    print("all the same" if same else "NOT the same")
    raise SystemExit(not same)


def compare(corpus: Path, scratch: Path, chance: random.Random) -> bool:
    files = scratch / "files"
    shutil.copytree(corpus, files)
    ways: dict[str, Callable[[Path], None]] = {
        "whole": lambda home: in_parts(home, files, lambda some: [some]),
        "reversed": lambda home: in_parts(home, files, lambda some: [some[::-1]]),
        "ten parts": lambda home: in_parts(home, files, lambda some: shuffled(some, chance)),
        "folders": lambda home: by_folders(home, files, chance),
    }
    first: Contents | None = None
    same = True
    for way, add in ways.items():
        home, began = scratch / way, time.monotonic()
        add(home)
        found = contents(home / "catalog.sqlite")
        counts = ", ".join(f"{len(rows):,} {what}" for what, rows in found.items())
        print(f"{corpus.name}, {way}: {counts} in {time.monotonic() - began:.0f} s", flush=True)
        same &= first is None or not differs(first, found)
        first = first or found
    return same


def in_parts(home: Path, root: Path, parts: Callable[[list[SourceFile]], Iterable[list[SourceFile]]]) -> None:
    with reading(home) as at_work:
        [difference] = at_work.look(at_work.remember([root]))
        files = list(difference.read)
    for some in parts(files):
        with reading(home) as at_work:
            at_work.read_files(some)


def shuffled(files: list[SourceFile], chance: random.Random) -> list[list[SourceFile]]:
    mixed = chance.sample(files, len(files))
    return [mixed[number::10] for number in range(10)]


def by_folders(home: Path, root: Path, chance: random.Random) -> None:
    entries = sorted(root.iterdir())
    for entry in chance.sample(entries, len(entries)):
        with reading(home) as at_work:
            at_work.read(at_work.look(at_work.remember([entry])))


def contents(catalog: Path) -> Contents:
    connection = sqlite3.connect(catalog)
    found: Contents = {what: frozenset(connection.execute(sql).fetchall()) for what, sql in SQL.items()}
    members: dict[str, set[str]] = {}
    for thread, message in connection.execute(THREADS):
        members.setdefault(thread, set()).add(message)
    connection.close()
    return found | {"threads": frozenset((name, frozenset(some)) for name, some in members.items())}


def differs(one: Contents, other: Contents) -> bool:
    different = [what for what in one if one[what] != other[what]]
    for what in different:
        print(f"  {what} differ: {_some(one[what] - other[what])} against {_some(other[what] - one[what])}")
    return bool(different)


def _some(rows: Collection[object]) -> str:
    return f"{len(rows)} such as {str(next(iter(rows), None))[:300]}"


if __name__ == "__main__":
    main()
