"""The story of indexing: files are read, their words can be found at once, their meaning follows."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ragd import rules
from ragd.index.catalog import Adopted, Batch, Catalog, Entry, KnownFile, Read
from ragd.index.chunk import Chunker, groups
from ragd.index.grown import Names
from ragd.index.header import embedded_text, header_above, words_above
from ragd.index.words import WordRow, Words
from ragd.parsers.digest import digests_of
from ragd.parsers.mail import labels
from ragd.parsers.pool import Ended, GoesOn, Pool
from ragd.parsers.table import may_grow
from ragd.records import Chunk, Document, Member, Outcome, SourceFile

BATCH_CHUNKS = 2_000  # a batch closes at about this many passages,
BATCH_SECONDS = 1.0  # or after this long
CHARACTERS = 800  # make about a passage
PULSE = 100_000  # characters of a batch between two words of how far it is
CUT_AT_ONCE = 50  # documents that are cut anew between two commits


@dataclass(frozen=True, slots=True)
class Rooms:
    """What reading a file into the index needs."""

    catalog: Catalog
    words: Words
    chunker: Chunker
    reader: Callable[[str], str]  # file name -> the parser that reads it, with its version
    foresee: Callable[[], None]  # called when there is something new to read: the embedder may get ready meanwhile
    pulse: Callable[[int], None]  # called while a long batch is written, with the characters of it that are left


def read_files(
    rooms: Rooms, pool: Pool, files: Iterable[SourceFile], *, stop: threading.Event
) -> Iterator[list[Outcome]]:
    """Read files into the index and yield the outcomes of each batch once it can be found by words.

    A file of known bytes is not parsed: it takes over the documents of the file that has them. Stops after the
    current batch when `stop` is set, and in the middle of one that takes long: nothing of that one is written.
    """
    basket = Basket(rooms, stop)
    for file, item in pool.read(basket.unknown(files, stop), old=basket.old):
        basket.take(file, item)
        if basket.is_full():
            yield basket.close()
        if stop.is_set():
            break
    if basket:
        yield basket.close()
    for _ in rooms.catalog.quotes.settle_rest():
        yield []
        if stop.is_set():
            break


def forget_files(rooms: Rooms, paths: Iterable[str]) -> None:
    """Take files that are no longer there out of sight."""
    rooms.catalog.commit(Batch(missing=list(paths)), chunker=rooms.chunker.version)


def cut_anew(rooms: Rooms, *, stop: threading.Event) -> int:
    """Cut documents whose passages another chunker made, from the text that the catalog keeps. Returns how many.

    What is left when `stop` is set is cut by the next run.
    """
    version = rooms.chunker.version
    if rooms.catalog.setting("cut") == version:
        return 0  # all of it is, and what is read comes to it
    rooms.catalog.put("cut", "")
    old_keys = rooms.catalog.other_readings(version)
    done = 0
    while done < len(old_keys) and not stop.is_set():
        some = old_keys[done : done + CUT_AT_ONCE]
        documents = [rooms.catalog.document(old) for old in some]
        long = _Long(sum(len(one.text) for one in documents), lambda _: None, stop)
        try:
            entries = _entries(rooms, rooms.catalog.reserve(len(some)), documents, long.cut)
            rooms.words.add(long.added(row for entry in entries for row in word_rows(entry)))
        except _Stopped:
            rooms.words.rollback()
            break
        rooms.words.commit()
        for old, entry in zip(some, entries, strict=True):
            rooms.catalog.recut(old, entry, chunker=version, now=time.time())
        done += len(some)
    if done == len(old_keys):
        rooms.catalog.put("cut", version)
    return done


def word_rows(entry: Entry) -> Iterator[WordRow]:
    """What the word index holds of a document."""
    document = entry.document
    for chunk in entry.chunks:
        if chunk.role == "body":
            header = words_above(document.title, document.author, chunk)
            yield WordRow(entry.key, chunk.ordinal, document.title or "", header, chunk.text)
    for ordinal, key in entry.shared:
        chunk = entry.chunks[ordinal]
        yield WordRow(key, 0, "", header_above(None, document.author, chunk), chunk.text)


@dataclass(slots=True)
class _Open:
    """A file that is being read: its parts so far."""

    parts: set[str | None] = field(default_factory=set)
    problems: list[Outcome] = field(default_factory=list)
    documents: int = 0
    chunks: int = 0
    names: Names | None = None  # of parts that come to those that were read before


@dataclass(frozen=True, slots=True)
class _Grown:
    """A file with more behind what was read of it: how much that was, and the digest of all of it now."""

    old: int  # bytes
    digest: str


class Basket:
    """Gathers what parsers yield until there is enough of it for one commit."""

    def __init__(self, rooms: Rooms, stop: threading.Event) -> None:
        self._rooms = rooms
        self._stop = stop
        self._open: dict[SourceFile, _Open] = {}
        self._chunks: dict[str, int] = {}  # new passages so far, by path,
        self._fresh: dict[str, int] = {}  # and new documents
        self._grown: dict[SourceFile, _Grown] = {}
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
                self._look_for_growth(file)
                yield file

    def old(self, file: SourceFile) -> int:
        """How many bytes at the start of a file are as they were when it was read the last time."""
        return self._grown[file].old if file in self._grown else 0

    def _look_for_growth(self, file: SourceFile) -> None:
        """Remember a file that is what it was, with more behind it."""
        found = self._rooms.catalog.lookup.file(str(file.path)) if may_grow(file.path.name) else None
        known = found[0] if found else None
        if not known or known.digest is None or not 0 < known.file.size < file.size:
            return
        if known.status != "indexed" or known.reader != self._rooms.reader(file.path.name):
            return
        with suppress(OSError):  # the parser will say why
            before, now = digests_of(file.path, known.file.size, file.size)
            if before == known.digest:
                self._grown[file] = _Grown(known.file.size, now)

    def _settled(self, file: SourceFile) -> bool:
        reader = self._rooms.reader(file.path.name)
        same_size = [known for known in self._rooms.catalog.of_size(file.size) if known.reader == reader]
        forgotten = self._rooms.catalog.contents.forgotten(file.size)
        digest = digest_of(file) if same_size or forgotten else None
        if digest in forgotten:
            known = KnownFile(file, digest, reader, "skipped", rules.FORGOTTEN_CONTENT)
            self._batch.read.append(Read(known, set(), ()))
            note = rules.FORGOTTEN_AS.format(forgotten[digest])
            self._outcomes.append(Outcome(str(file.path), None, "skipped", note))
            return True
        twins = [known for known in same_size if known.digest == digest] if digest else []
        if not twins:
            return False
        path = str(file.path)
        own = next((known for known in twins if str(known.file.path) == path), None)
        if not own and (labels.by_path(file.path) or labels.by_path(twins[0].file.path)):
            return False  # a Maildir's message that was read meanwhile has other labels: it is parsed, nothing embedded
        known = replace(own or twins[0], file=file)
        if own:
            self._batch.touched.append(known)
        else:
            like = str(twins[0].file.path)
            catalog = self._rooms.catalog
            self._batch.adopted.append(Adopted(known, catalog.places_of(like), catalog.problems_of(like)))
        self._outcomes.append(Outcome(path, None, "unchanged", None if own else f"the same bytes as {like}"))
        return True

    def take(self, file: SourceFile, item: Member | Outcome | GoesOn | Ended) -> None:
        """Add what a parser yielded."""
        state = self._open.setdefault(file, _Open())
        if isinstance(item, GoesOn):
            path = str(file.path)
            state.names = Names(lambda part: self._rooms.catalog.lookup.has_part(path, part))
        elif isinstance(item, Ended):
            self._end(file, item, self._open.pop(file))
        else:
            part = state.names.of(item.part) if state.names else item.part
            self._add(file, replace(item, part=part), state)

    def _add(self, file: SourceFile, item: Member | Outcome, state: _Open) -> None:
        if isinstance(item, Member):
            self._rooms.foresee()
            state.parts.add(item.part)
            state.documents += 1
            self._members.append((file, item))
            self._characters += len(item.document.text)
        else:
            state.problems.append(item)
            self._outcomes.append(item)

    def _end(self, file: SourceFile, ended: Ended, state: _Open) -> None:
        reader = self._rooms.reader(file.path.name)
        grown = self._grown.pop(file, None)
        digest = grown.digest if grown and state.names else ended.digest
        outcome = ended.outcome if state.documents or grown else _of_parts(ended.outcome, state.problems)
        known = KnownFile(file, digest, reader, outcome.status, outcome.note)
        self._batch.read.append(Read(known, state.parts, state.problems, grown=state.names is not None))
        self._outcomes.append(replace(outcome, documents=state.documents))

    def is_full(self) -> bool:
        return self._characters > BATCH_CHUNKS * CHARACTERS or time.monotonic() - self._since > BATCH_SECONDS

    def close(self) -> list[Outcome]:
        """Make what was gathered visible; what became of each file. Of a long batch that is stopped nothing."""
        try:
            return self._write()
        except _Stopped:
            self._rooms.words.rollback()
            self._start_batch()
            return []

    def _write(self) -> list[Outcome]:
        catalog, words, chunker = self._rooms.catalog, self._rooms.words, self._rooms.chunker
        keys, new = self._keys()
        long = _Long(self._characters, self._rooms.pulse, self._stop)
        own_keys = [keys[document.id, document.family] for document in new]
        self._batch.entries = _entries(self._rooms, own_keys, new, long.cut)
        if new:
            words.add(long.added(row for entry in self._batch.entries for row in word_rows(entry)))
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
        """The outcomes, with what is new of each file: documents and passages, of a long one in earlier batches too."""
        sizes = {entry.key: len(entry.chunks) for entry in self._batch.entries}
        for file, _, key in self._batch.members:
            path = str(file.path)
            self._fresh[path] = self._fresh.get(path, 0) + (key in sizes)
            self._chunks[path] = self._chunks.get(path, 0) + sizes.pop(key, 0)
        return [
            replace(one, chunks=self._chunks.pop(one.path, 0), new=self._fresh.pop(one.path, 0))
            if one.status == "indexed"
            else one
            for one in self._outcomes
        ]


def _of_parts(outcome: Outcome, parts: Sequence[Outcome]) -> Outcome:
    """What became of a file of which nothing was read: it could be opened, but what its parts are it is."""
    failed = sum(one.status == "failed" for one in parts)
    if outcome.status != "indexed" or not failed:
        return outcome
    note = "its only part could not be read" if failed == 1 else f"{failed:,} of its parts could not be read"
    return replace(outcome, status="failed", note=note)


class _Stopped(Exception):
    """The run was stopped in the middle of a long batch."""


class _Long:
    """A batch that is being written: how much of it is left, and whether it may be given up when a run is stopped."""

    def __init__(self, characters: int, pulse: Callable[[int], None], stop: threading.Event) -> None:
        self._left = self._told = float(characters)
        self._pulse = pulse
        self._stop = stop
        self._is_long = characters > 2 * BATCH_CHUNKS * CHARACTERS  # another one is done before anybody notices

    def cut(self, characters: int) -> None:
        """So much more was cut, which is three quarters of the work."""
        self._done(characters * 0.75)

    def added(self, rows: Iterable[WordRow]) -> Iterator[WordRow]:
        for row in rows:
            yield row
            self._done(len(row.body) * 0.25)

    def _done(self, characters: float) -> None:
        self._left = max(self._left - characters, 0.0)
        if self._is_long and self._stop.is_set():
            raise _Stopped
        if self._told - self._left >= PULSE:
            self._told = self._left
            self._pulse(int(self._left))


def _entries(
    rooms: Rooms, keys: Sequence[int], documents: Sequence[Document], done: Callable[[int], None]
) -> list[Entry]:
    cut = zip(keys, documents, rooms.chunker.chunks_of(documents, cut=done), strict=True)
    entries = [Entry(key, document, chunks, _hashes(document, chunks)) for key, document, chunks in cut]
    return _with_shared(rooms.catalog, entries)


def _with_shared(catalog: Catalog, entries: list[Entry]) -> list[Entry]:
    """The entries with a key for the words of each signature and foot that no mail had before."""
    first: dict[bytes, tuple[int, int]] = {}
    for at, entry in enumerate(entries):
        for chunk in entry.chunks:
            if chunk.role != "body":
                first.setdefault(entry.hashes[chunk.ordinal], (at, chunk.ordinal))
    known = catalog.shared.known(first)
    new = [place for digest, place in first.items() if digest not in known]
    shared: dict[int, list[tuple[int, int]]] = {}
    for (at, ordinal), key in zip(new, catalog.reserve(len(new)) if new else [], strict=True):
        shared.setdefault(at, []).append((ordinal, key))
    return [replace(entry, shared=shared.get(at, ())) for at, entry in enumerate(entries)]


def _hashes(document: Document, chunks: Sequence[Chunk]) -> list[bytes]:
    """The hash of what is embedded for each passage; those of one group share it."""
    hashes: dict[int, bytes] = {}
    for group in groups(chunks):
        text = embedded_text(document.title, document.author, *group)
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        hashes |= dict.fromkeys((chunk.ordinal for chunk in group), digest)
    return [hashes[chunk.ordinal] for chunk in chunks]


def digest_of(file: SourceFile) -> str | None:
    """The digest of a file's bytes, hex; None where it cannot be read: the parser will say why."""
    try:
        return digests_of(file.path, file.size)[0]
    except OSError:
        return None
