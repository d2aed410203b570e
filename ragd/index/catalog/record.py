"""What ingest hands to the catalog and gets back from it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from ragd.records import Chunk, Document, Member, Outcome, SourceFile


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read, and what came of it."""

    file: SourceFile
    digest: str | None  # sha256 of the bytes as read, hex; None where they could not be read
    reader: str  # the parser that read it, with its version
    status: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that is new to the index, under a key that was reserved for it."""

    key: int
    document: Document
    chunks: Sequence[Chunk]
    hashes: Sequence[bytes]  # of what is embedded, one a chunk
    shared: Sequence[tuple[int, int]] = ()  # (ordinal, key of its words) of signatures and feet that no other has


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read to its end: what it is now, and every part that it holds."""

    known: KnownFile
    parts: Set[str | None]
    problems: Sequence[Outcome]  # its parts that failed or were left out
    grown: bool = False  # these come to what was read of it before


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds at one of its parts, and the facts of that place."""

    part: str | None
    key: int
    labels: tuple[str, ...]
    conversations: tuple[str, ...]
    dated: str | None


@dataclass(frozen=True, slots=True)
class Adopted:
    """A file whose bytes are those of a known file: it takes over that file's documents without being parsed."""

    known: KnownFile
    parts: Sequence[Held]  # of the file that has the same bytes
    problems: Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Stored:
    """A chunk as the catalog keeps it, with the facts of its document that its header is made of."""

    key: int
    ordinal: int
    passage: int  # names what is embedded: chunks whose header and text are the same share it
    title: str | None
    author: str | None
    chunk: Chunk


@dataclass(slots=True)
class Batch:
    """What becomes visible together. Filled by ingest, written by one transaction."""

    entries: list[Entry] = field(default_factory=list)
    members: list[tuple[SourceFile, Member, int]] = field(default_factory=list)  # file, member, key
    read: list[Read] = field(default_factory=list)
    adopted: list[Adopted] = field(default_factory=list)
    touched: list[KnownFile] = field(default_factory=list)  # the same bytes under new times
    missing: list[str] = field(default_factory=list)  # paths that are no longer there

    def __bool__(self) -> bool:
        return bool(self.entries or self.members or self.read or self.adopted or self.touched or self.missing)
