"""ZIP archives of strangers: opened and unpacked within bounds, so that a bomb costs nothing."""

import io
import lzma
import zlib
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from ragd.parsers.source import Unreadable

MEMBERS = 65_536  # files in one archive; more is no document, and listing them alone takes memory
TOTAL = 2 << 30  # bytes that all members of one archive may unpack to
RATIO = 200  # times its packed size that a member may unpack to; DEFLATE reaches 1,032 on zeros alone
FREE = 8 << 20  # bytes that a member may unpack to whatever its ratio: a sheet of empty cells packs well
LARGEST = 512 << 20  # bytes of one member that is held whole
PIECE = 1 << 20
DAMAGE = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)
BOMB = "unpacks to far more than its size (an archive bomb?)"


class Zipped:
    """The members of an archive by name. What is unpacked is counted, whatever the archive says of itself.

    `what` is what a person calls the file ("Word document"): it stands in the reason when it is damaged.
    """

    def __init__(self, data: bytes | IO[bytes], what: str = "ZIP archive") -> None:
        self.what = what
        self.left = TOTAL
        try:
            self._archive = ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
        except DAMAGE as error:
            cut = isinstance(data, bytes) and b"PK\x05\x06" not in data[-70000:]  # the end of every whole archive
            raise Unreadable(f"damaged {what}" + (" (cut off in the middle)" if cut else "")) from error
        everything = self._archive.infolist()
        self.members: list[ZipInfo] = [one for one in everything if one.filename and not one.filename.endswith("/")]
        if len(self.members) > MEMBERS:
            raise Unreadable(f"holds more than {MEMBERS:,} files")
        self._by_name = {one.filename: one for one in self.members}

    @property
    def names(self) -> list[str]:
        return [one.filename for one in self.members]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def read(self, member: str | ZipInfo) -> bytes:
        """All of one member. Raises Unreadable where it is missing, damaged, encrypted or larger than it may be."""
        with self.open(member) as stream:
            pieces, size = [], 0
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise Unreadable(f"holds a part of more than {LARGEST >> 20} MB")
                pieces.append(piece)
        return b"".join(pieces)

    def find(self, name: str) -> bytes | None:
        """All of the member called `name`, None where there is none or it cannot be read: for what may be missing."""
        try:
            return self.read(name) if name in self else None
        except Unreadable:
            if self.left <= 0:
                raise
            return None

    def open(self, member: str | ZipInfo) -> IO[bytes]:
        """One member as a stream, for what is not to be held whole. Reading it raises what `read` raises."""
        if isinstance(member, str) and member not in self:
            raise Unreadable(f"damaged {self.what} (it has no {member})")
        info = self._by_name[member] if isinstance(member, str) else member
        if info.flag_bits & 1:
            raise Unreadable("is protected by a password")
        try:
            return io.BufferedReader(_Counted(self, self._archive.open(info), info), 1 << 16)
        except DAMAGE as error:
            raise self.damaged(info) from error

    def damaged(self, info: ZipInfo) -> Unreadable:
        return Unreadable(f"damaged {self.what} ({info.filename[:100]} cannot be unpacked)")


class _Counted(io.RawIOBase):
    """A member that is being unpacked: every byte counts towards its own bound and the archive's."""

    def __init__(self, archive: Zipped, stream: IO[bytes], info: ZipInfo) -> None:
        self._archive = archive
        self._stream = stream
        self._info = info
        self._left = max(FREE, RATIO * info.compress_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._stream.read(len(buffer))
        except DAMAGE as error:
            raise self._archive.damaged(self._info) from error
        self._left -= len(piece)
        self._archive.left -= len(piece)
        if self._left < 0 or self._archive.left < 0:
            raise Unreadable(BOMB)
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()
