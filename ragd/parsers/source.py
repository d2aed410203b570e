"""What a parser is given: the bytes of one file or of one part in it, and a way to hand on the parts inside."""

import hashlib
import io
import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from errno import EINVAL
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from ragd.parsers.decode import is_binary, sound
from ragd.parsers.digest import Digest
from ragd.parsers.recognise import HEAD
from ragd.parsers.sniff import TEXTUAL, is_plain, looks_like, mislabelled
from ragd.parsers.table import TEXT, Format, format_by_content, format_of, missing
from ragd.parsers.unkeyed import unkeyed
from ragd.records import Kind, Member, Outcome
from ragd.rules import saved_as, secret_rule
from ragd.vaults import HEAD as SMALL
from ragd.vaults import secret_in

DEPTH = 8  # a message in a message in a message ...: deeper than anyone forwards
UNPACKED = 1 << 30  # bytes that the archives in a file may unpack to, or
UNPACKED_RATIO = 20  # times its size, if that is more
SPOOLED = 128 << 20  # bytes of an archive within an archive that are held in memory; more go to a temporary file
Parsed = Iterator[Member | Outcome]


class Unreadable(Exception):
    """This file or part cannot be read; the message is the reason, for a person."""


class NothingInIt(Exception):
    """There is nothing to read here, and that is no fault; the message is the reason, for a person."""


class AnotherFormat(Exception):
    """The content is not what its first bytes showed: raised before anything was yielded, the name decides then."""


class ChangedMeanwhile(Exception):
    """The file changed between the first byte and the last."""


class OpenFile:
    """A file that is being read: hashes what goes by, and knows whether the file changed meanwhile."""

    def __init__(self, handed: bytes | int, *, seen: int | None = None, old: int = 0) -> None:
        """`handed` is a path, or the descriptor of a file that was opened already; it is closed in the end.

        `seen` is how many bytes it had when it was looked at, `old` how many of them are in the index already.
        """
        # O_NONBLOCK: a pipe that took the file's place would otherwise hold the reader until someone writes to it
        self._descriptor = handed if isinstance(handed, int) else os.open(handed, os.O_RDONLY | os.O_NONBLOCK)
        self._before = os.fstat(self._descriptor)
        self._hash = Digest()
        self._left = self._before.st_size  # what is appended from now on belongs to the next reading
        if not stat.S_ISREG(self._before.st_mode):
            os.close(self._descriptor)
            raise Unreadable("is not a regular file")
        self._seen = self.size if seen is None else seen
        self.old = old
        self.begins = 0  # where reading begins
        self.grows = False  # what is appended belongs to the next reading

    @property
    def size(self) -> int:
        return self._before.st_size

    def __enter__(self) -> "OpenFile":
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._descriptor)

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, b"" at the end of the file as it was when it was opened."""
        piece = os.read(self._descriptor, min(count, self._left))
        self._left -= len(piece)
        self._hash.update(piece)
        return piece

    def go_on(self, *, at: int) -> None:
        """Read from `at` to where the file ended when it was seen; the digest is then that of these bytes alone."""
        self.begins, self.grows = at, True
        os.lseek(self._descriptor, at, os.SEEK_SET)
        self._left = max(min(self._seen, self.size) - at, 0)

    def peek(self, count: int, offset: int = 0) -> bytes:
        """Up to `count` bytes from `offset` on; what is read in order goes on where it was."""
        return os.pread(self._descriptor, max(min(count, self.size - offset), 0), offset)

    def rest(self) -> bytes:
        """All that was not read yet; raises ChangedMeanwhile when the file is not what it was."""
        pieces = []
        while piece := self.read(1 << 22):
            pieces.append(piece)
        if self.changed():
            raise ChangedMeanwhile
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def changed(self, *, may_grow: bool = False) -> bool:
        """Whether the file is another one than when it was opened; `may_grow`: a longer one is not."""
        now = os.fstat(self._descriptor)
        if may_grow and now.st_size > self._before.st_size:
            return False
        return (now.st_size, now.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns)

    def digest(self) -> str:
        """The digest of the whole file, in hex; reads what the parser did not."""
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()


class _Raw(io.RawIOBase):
    def __init__(self, file: OpenFile) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class _Seekable(io.RawIOBase):
    """An open file read at will, as long as it was when it was opened; its hash is taken when all is read at last."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size}[whence]
        if start + offset < 0:
            raise OSError(EINVAL, "seeks before its start")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = self._file.peek(len(buffer), self._at)
        self._at += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


