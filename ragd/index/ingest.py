"""The story of indexing: files are read, their words can be found at once, their meaning follows."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from ragd.index.catalog import Adopted, Batch, Catalog, Entry, KnownFile, Read
from ragd.index.chunk import Chunker, embedded_text, header_above
from ragd.index.words import WordRow, Words
from ragd.parsers.pool import Ended, Pool
from ragd.records import Chunk, Document, Member, Outcome, SourceFile

if TYPE_CHECKING:
    import numpy

    from ragd.index.vectors import Vectors

BATCH_CHUNKS = 2_000  # a batch closes at about this many passages,
BATCH_SECONDS = 1.0  # or after this long
MEANING_AT_ONCE = 128  # passages embedded between two commits: about a second on two cores


class Embedding(Protocol):
    """What gives passages their vectors."""

    def passages(self, texts: Sequence[str]) -> "numpy.ndarray": ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """What reading a file into the index needs."""

    catalog: Catalog
    words: Words
    chunker: Chunker
    reader: Callable[[str], str]  # file name -> the parser that reads it, with its version
    foresee: Callable[[], None]  # called when there is something new to read: the embedder may get ready meanwhile


@dataclass(frozen=True, slots=True)
class Meaning:
    """What giving passages their vectors needs: one space, and the embedder whose vectors live there."""

    space: int
    vectors: "Vectors"
    embedder: Embedding


def read_files(
    rooms: Rooms, pool: Pool, files: Iterable[SourceFile], *, stop: threading.Event
) -> Iterator[list[Outcome]]:
    """Read files into the index and yield the outcomes of each batch once it can be found by words.

    A file of known bytes is not parsed: it takes over the documents of the file that has them. Stops after the
    current batch when `stop` is set.
    """
    basket = Basket(rooms)
    for file, item in pool.read(basket.unknown(files, stop)):
        basket.take(file, item)
        if basket.is_full():
            yield basket.close()
        if stop.is_set():
            break
    if basket:
        yield basket.close()


def forget_files(rooms: Rooms, paths: Iterable[str]) -> None:
    """Take files that are no longer there out of sight."""
    rooms.catalog.commit(Batch(missing=list(paths)), chunker=rooms.chunker.version)


class MeaningGiver:
    """Gives passages their vectors, one batch a call; while a batch is written the next is embedded already."""

    def __init__(self, catalog: Catalog, meaning: Meaning) -> None:
        self._catalog = catalog
        self._meaning = meaning
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ragd-meaning")
        self._ahead: _Embedding | None = None

    def give(self, owed: Sequence[int]) -> int:
        """Write one batch of passages that are owed, having begun the one after it. Returns how many were written."""
        current = self._ahead or self._begin(owed[:MEANING_AT_ONCE])
        begun = set(current.passages)
        others = [passage for passage in owed if passage not in begun][:MEANING_AT_ONCE]
        self._ahead = self._begin(others) if others else None
        return self._write(current)

    def finish(self) -> int:
        """Write what was begun. Returns how many."""
        current, self._ahead = self._ahead, None
        return self._write(current) if current else 0

    def close(self) -> None:
        """Let go of what was begun; it stays owed."""
        self._thread.shutdown(cancel_futures=True)

    def _begin(self, owed: Sequence[int]) -> "_Embedding":
        rows = list(self._catalog.of_passages(owed))
        texts = [embedded_text(row.title, row.author, row.chunk) for row in rows]
        return _Embedding([row.passage for row in rows], self._thread.submit(self._meaning.embedder.passages, texts))

    def _write(self, batch: "_Embedding") -> int:
        # On the disk when `add` returns: only then may the catalog say so.
        self._meaning.vectors.add(batch.passages, batch.vectors.result())
        self._catalog.spaces.mark(self._meaning.space, batch.passages)
        return len(batch.passages)


@dataclass(frozen=True, slots=True)
class _Embedding:
    """Passages whose vectors are being made."""

    passages: list[int]
    vectors: "Future[numpy.ndarray]"


def cut_anew(rooms: Rooms) -> int:
    """Cut documents whose passages another chunker made, from the text that the catalog keeps. Returns how many."""
    old_keys = rooms.catalog.other_readings(rooms.chunker.version)
    for old in old_keys:
        document = rooms.catalog.document(old)
        key = rooms.catalog.reserve(1)[0]
        [entry] = _entries(rooms.chunker, [key], [document])
        rooms.words.add(word_rows(entry))
        rooms.words.commit()
        rooms.catalog.recut(old, entry, chunker=rooms.chunker.version, now=time.time())
    return len(old_keys)


def word_rows(entry: Entry) -> Iterator[WordRow]:
    """What the word index holds of a document."""
    document = entry.document
    for chunk in entry.chunks:
        header = header_above(document.title, document.author, chunk)
        yield WordRow(entry.key, chunk.ordinal, document.title or "", header, chunk.text)


@dataclass(slots=True)
class _Open:
    """A file that is being read: its parts so far."""

    parts: set[str | None] = field(default_factory=set)
    problems: list[Outcome] = field(default_factory=list)
    documents: int = 0
    chunks: int = 0


class Basket:
    """Gathers what parsers yield until there is enough of it for one commit."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._open: dict[SourceFile, _Open] = {}
        self._start_batch()

    def __bool__(self) -> bool:
        return bool(self._batch or self._members)

    def _start_batch(self) -> None:
        self._batch = Batch()
        self._members: list[tuple[SourceFile, Member]] = []
        self._outcomes: list[Outcome] = []
        self._new: dict[tuple[str, str], list[Document]] = {}
        self._characters = 0
        self._since = time.monotonic()

    def unknown(self, files: Iterable[SourceFile], stop: threading.Event) -> Iterator[SourceFile]:
        """Those of the files whose bytes no known file has; the others are settled here."""
        for file in files:
            if stop.is_set():
                return
            if not self._settled(file):
                yield file

    def _settled(self, file: SourceFile) -> bool:
        reader = self._rooms.reader(file.path.name)
        same_size = [known for known in self._rooms.catalog.of_size(file.size) if known.reader == reader]
        digest = digest_of(file) if same_size else None
        twins = [known for known in same_size if known.digest == digest] if digest else []
        if not twins:
            return False
        path = str(file.path)
        own = next((known for known in twins if str(known.file.path) == path), None)
        known = replace(own or twins[0], file=file)
        if own:
            self._batch.touched.append(known)
        else:
            like = str(twins[0].file.path)
            catalog = self._rooms.catalog
            self._batch.adopted.append(Adopted(known, catalog.places_of(like), catalog.problems_of(like)))
        self._outcomes.append(Outcome(path, None, "unchanged", None if own else f"the same bytes as {like}"))
        return True

    def take(self, file: SourceFile, item: Member | Outcome | Ended) -> None:
        """Add what a parser yielded."""
        state = self._open.setdefault(file, _Open())
        if isinstance(item, Member):
            self._rooms.foresee()
            state.parts.add(item.part)
            state.documents += 1
            self._members.append((file, item))
            self._characters += len(item.document.text)
        elif isinstance(item, Outcome):
            state.problems.append(item)
            self._outcomes.append(item)
        else:
            self._end(file, item, self._open.pop(file))

    def _end(self, file: SourceFile, ended: Ended, state: _Open) -> None:
        reader = self._rooms.reader(file.path.name)
        known = KnownFile(file, ended.digest, reader, ended.outcome.status, ended.outcome.note)
        self._batch.read.append(Read(known, frozenset(state.parts), state.problems))
        self._outcomes.append(replace(ended.outcome, documents=state.documents))

    def is_full(self) -> bool:
        # About 800 characters make a passage.
        return self._characters > BATCH_CHUNKS * 800 or time.monotonic() - self._since > BATCH_SECONDS

    def close(self) -> list[Outcome]:
        """Make what was gathered visible, and yield what became of each file."""
        catalog, words, chunker = self._rooms.catalog, self._rooms.words, self._rooms.chunker
        keys, new = self._keys()
        self._batch.entries = _entries(chunker, [keys[document.id, document.family] for document in new], new)
        if new:
            words.add(row for entry in self._batch.entries for row in word_rows(entry))
            words.commit()  # under reserved keys: nobody sees these rows before the catalog knows them
        self._batch.members = [
            (file, member, keys[member.document.id, member.document.family]) for file, member in self._members
        ]
        catalog.commit(self._batch, chunker=chunker.version)
        outcomes = self._with_chunks()
        self._start_batch()
        return outcomes

    def _keys(self) -> tuple[dict[tuple[str, str], int], list[Document]]:
        """A key for every document of the batch, and those documents that the index did not have."""
        catalog, version = self._rooms.catalog, self._rooms.chunker.version
        documents = {(m.document.id, m.document.family): m.document for _, m in self._members}
        keys = {}
        for name, document in documents.items():
            known = catalog.key_of(document.id, f"{document.family} {version}")
            if known is not None:
                keys[name] = known
        new = [document for name, document in documents.items() if name not in keys]
        for document, key in zip(new, catalog.reserve(len(new)) if new else [], strict=True):
            keys[document.id, document.family] = key
        return keys, new

    def _with_chunks(self) -> list[Outcome]:
        counts: dict[str, int] = {}
        sizes = {entry.document.id: len(entry.chunks) for entry in self._batch.entries}
        for file, member, _ in self._batch.members:
            path = str(file.path)
            counts[path] = counts.get(path, 0) + sizes.get(member.document.id, 0)
        return [
            replace(one, chunks=counts.get(one.path, 0)) if one.status == "indexed" else one for one in self._outcomes
        ]


def _entries(chunker: Chunker, keys: Sequence[int], documents: Sequence[Document]) -> list[Entry]:
    cut = zip(keys, documents, chunker.chunks_of(documents), strict=True)
    return [Entry(key, document, chunks, _hashes(document, chunks)) for key, document, chunks in cut]


def _hashes(document: Document, chunks: Sequence[Chunk]) -> list[bytes]:
    texts = (embedded_text(document.title, document.author, chunk) for chunk in chunks)
    return [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]


def digest_of(file: SourceFile) -> str | None:
    """sha256 of a file's bytes, hex; None where it cannot be read: the parser will say why."""
    try:
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
