"""What a parser is given: the bytes of one file or of one part in it, and a way to hand on the parts inside."""

import hashlib
import io
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from ragd.parsers.decode import is_binary
from ragd.parsers.sniff import TEXTUAL, looks_like, mislabelled
from ragd.parsers.table import TEXT, Format, format_of
from ragd.records import Kind, Member, Outcome

DEPTH = 8  # a message in a message in a message ...: deeper than anyone forwards
Parsed = Iterator[Member | Outcome]


class Unreadable(Exception):
    """This file or part cannot be read; the message is the reason, for a person."""


class NothingInIt(Exception):
    """There is nothing to read here, and that is no fault; the message is the reason, for a person."""


class ChangedMeanwhile(Exception):
    """The file changed between the first byte and the last."""


class OpenFile:
    """A file that is being read: hashes what goes by, and knows whether the file changed meanwhile."""

    def __init__(self, path: bytes) -> None:
        # O_NONBLOCK: a pipe that took the file's place would otherwise hold the worker until someone writes to it
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        self._before = os.fstat(self._descriptor)
        self._hash = hashlib.sha256()
        self._left = self._before.st_size  # what is appended from now on belongs to the next reading
        if not stat.S_ISREG(self._before.st_mode):
            raise Unreadable("is not a regular file")

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

    def rest(self) -> bytes:
        """All that was not read yet; raises ChangedMeanwhile when the file is not what it was."""
        pieces = []
        while piece := self.read(1 << 22):
            pieces.append(piece)
        if self.changed():
            raise ChangedMeanwhile
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def changed(self) -> bool:
        """Whether the file is another one than when it was opened."""
        now = os.fstat(self._descriptor)
        return (now.st_size, now.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns)

    def digest(self) -> str:
        """sha256 of the whole file, in hex; reads what the parser did not."""
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
    _data: bytes | None = None

    @property
    def data(self) -> bytes:
        """All bytes, read when first asked for."""
        if self._data is None:
            self._data = self.load()
        return self._data

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

    def stream(self) -> io.BufferedReader | io.BytesIO:
        """The bytes in order, without holding them all: for files that may be larger than the memory."""
        return (
            io.BufferedReader(_Raw(self.file), 1 << 18) if self.file and self._data is None else io.BytesIO(self.data)
        )

    def unique(self, part: str) -> str:
        """`part`, with " #2" and so on where the name was given before in this file."""
        self.parts[hash(part)] += 1
        count = self.parts[hash(part)]
        return part if count == 1 else f"{part} #{count}"

    def child(self, name: str, data: bytes, *, media_type: str = "", within: str | None = None) -> Parsed:
        """What the same table makes of a part called `name`; `within` is the part that holds it, if not this one.

        A part that cannot be read is one Outcome: it does not spoil what holds it.
        """
        above = within if within is not None else self.part
        part = self.unique(f"{above} > {name}" if above else name)
        known = format_of(name, media_type)
        if known is None and media_type.startswith("text/"):
            known = TEXT
        if known is None:
            yield self.left_out(part, f"no parser for {Path(name).suffix.lower() or media_type or 'this'} files")
        elif self.depth >= DEPTH:
            yield self.left_out(part, f"lies more than {DEPTH} parts deep")
        else:
            inner = Source(self.path, name, lambda: data, None, part, known, self.depth + 1, self.parts)
            yield from attempt(inner)

    def left_out(self, part: str, why: str) -> Outcome:
        return Outcome(path=str(self.path), part=part, status="skipped", note=why)


def open_source(path: Path, file: OpenFile) -> Source:
    """The source that is a whole file. Of an unknown name it is plain text, or is told to be none."""
    return Source(path, path.name, file.rest, file, None, format_of(path.name) or TEXT)


def attempt(source: Source) -> Parsed:
    """Parse, and turn whatever a stranger's bytes break into one Outcome with its reason: the firewall's inside."""
    try:
        yield from _parse(source)
    except NothingInIt as nothing:
        yield Outcome(str(source.path), source.part, "skipped", str(nothing))
    except Unreadable as reason:
        yield Outcome(str(source.path), source.part, "failed", str(reason))
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
    size = source.file.size if source.file else len(source.data)
    if size == 0:
        raise NothingInIt("empty file")
    if source.unknown:
        _refuse_other_than_text(source.data)
    if source.format.function != "ragd.parsers.mbox:parse":  # the one format that is read as a stream
        wrong = mislabelled(source.name, source.family.partition("/")[0], source.data)
        if wrong:
            raise Unreadable(wrong)
    module, _, function = source.format.function.partition(":")
    yield from getattr(import_module(module), function)(source)


def _refuse_other_than_text(data: bytes) -> None:
    found = looks_like(data)
    if found is None and is_binary(data):
        found = "not text"
    if found and found not in TEXTUAL:
        raise NothingInIt(f"no parser for it (it is {found})")