@dataclass(slots=True)
class Budget:
    """How many bytes the archives in one file may still unpack to, all together, and who is told that work goes on."""

    left: int = UNPACKED
    alive: Callable[[], None] = lambda: None

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise Unreadable("unpacks to more than it may (an archive bomb?)")


@dataclass(slots=True)
class Source:
    """One file (`part` None) or one part of it, as a parser sees it."""

    path: Path
    name: str
    load: Callable[[], bytes]
    file: OpenFile | None = None  # only of a whole file
    part: str | None = None
    format: Format = TEXT
    depth: int = 0
    parts: Counter[int] = field(default_factory=Counter)  # hashes of the parts named so far, one count for the file
    opened: Callable[[], IO[bytes]] | None = None  # of a part that need not be held whole: a stream of its own
    budget: Budget = field(default_factory=Budget)  # one for the file and all archives in it
    _data: bytes | None = None

    @property
    def data(self) -> bytes:
        """All bytes, read when first asked for."""
        if self._data is None:
            self._data = self.load()
        return self._data

    @property
    def head(self) -> bytes:
        """The first kilobytes, which say what it is; b"" only of what is empty."""
        if self._data is None and self.file:
            return self.file.peek(HEAD)
        if self._data is None and self.opened:
            with self.opened() as stream:
                return stream.read(HEAD)
        return self.data[:HEAD]

    @property
    def unknown(self) -> bool:
        """Whether nothing but the content can tell what this is."""
        return self.format is TEXT and self.file is not None and format_of(self.name) is None

    @property
    def kind(self) -> Kind:
        return self.format.kind

    @property
    def family(self) -> str:
        return self.format.family

    def identity(self, *facts: str) -> str:
        """The id of a document that is all of this source: a hash of the parser family, `facts` and the bytes."""
        seen = hashlib.sha256("\0".join([self.family.partition("/")[0], *facts, ""]).encode())
        seen.update(self.data)
        return seen.hexdigest()

    def stream(self) -> IO[bytes]:
        """The bytes in order, without holding them all: for files that may be larger than the memory."""
        if self._data is None and self.file:
            return io.BufferedReader(_Raw(self.file), 1 << 18)
        return self.opened() if self._data is None and self.opened else io.BytesIO(self.data)

    def seekable(self) -> IO[bytes]:
        """The bytes as a file in which one can go back and forth, without holding many of them."""
        if self._data is None and self.file:
            return io.BufferedReader(_Seekable(self.file), 1 << 16)
        if self._data is None and self.opened:
            with self.opened() as stream:
                spooled = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 (the caller closes it)
                shutil.copyfileobj(stream, spooled, 1 << 20)
                spooled.seek(0)
                return spooled
        return io.BytesIO(self.data)

    def unique(self, part: str) -> str:
        """`part`, with " #2" and so on where the name was given before in this file."""
        self.parts[hash(part)] += 1
        count = self.parts[hash(part)]
        return part if count == 1 else f"{part} #{count}"

    def child(
        self,
        name: str,
        data: bytes | Callable[[], IO[bytes]],
        *,
        media_type: str = "",
        within: str | None = None,
        named: str | None = None,
    ) -> Parsed:
        """What the same table makes of a part called `name`; `within` is the part that holds it, if not this one.

        `data` are its bytes, or opens a stream of them: then it is held whole only by parsers that cannot stream.
        `named` is what the part is called where that is more than its name: its path in an archive. A part that
        cannot be read is one Outcome: it does not spoil what holds it.
        """
        above = within if within is not None else self.part
        called = sound(named or name)
        part = self.unique(f"{above} > {called}" if above else called)
        known = format_of(name, media_type)
        if known is None and media_type.startswith("text/"):
            known = TEXT
        if _is_called_image(name, media_type, known) and isinstance(data, bytes) and is_plain(data):
            known = TEXT
        if known is None:
            what = Path(name).suffix.lower() or media_type or "this"
            why = missing(name, media_type) or saved_as(name) or f"no parser for {what} files"
            yield self.left_out(part, why)
        elif self.depth >= DEPTH:
            yield self.left_out(part, f"lies more than {DEPTH} parts deep")
        elif isinstance(data, bytes) and (
            rule := secret_rule(name) or secret_in(data[:SMALL], whole=len(data) <= SMALL)
        ):
            yield self.left_out(part, rule)  # attached; of an archive's files, the archive has asked before
        else:
            yield from attempt(self.inner(name, data, part, known))

    def inner(self, name: str, data: bytes | Callable[[], IO[bytes]], part: str, known: Format) -> "Source":
        """A part of this source as a source of its own."""
        opened = None if isinstance(data, bytes) else data
        load = _loader(data)
        return Source(self.path, name, load, None, part, known, self.depth + 1, self.parts, opened, self.budget)

    def left_out(self, part: str | None, why: str) -> Outcome:
        return Outcome(path=str(self.path), part=part, status="skipped", note=why)

    def failed(self, part: str, why: str) -> Outcome:
        return Outcome(path=str(self.path), part=part, status="failed", note=why)


