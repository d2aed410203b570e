"""How much of mail is embedded when quotes, signatures and feet are told apart, and how fast mail is read.

    python tests/bench/quotes.py --data ../shared [--workers 2]

Every message of corpora/mail-spamassassin is read, nothing embedded: first parsed, threaded and quotes compared alone,
then cut into passages and put into the word index too. Counted are the embedder's tokens of the passages that would be
embedded, each different passage once, against those of the same messages cut whole: all messages, and those in threads
of two and more.
"""

import argparse
import hashlib
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ragd.config import Config
from ragd.embedding import Embedding
from ragd.home import models_path
from ragd.index import ingest
from ragd.index.catalog import Catalog, View
from ragd.index.catalog.record import Stored
from ragd.index.chunk import Chunker
from ragd.index.header import embedded_text, header_above
from ragd.index.regions import regions
from ragd.index.words import Words
from ragd.parsers.pool import Pool
from ragd.parsers.table import reader_version
from ragd.records import Chunk, Document, SourceFile


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    given.add_argument("--workers", type=int, default=2)
    options = given.parse_args()
    files = sorted((options.data / "corpora/mail-spamassassin").resolve().rglob("*.eml"))
    chunker = Embedding(Config(), models_path()).chunker
    with tempfile.TemporaryDirectory() as scratch:
        seconds, _ = timed(Path(scratch) / "alone.sqlite", files, Whole(), Nowhere(), workers=options.workers)
    print(f"parsed, threaded, quotes compared: {len(files) / seconds:.0f} messages a second ({seconds:.1f} s)")
    with tempfile.TemporaryDirectory() as scratch:
        path, words = Path(scratch) / "catalog.sqlite", Words.open(Path(scratch) / "words")
        seconds, catalog = timed(path, files, chunker, words, workers=options.workers)
        print(f"and cut into passages, words found: {len(files) / seconds:.0f} messages a second ({seconds:.1f} s)")
        report(catalog, View(path), chunker)
        words.close()


def timed(
    path: Path, files: list[Path], chunker: "Chunker | Whole", words: "Words | Nowhere", *, workers: int
) -> tuple[float, Catalog]:
    """How many seconds reading takes from the first file to the last commit, workers' start included."""
    catalog = Catalog(path)
    rooms = ingest.Rooms(catalog, words, chunker, reader_version, lambda: None, lambda _: None)  # type: ignore[arg-type]
    start = time.monotonic()
    with Pool(workers) as pool:
        for _ in ingest.read_files(rooms, pool, map(source_file, files), stop=threading.Event()):
            pass
    return time.monotonic() - start, catalog


class Whole:
    """Leaves every stretch of a mail whole: its writer's words, each quote."""

    version = "whole"

    def chunks_of(self, documents: Sequence[Document], *, cut: object = None) -> list[list[Chunk]]:
        return [
            [
                Chunk(one.id, number, start, end, one.text[start:end], (), None, quoted, None, role)
                for number, (start, end, quoted, role) in enumerate(regions(one))
            ]
            for one in documents
        ]


class Nowhere:
    """A word index that keeps nothing."""

    def add(self, rows: Iterable[object]) -> None:
        pass

    def commit(self) -> None:
        pass


def source_file(path: Path) -> SourceFile:
    seen = path.stat()
    return SourceFile(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)


def report(catalog: Catalog, view: View, chunker: Chunker) -> None:
    threads: dict[int, str | None] = {}
    for _, _, _, key in view.places():
        found = view.found(key, lambda _: True)
        if found and found.kind == "mail":
            threads[key] = found.thread
    sizes = Counter(threads.values())
    in_threads = [key for key, thread in threads.items() if thread and sizes[thread] > 1]
    several = [size for size in sizes.values() if size > 1]
    print(f"{len(threads)} messages; {len(several)} threads of two and more hold {sum(several)}")
    covered = len(view.covered(threads))
    quoted = sum(one.chunk.quoted for key in threads for one in catalog.of_key(key))
    print(f"{quoted} passages are quotes; of {covered} the message is in the index itself")
    answers = [key for key in in_threads if catalog.document(key).references]
    for name, keys in (("all messages", list(threads)), ("in threads", in_threads), ("answers in threads", answers)):
        ours = tokens(chunker, shown(catalog, view, keys))
        whole = tokens(chunker, cut_whole(chunker, (catalog.document(key) for key in keys)))
        print(f"{name}: {ours:,} tokens embedded, {whole:,} if every body were embedded whole: {ours / whole:.1%}")
        ours = tokens(chunker, shown(catalog, view, keys, bare=True))
        whole = tokens(chunker, cut_whole(chunker, (catalog.document(key) for key in keys), bare=True))
        print(f"  without the headers of sender and subject: {ours:,} of {whole:,}: {ours / whole:.1%}")


def shown(catalog: Catalog, view: View, keys: Iterable[int], *, bare: bool = False) -> Iterator[str]:
    """What is embedded; `bare`: without the header of each passage."""
    for key in keys:
        hidden = view.covered([key])
        rows: dict[int, list[Stored]] = {}
        for one in catalog.of_key(key):
            if (key, one.ordinal) not in hidden and one.chunk.role != "foot":
                rows.setdefault(one.passage, []).append(one)
        for group in rows.values():
            title, author = (None, None) if bare else (group[0].title, group[0].author)
            yield embedded_text(title, author, *(one.chunk for one in group))


def cut_whole(chunker: Chunker, documents: Iterable[Document], *, bare: bool = False) -> Iterator[str]:
    for document in documents:
        [chunks] = chunker.chunks_of([replace(document, asides=())])
        title, author = (None, None) if bare else (document.title, (document.author or "").partition(" <")[0])
        # The text as it stands, with the marks of quoting and the rules that are not embedded otherwise.
        yield from (f"{header_above(title, author, chunk)}\n{chunk.text}".strip() for chunk in chunks)


def tokens(chunker: Chunker, texts: Iterable[str]) -> int:
    """Of the different ones: a text is embedded once."""
    seen: set[bytes] = set()
    total = 0
    for text in texts:
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        if digest not in seen:
            seen.add(digest)
            total += chunker.count(text)
    return total


if __name__ == "__main__":
    main()
