"""What an archive holds, file by file: names that can be read, streams that are counted, and what is left out of it."""

import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from ragd import rules
from ragd.parsers.decode import is_binary
from ragd.parsers.packed.zipped import DAMAGE
from ragd.parsers.sniff import looks_like
from ragd.parsers.source import Budget, Parsed, Source, Unreadable
from ragd.parsers.table import format_of
from ragd.records import Outcome
from ragd.vaults import HEAD as SMALL
from ragd.vaults import secret_in


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive: its path there, its size as the archive states it, and a stream of its bytes."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def base(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def data(self) -> bytes:
        with self.open() as stream:
            return stream.read()


def sifted(source: Source, entries: Iterable[Entry]) -> tuple[list[Entry], list[Outcome]]:
    """The entries that the rules of the disk leave in, and an Outcome for each file or folder that they leave out."""
    kept: list[Entry] = []
    out: dict[str, Outcome] = {}
    entries = list(entries)
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        path = PurePosixPath(entry.name)
        for one in (path, *path.parents):
            beside[str(one.parent)].add(one.name)
    inside = {
        folder: rule
        for folder, names in beside.items()
        if folder not in (".", "/") and (rule := next((why for signs, why in rules.INSIDE if signs <= names), None))
    }
    for entry in entries:
        where, rule = _rule(entry, inside, beside)
        if rule:
            out.setdefault(where, source.left_out(part_of(source, where), rule))
        else:
            kept.append(entry)
    return kept, list(out.values())


def read_entry(source: Source, entry: Entry, *, called: str | None = None) -> Parsed:
    """What the table of formats makes of one entry; a text of unknown name is read as one, as on the disk."""
    media_type = ""
    known = format_of(entry.base)
    if known is None or entry.size <= SMALL or not rules.content_rule(entry.base):
        with entry.open() as stream:
            head = stream.read(SMALL)
        if rule := secret_in(head, whole=entry.size <= SMALL):
            yield source.left_out(source.unique(part_of(source, called or entry.name)), rule)
            return
        if known is None:
            rule = rules.content_rule(entry.base) or ("not text" if looks_like(head) or is_binary(head) else None)
            if rule:
                yield source.left_out(source.unique(part_of(source, called or entry.name)), rule)
                return
            media_type = "text/plain"
    yield from source.child(entry.base, entry.open, media_type=media_type, named=called or entry.name)


def part_of(source: Source, name: str) -> str:
    """How an entry is named as a part of the file."""
    return f"{source.part} > {name}" if source.part else name


def _rule(entry: Entry, inside: dict[str, str], beside: dict[str, set[str]]) -> tuple[str, str | None]:
    """The file, or the outermost folder, that a rule leaves out, and the rule."""
    path = PurePosixPath(entry.name)
    for folder in reversed(path.parents[:-1]):
        rule = rules.folder_rule(folder.name, _names(beside, str(folder.parent))) or inside.get(str(folder))
        if rule:
            return f"{folder}/", rule
    return entry.name, rules.file_rule(path.name) if path.name else None


def _names(beside: dict[str, set[str]], folder: str) -> Callable[[], Any]:
    return lambda: beside.get(folder, set())


class Counted(io.RawIOBase):
    """A stream that takes what it gives from a budget, and says in a person's words what is wrong with an archive."""

    def __init__(self, stream: IO[bytes], budget: Budget, *, most: int) -> None:
        self._stream = stream
        self._budget = budget
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._stream.read(len(buffer))
        except (*DAMAGE, RuntimeError) as error:
            raise Unreadable("is damaged in the archive that holds it") from error
        self._left -= len(piece)
        if self._left < 0:
            raise Unreadable("unpacks to more than it may (an archive bomb?)")
        self._budget.spend(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


def counted(stream: IO[bytes], budget: Budget, *, most: int) -> IO[bytes]:
    """A stream of at most `most` bytes, which are taken from the budget as they are read."""
    return io.BufferedReader(Counted(stream, budget, most=most), 1 << 16)
