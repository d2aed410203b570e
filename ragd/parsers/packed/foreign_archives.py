"""Archives that Python does not open itself, 7-Zip, RAR and cabinets: unpacked once, in order, by libarchive.

libarchive is a library of the system (libarchive-c only speaks to it). It goes through an archive once from its start,
and the readers of known exports want its files in an order of their own: so what some parser may read is unpacked into
one file without a name, and each entry is a piece of that. Of what nobody reads only the head is taken.
"""

import io
import os
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from ragd import rules
from ragd.parsers import extras
from ragd.parsers.packed.archives import path_in, read_all
from ragd.parsers.packed.unpacked import Entry, part_of
from ragd.parsers.packed.zipped import BOMB, FREE, MEMBERS, RATIO
from ragd.parsers.source import SPOOLED, Budget, NothingInIt, Parsed, Source, Unreadable
from ragd.parsers.table import format_of
from ragd.vaults import HEAD

FORMATS = ("7zip", "rar", "rar5", "cab", "lha", "zip")  # the last: what is called .rar and is none
PIECE = 1 << 18
LARGEST = 4 << 30  # bytes that are unpacked at once: what a worker may write
TELLS = 1.0  # seconds after which it says that it goes on
LOCKED = ("encrypt", "crypt", "passphrase")  # in what libarchive says of an archive with a password
UNKNOWN = ("unsupported", "not supported", "unavailable")
REST = "the rest of the archive"


def parse(source: Source) -> Parsed:
    with source.seekable() as stream, tempfile.SpooledTemporaryFile(max_size=SPOOLED) as unpacked:
        unpacking = _Unpacking(unpacked, source.budget, most=max(FREE, RATIO * stream.seek(0, io.SEEK_END)))
        stream.seek(0)
        entries = list(unpacking.entries(stream))
        if not entries:
            raise Unreadable(unpacking.trouble) if unpacking.trouble else NothingInIt("an empty archive")
        yield from read_all(source, entries)
        if unpacking.trouble:
            yield source.failed(source.unique(part_of(source, REST)), unpacking.trouble)


class _Unpacking:
    """The files of an archive on their way into one long file. `trouble` says why not all of them came."""

    def __init__(self, unpacked: Any, budget: Budget, *, most: int) -> None:
        self.trouble = ""
        self._unpacked = unpacked
        self._budget = budget
        self._end = 0
        self._most = most

    def entries(self, stream: IO[bytes]) -> Iterator[Entry]:
        module = _library()
        try:
            with _opened(module, stream) as archive:
                for number, one in enumerate(archive):
                    if number >= MEMBERS:
                        raise Unreadable(f"holds more than {MEMBERS:,} files")
                    if one.isfile:
                        yield self._entry(module, one)
        except module.exception.ArchiveError as error:
            self.trouble = _reason(error)

    def _entry(self, module: Any, one: Any) -> Entry:
        name, start = path_in(_name(one.pathname)), self._end
        try:
            self._unpack(one, whole=format_of(name) is not None or rules.content_rule(name) is None)
        except module.exception.ArchiveError as error:
            self._end = start  # what came of it is written over
            return Entry(name, one.size or 0, partial(_refuse, _reason(error)))
        return Entry(name, max(one.size or 0, self._end - start), partial(_piece, self._unpacked, start, self._end))

    def _unpack(self, one: Any, *, whole: bool) -> None:
        told = time.monotonic()
        self._unpacked.seek(self._end)
        for piece in one.get_blocks(PIECE):
            kept = piece if whole else piece[:HEAD]
            self._end += len(kept)
            self._budget.spend(len(kept))
            if self._end > self._most:
                raise Unreadable(BOMB)
            if self._end > LARGEST:
                raise Unreadable("unpacks to more than 4 GB: unpack it, and add the folder")
            self._unpacked.write(kept)
            if not whole:
                return
            if time.monotonic() - told > TELLS:
                self._budget.alive()
                told = time.monotonic()


def _library() -> Any:
    found = extras.libarchive()
    if found is None:
        raise NothingInIt(extras.why_not("archives"))
    os.environ.setdefault("LIBARCHIVE", found)  # libarchive-c would start programs to look for it
    import libarchive  # type: ignore[import-untyped]

    return libarchive


def _opened(module: Any, stream: IO[bytes]) -> Any:
    """The archive, open. libarchive-c takes one format or all, and all would take any text for a list of files."""
    module.ffi.read_support_format_ragd = _chosen(module)
    return module.stream_reader(stream, format_name="ragd", filter_name="none", block_size=PIECE)


def _chosen(module: Any) -> Any:
    def choose(archive: Any) -> None:
        for name in FORMATS:
            module.ffi.get_read_format_function(name)(archive)

    return choose


def _name(stated: str | bytes | None) -> str:
    return stated.decode("utf-8", "replace") if isinstance(stated, bytes) else stated or ""


def _reason(error: Any) -> str:
    said = str(error.msg).lower()
    if any(sign in said for sign in LOCKED):
        return "is protected by a password"
    return "is packed in a way that is not read" if any(sign in said for sign in UNKNOWN) else "damaged archive"


def _refuse(why: str) -> IO[bytes]:
    raise Unreadable(why)


def _piece(unpacked: Any, start: int, end: int) -> IO[bytes]:
    return io.BufferedReader(_Piece(unpacked, start, end), 1 << 16)


class _Piece(io.RawIOBase):
    """A stretch of a file that several read in turns."""

    def __init__(self, unpacked: Any, start: int, end: int) -> None:
        self._unpacked = unpacked
        self._at = start
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._unpacked.seek(self._at)
        piece: bytes = self._unpacked.read(min(len(buffer), self._end - self._at))
        self._at += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)
