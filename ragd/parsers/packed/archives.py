"""Archives: the files in them are parts that the same table reads; known exports are read by who knows their layout."""

import bz2
import gzip
import lzma
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import IO, Any, cast
from zipfile import ZipInfo

from ragd.parsers.packed.unpacked import Entry, counted, part_of, read_entry, sifted
from ragd.parsers.packed.zipped import DAMAGE, FREE, MEMBERS, RATIO, Zipped
from ragd.parsers.sniff import looks_like
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable, guard
from ragd.parsers.table import Format

UTF8 = 0x800  # a flag of ZIP: the name is in UTF-8; without it programs write it so as often as in a DOS code page
ENCRYPTED = 1
TAR_SIGN = 257  # where "ustar" stands
OPENERS: dict[str, Callable[[Any], Any]] = {
    "gzip-compressed": gzip.open,
    "bzip2-compressed": bz2.open,
    "xz-compressed": lzma.open,
}
NO_ARCHIVE = re.compile(r"\.(?:tgz|tbz2?|txz|gz|bz2|xz)$", re.IGNORECASE)
PART = Format("zip/1", "", "other", "")


@dataclass(frozen=True, slots=True)
class Layout:
    """How an export shows itself among the names of an archive, which of them are its own, and who reads those."""

    function: str  # "module:function": (source, its entries) -> what they hold
    signs: tuple[str, ...]  # patterns, each of which some name must match
    takes: str = ""  # a pattern of the names that it reads; "" takes all

    def of(self, entries: list[Entry]) -> list[Entry]:
        """The entries that this layout reads; none where it is not what lies here."""
        if not all(any(re.search(sign, entry.name) for entry in entries) for sign in self.signs):
            return []
        return [entry for entry in entries if re.search(self.takes, entry.name)]


LAYOUTS = (
    Layout("ragd.parsers.notes.textbundle:read", (r"\.textbundle/text\.\w+$",)),
    Layout("ragd.parsers.notes.textbundle:read", (r"^text\.(?:md|markdown|txt)$", r"^info\.json$")),
    Layout("ragd.parsers.notes.notion:read", (r" [0-9a-f]{32}\.(?:md|html|csv)$",)),
    Layout("ragd.parsers.notes.joplin:read", (r"^[0-9a-f]{32}\.md$",), r"^[0-9a-f]{32}\.md$|^resources/"),
    Layout("ragd.parsers.notes.keep:read", (r"(?:^|/)Keep/[^/]+\.json$",), r"(?:^|/)Keep/"),
    Layout("ragd.parsers.chats.slack:read", (r"(?:^|/)users\.json$", r"/\d{4}-\d\d-\d\d\.json$"), r"\.json$"),
)


def parse_zip(source: Source) -> Parsed:
    found = looks_like(source.head)
    if found not in ("a ZIP archive", "an empty ZIP archive"):
        raise Unreadable(f"named .zip but is {found}" if found else "damaged ZIP archive (it does not begin like one)")
    with source.seekable() as stream:
        yield from _zip(source, Zipped(stream))


def _zip(source: Source, zipped: Zipped) -> Parsed:
    zipped.left = source.budget.left
    if not zipped.members:
        raise NothingInIt("an empty archive")
    locked = [member for member in zipped.members if member.flag_bits & ENCRYPTED]
    if len(locked) == len(zipped.members):
        raise Unreadable("is protected by a password")
    for one in locked:
        yield source.failed(source.unique(part_of(source, _name(one))), "is protected by a password")
    open_ones = (member for member in zipped.members if not member.flag_bits & ENCRYPTED)
    yield from read_all(source, [_zipped(source, zipped, one) for one in open_ones])


def parse_tar(source: Source) -> Parsed:
    with source.seekable() as stream:
        tar = _opened(partial(tarfile.open, fileobj=stream, mode="r:"))
        members = _members(tar)
        if not members:
            raise NothingInIt("an empty archive")
        yield from read_all(source, [_tarred(source, tar, member) for member in members])


def parse_packed(source: Source) -> Parsed:
    """One compressed file, or a tar archive that was compressed whole."""
    found = looks_like(source.head) or ""
    if found not in OPENERS:
        raise Unreadable(f"is {found}" if found else "is not compressed, or damaged at its start")
    with _unpacked(source, found) as stream:
        is_tar = stream.read(TAR_SIGN + 5)[TAR_SIGN:] == b"ustar"
    if not is_tar:
        name = NO_ARCHIVE.sub("", source.name) or source.name
        yield from read_entry(
            source, Entry(name, source.file.size if source.file else 0, partial(_unpacked, source, found))
        )
        return
    packed = source.inner(source.name, partial(_unpacked, source, found), source.part or "", source.format)
    with packed.seekable() as stream:
        tar = _opened(partial(tarfile.open, fileobj=stream, mode="r:"))
        yield from read_all(source, [_tarred(source, tar, member) for member in _members(tar)])


def read_all(source: Source, entries: list[Entry]) -> Parsed:
    """All that an archive holds: what the rules leave out, what belongs to a known export, every other file."""
    rest, out = sifted(source, entries)
    yield from out
    for layout in LAYOUTS:
        taken = layout.of(rest)
        if taken:
            names = {entry.name for entry in taken}
            rest = [entry for entry in rest if entry.name not in names]
            module, _, function = layout.function.partition(":")
            yield from getattr(import_module(module), function)(source, taken)
    for entry in rest:
        whole = source.inner(entry.base, entry.open, part_of(source, entry.name), PART)
        yield from guard(whole, partial(_entry, source, entry))


def _entry(source: Source, entry: Entry, _: Source) -> Parsed:
    return read_entry(source, entry)


def _zipped(source: Source, zipped: Zipped, member: ZipInfo) -> Entry:
    most = max(FREE, RATIO * member.compress_size)

    def opened() -> IO[bytes]:
        return counted(_opened(partial(zipped.open, member)), source.budget, most=most)

    return Entry(_name(member), member.file_size, opened)


def _name(member: ZipInfo) -> str:
    name = member.filename
    if not member.flag_bits & UTF8 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    return path_in(name)


def path_in(name: str) -> str:
    """The path of a member within its archive, whatever the program wrote before and between its steps."""
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    return "/".join(steps) or "unnamed"


def _members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    members: list[tarfile.TarInfo] = []
    for member in _damage_told(iter(tar)):
        if member.isfile():
            members.append(member)
        if len(members) > MEMBERS:
            raise Unreadable(f"holds more than {MEMBERS:,} files")
    return members


def _damage_told(members: Iterator[tarfile.TarInfo]) -> Iterator[tarfile.TarInfo]:
    while True:
        try:
            member = next(members, None)
        except (tarfile.TarError, *DAMAGE) as error:
            raise Unreadable("damaged archive") from error
        if member is None:
            return
        yield member


def _tarred(source: Source, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    def opened() -> IO[bytes]:
        stream = cast(IO[bytes], _opened(partial(tar.extractfile, member)))
        return counted(stream, source.budget, most=member.size)

    return Entry(path_in(member.name), member.size, opened)


def _unpacked(source: Source, how: str) -> IO[bytes]:
    stream = OPENERS[how](source.seekable())
    return counted(stream, source.budget, most=source.budget.left)


def _opened(opener: Callable[[], Any]) -> Any:
    try:
        return opener()
    except NotImplementedError as error:
        raise Unreadable("is packed in a way that is not read") from error
    except (tarfile.TarError, *DAMAGE, RuntimeError, KeyError) as error:
        raise Unreadable("damaged archive") from error