def _is_called_image(name: str, media_type: str, known: Format | None) -> bool:
    """Whether only who sent it says that a part is a picture: a link to one ("view") is sent as if it were one."""
    by_name = format_of(name) or missing(name)
    return media_type.startswith("image/") and not by_name and (known is None or known.needs is not None)


def _loader(data: bytes | Callable[[], IO[bytes]]) -> Callable[[], bytes]:
    if isinstance(data, bytes):
        return lambda: data

    def load() -> bytes:
        with data() as stream:
            return stream.read()

    return load


def open_source(path: Path, file: OpenFile) -> Source:
    """The source that is a whole file. Of an unknown name it is plain text, or is told to be none."""
    source = Source(path, path.name, file.rest, file, None, format_of(path.name) or TEXT)
    source.budget.left = max(UNPACKED, UNPACKED_RATIO * file.size)
    return source


def attempt(source: Source) -> Parsed:
    """Parse, and turn whatever a stranger's bytes break into one Outcome with its reason."""
    yield from guard(source, _parse)


def guard(source: Source, parse: Callable[[Source], Parsed]) -> Parsed:
    """The firewall's inside: what `parse` finds, and whatever breaks it as one Outcome with its reason."""
    try:
        yield from parse(source)
    except NothingInIt as nothing:
        yield Outcome(str(source.path), source.part, "skipped", str(nothing))
    except Unreadable as reason:
        yield Outcome(str(source.path), source.part, "failed", str(reason))
    except AnotherFormat:
        yield Outcome(str(source.path), source.part, "failed", "is not what its name says, or damaged")
    except (ChangedMeanwhile, MemoryError):
        raise  # they concern the whole file
    except RecursionError:
        yield Outcome(str(source.path), source.part, "failed", "its parts are nested too deeply")
    except OSError as trouble:
        yield Outcome(
            str(source.path), source.part, "failed", f"cannot be read: {(trouble.strerror or str(trouble)).lower()}"
        )
    except Exception as surprise:  # noqa: BLE001 - a stranger's bytes may break any library in any way
        note = f"the {source.family.partition('/')[0]} parser broke on it ({type(surprise).__name__}: {surprise})"
        yield Outcome(str(source.path), source.part, "failed", note[:300])


def _parse(source: Source) -> Parsed:
    if not source.head:
        raise NothingInIt("empty file")
    named, shown = source.format, format_by_content(source.name, source.head)
    if source.unknown and shown is None:
        _refuse_other_than_text(source.head)
    source.format = shown or named
    if source.format.grows and source.file:
        _go_on(source.file, source.format.grows)
    if not source.format.streamed:
        wrong = mislabelled(source.name, source.family.partition("/")[0], source.data)
        if wrong:
            raise Unreadable(wrong)
    try:
        yield from _run(source)
    except AnotherFormat:
        if source.unknown:
            _refuse_other_than_text(source.head)
        source.format = named
        yield from _run(source)


def _go_on(file: OpenFile, grows: str) -> None:
    """Begin where the old part ends, if that is where something new begins; end where the file did when it was seen."""
    goes_on = file.old and _named(grows)(file.peek(HEAD, max(0, file.old - HEAD)), file.peek(HEAD, file.old))
    file.go_on(at=file.old if goes_on else 0)


def _run(source: Source) -> Parsed:
    for item in _named(source.format.function)(source):
        yield from unkeyed(item, source.left_out, source.unique) if isinstance(item, Member) else (item,)


def _named(function: str) -> Callable[..., Any]:
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(import_module(module, __package__), name)  # ".x:y" is ours
    return found


def _refuse_other_than_text(data: bytes) -> None:
    found = looks_like(data)
    if found is None and is_binary(data):
        found = "not text"
    if found and found not in TEXTUAL:
        raise NothingInIt(f"no parser for it (it is {found})")
