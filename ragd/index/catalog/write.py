"""The writer's side of the catalog: one transaction makes a batch visible, another takes out what lost its place."""

import time
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from ragd.index.catalog import blocks, days, letters, links, read, shared, threads
from ragd.index.catalog.contents import Content, Contents
from ragd.index.catalog.facts import facts_of
from ragd.index.catalog.lookup import FILE, Lookup, begun, known_of
from ragd.index.catalog.quotes import Quotes
from ragd.index.catalog.read import AT_OR_BELOW, span
from ragd.index.catalog.record import Adopted, Batch, Entry, Held, KnownFile, Read, Stored
from ragd.index.catalog.schema import READ_AGAIN, connect, moved_on, transaction
from ragd.index.catalog.spaces import Spaces
from ragd.records import Document, Outcome


class Catalog:
    """The one writer of the catalog. Whoever holds one holds the home's lock."""

    def __init__(self, path: Path) -> None:
        """Open the catalog at `path`, making it where there is none; raises HomeError and DiskFull."""
        self.path = path
        self._db = connect(path, writing=True)
        self.spaces = Spaces(self._db, path)
        self.lookup = Lookup(self._db)
        self.contents = Contents(self._db)
        self.shared = shared.Shared(self._db)
        self.quotes = Quotes(self._db, path)

    def close(self) -> None:
        self._db.close()

    def setting(self, name: str) -> str | None:
        return read.setting(self._db, name)

    def put(self, name: str, value: str) -> None:
        with transaction(self._db, self.path):
            self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    # roots and what is kept out

    def remember(self, root: str, device: int | None, own: Content | None = None) -> None:
        """Add a root; what was forgotten there, or is what the file there holds (`own`), is taken in again."""
        with transaction(self._db, self.path):
            self._db.execute("INSERT OR IGNORE INTO roots VALUES (?, ?, 'ok', NULL, 0)", (root, device))
            self._db.execute(f"DELETE FROM forgotten WHERE {AT_OR_BELOW}", span(root))
            self.contents.take_in(root, own)

    def roots(self) -> dict[str, int | None]:
        """Every root with the device it was last seen on."""
        return dict(self._db.execute("SELECT path, device FROM roots ORDER BY path").fetchall())

    def forgotten(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT path FROM forgotten ORDER BY path")]

    def mark_root(self, root: str, state: str, *, device: int | None, as_of: float) -> None:
        with transaction(self._db, self.path):
            self._db.execute(
                "UPDATE roots SET state = ?, device = coalesce(?, device), as_of = ? WHERE path = ?",
                (state, device, as_of, root),
            )

    def forget(self, path: str, held: Iterable[tuple[str, Content]] = ()) -> None:
        """Keep the path and what its files `held` out from now on, and drop every root at or below it."""
        with transaction(self._db, self.path):
            self._db.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (path,))
            self.contents.keep_out(held)
            self._db.execute(f"DELETE FROM roots WHERE {AT_OR_BELOW}", span(path))
            self._db.execute(f"DELETE FROM left_out WHERE {AT_OR_BELOW}", span(path))

    def leave_out(self, root: str, skipped: Iterable[Outcome]) -> None:
        """What the last look at a root left out, and why."""
        now = sorted({(root, outcome.path, outcome.note or "") for outcome in skipped})
        before = self._db.execute("SELECT root, path, note FROM left_out WHERE root = ? ORDER BY path", (root,))
        if before.fetchall() == now:
            return
        with transaction(self._db, self.path):
            self._db.execute("DELETE FROM left_out WHERE root = ?", (root,))
            self._db.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?)", now)

    # files

    def known_files(self, root: str) -> dict[str, KnownFile]:
        """Every file that was met at or below a path; one whose reading was stopped is known and never current."""
        rows = self._db.execute(f"SELECT {FILE} FROM files WHERE {AT_OR_BELOW}", span(root))
        known = {row[0]: known_of(row) for row in rows}
        return known | begun(self._db, AT_OR_BELOW, span(root))

    def of_size(self, size: int) -> list[KnownFile]:
        """Files of that many bytes that were read: their copies need no parser."""
        rows = self._db.execute(
            f"SELECT {FILE} FROM files WHERE size = ? AND digest IS NOT NULL AND status = 'indexed' ORDER BY path",
            (size,),
        )
        return [known_of(row) for row in rows]

    def places_of(self, path: str) -> list[Held]:
        """Everything that was read from a file."""
        sql = "SELECT part, key, dated, labels, conversations FROM places WHERE path = ? ORDER BY part"
        rows = self._db.execute(sql, (path,))
        named = read.labels_from
        return [Held(part or None, key, named(labels), named(told), dated) for part, key, dated, labels, told in rows]

    def problems_of(self, path: str) -> list[Outcome]:
        rows = self._db.execute("SELECT part, status, note FROM problems WHERE path = ? ORDER BY part", (path,))
        return [Outcome(path, part or None, status, note) for part, status, note in rows]

    # documents

    def reserve(self, count: int) -> list[int]:
        """Keys that no document had before, in ascending order."""
        with transaction(self._db, self.path):
            last = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'reserved'").fetchone()
            first = (last[0] if last else 0) + 1
            keys = list(range(first, first + count))
            self._db.executemany("INSERT INTO reserved VALUES (?)", [(key,) for key in keys])
        return keys

    def reserved(self) -> list[int]:
        """Keys whose rows may be in the word index although no document has them: what a crash leaves."""
        return [row[0] for row in self._db.execute("SELECT key FROM reserved ORDER BY key")]

    def release(self, keys: Iterable[int]) -> None:
        """The word index holds nothing under these keys any more."""
        with transaction(self._db, self.path):
            self._db.executemany("DELETE FROM reserved WHERE key = ?", [(key,) for key in keys])

    def key_of(self, document: str, reading: str) -> int | None:
        """The key under which this reading of the document is kept."""
        row = self._db.execute("SELECT key FROM documents WHERE id = ? AND reading = ?", (document, reading)).fetchone()
        return row[0] if row else None

    def owe(self, root: str, files: int) -> None:
        """How many files of a root are still to be read: what `status` calls pending."""
        with transaction(self._db, self.path):
            self._db.execute("UPDATE roots SET pending = ? WHERE path = ? AND pending != ?", (files, root, files))

    def commit(self, batch: Batch, *, chunker: str, now: float | None = None) -> None:
        """Make a batch visible, and what it replaces invisible: all of it or nothing."""
        now = time.time() if now is None else now
        with transaction(self._db, self.path):
            lost: set[int] = set()
            came = self._unseen(batch)
            for entry in batch.entries:
                self._put_document(entry, reading_of(entry.document, chunker))
            for file, member, key in batch.members:
                here = Held(member.part, key, member.labels, member.conversations, member.dated)
                lost |= self._put_place(str(file.path), here, file.mtime_ns)
            for adopted in batch.adopted:
                lost |= self._adopt(adopted)
            for one in batch.read:
                lost |= self._finish(one)
            self._half_read(batch)
            for known in batch.touched:
                self._touch(known)
            for path in batch.missing:
                lost |= self._drop_places(path, keep=frozenset())
                self._drop_file(path)
            self._let_go(lost, now)
            threads.leave(self._db, lost)
            threads.link(self._db, _to_link(batch))
            self.quotes.settle(lost)
            self.quotes.put_off(came)
            moved_on(self._db)

    def _unseen(self, batch: Batch) -> set[int]:
        """Keys that the batch gives a place and that have none yet."""
        keys = {key for *_, key in batch.members} | {part.key for one in batch.adopted for part in one.parts}
        return {key for key in keys if not self._db.execute("SELECT 1 FROM places WHERE key = ?", (key,)).fetchone()}

    def _put_document(self, entry: Entry, reading: str) -> None:
        document, key = entry.document, entry.key
        self._db.execute(
            f"INSERT INTO documents VALUES (?, ?, ?{', ?' * 19})",
            (key, document.id, reading, *facts_of(document)),
        )
        packed = [(key, number, data) for number, data in blocks.packed(document.text)]
        self._db.executemany("INSERT INTO blocks VALUES (?, ?, ?)", packed)
        self._db.executemany("INSERT OR IGNORE INTO passages (hash) VALUES (?)", [(one,) for one in entry.hashes])
        self._db.executemany(
            "INSERT INTO chunks SELECT ?, ?, ?, ?, ?, id, ?, 0, ? FROM passages WHERE hash = ?",
            [
                (key, one.ordinal, one.start, one.end, one.line, int(one.quoted), one.role, digest)
                for one, digest in zip(entry.chunks, entry.hashes, strict=True)
            ],
        )
        shared.put(self._db, entry)
        days.put(self._db, entry)
        self._db.execute("DELETE FROM reserved WHERE key = ?", (key,))
        self._db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?)", [(one, key) for one in document.references])
        links.record(self._db, key, document)

    def _put_place(self, path: str, here: Held, mtime_ns: int) -> set[int]:
        """Put a document at a place; the key of the one that was there, or was in other conversations there."""
        part, key, conversations = here.part or "", here.key, read.labels_to(here.conversations)
        sql = "SELECT key, conversations FROM places WHERE path = ? AND part = ?"
        before = self._db.execute(sql, (path, part)).fetchone()
        facts = (mtime_ns, read.labels_to(here.labels), self._within(path, here.part), conversations, here.dated)
        self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (path, part, key, *facts))
        links.record_place(self._db, key, path, here.part)
        self._db.execute("DELETE FROM gone WHERE key = ?", (key,))
        return {before[0]} if before and before != (key, conversations) else set()

    def _within(self, path: str, part: str | None) -> str | None:
        """The part of the same file that holds this one: a message its attachments. It was put in its place before."""
        steps = (part or "").split(" > ")
        above = [" > ".join(steps[:count]) for count in range(len(steps) - 1, -1, -1)] if part else []
        sql = "SELECT 1 FROM places WHERE path = ? AND part = ?"
        return next((one for one in above if self._db.execute(sql, (path, one)).fetchone()), None)

    def _adopt(self, adopted: Adopted) -> set[int]:
        file = adopted.known.file
        lost: set[int] = set()
        for here in adopted.parts:
            lost |= self._put_place(str(file.path), here, file.mtime_ns)
        parts = frozenset(here.part for here in adopted.parts)
        return lost | self._finish(Read(adopted.known, parts, adopted.problems))

    def _touch(self, known: KnownFile) -> None:
        self._put_file(known)
        self._db.execute("UPDATE places SET mtime_ns = ? WHERE path = ?", (known.file.mtime_ns, str(known.file.path)))

    def _finish(self, one: Read) -> set[int]:
        path = str(one.known.file.path)
        rows = [(path, problem.part or "", problem.status, problem.note) for problem in one.problems]
        if not one.grown:
            self._db.execute("DELETE FROM problems WHERE path = ?", (path,))
        self._db.executemany("INSERT OR REPLACE INTO problems VALUES (?, ?, ?, ?)", rows)
        self._put_file(one.known)
        if one.grown:
            self._age(path, one.known.file.mtime_ns)
            return set()
        return self._drop_places(path, keep=one.parts)

    def _age(self, path: str, mtime_ns: int) -> None:
        """Give the file's new time to what has no date of its own; the others, which are many, do without."""
        undated = "SELECT key FROM documents WHERE date IS NULL"
        self._db.execute(f"UPDATE places SET mtime_ns = ? WHERE path = ? AND key IN ({undated})", (mtime_ns, path))

    def _half_read(self, batch: Batch) -> None:
        """A file of which only some is in is not the one that its digest names, until all is in."""
        begun = {str(file.path) for file, *_ in batch.members} - {str(one.known.file.path) for one in batch.read}
        self._db.executemany("UPDATE files SET digest = NULL WHERE path = ?", [(path,) for path in begun])

    def _put_file(self, known: KnownFile) -> None:
        file = known.file
        self._db.execute(
            f"INSERT OR REPLACE INTO files ({FILE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(str(file.path), file.size, file.mtime_ns, file.ctime_ns, _signed(file.device), _signed(file.inode)),
                *(known.digest, known.reader, known.status, known.note),
            ),
        )

    def _drop_places(self, path: str, *, keep: Set[str | None]) -> set[int]:
        rows = self._db.execute("SELECT part, key FROM places WHERE path = ?", (path,))
        stale = [(part, key) for part, key in rows if (part or None) not in keep]  # of a mailbox few among very many
        self._db.executemany("DELETE FROM places WHERE path = ? AND part = ?", [(path, part) for part, _ in stale])
        return {key for _, key in stale}

    def _drop_file(self, path: str) -> None:
        self._db.execute("DELETE FROM files WHERE path = ?", (path,))
        self._db.execute("DELETE FROM problems WHERE path = ?", (path,))

    def _let_go(self, keys: Iterable[int], now: float) -> None:
        """Mark those of the keys that have no place left; upkeep takes their rows out later."""
        self._db.executemany(
            "INSERT OR IGNORE INTO gone SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM places WHERE key = ?1)",
            [(key, now) for key in keys],
        )

    # taking out

    def purge(self, *, before: float) -> list[int]:
        """Take out the documents that lost their last place before a time (seconds of the epoch).

        Returns all keys, those of signatures too, that stay in `dropped` until the word index has let go of them.
        """
        keys = [row[0] for row in self._db.execute("SELECT key FROM gone WHERE since <= ?", (before,))]
        if keys:
            with transaction(self._db, self.path):
                mails = letters.letters_of(self._db, keys)
                for table in ("documents", "blocks", "chunks", "days", "gone", "answers", "names", "targets"):
                    self._db.executemany(f"DELETE FROM {table} WHERE key = ?", [(key,) for key in keys])
                self._db.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", [(key,) for key in keys])
                threads.unlink(self._db, [one.node for one in mails if not self._is_kept(one.id)])
                self._drop_orphans()
                self._db.execute("UPDATE settings SET value = value + 1 WHERE name = 'purges'")
                moved_on(self._db)
        return self.dropped()

    def _is_kept(self, document: str) -> bool:
        """Whether there is another reading of a document: it holds its thread together as the one before did."""
        return self._db.execute("SELECT 1 FROM documents WHERE id = ? LIMIT 1", (document,)).fetchone() is not None

    def _drop_orphans(self) -> None:
        orphans = "SELECT id FROM passages p WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE passage = p.id)"
        self._db.execute(f"INSERT OR IGNORE INTO dropped_passages {orphans}")
        for table, column in (("vectors", "passage"), ("passages", "id")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM dropped_passages)")
        shared.drop(self._db)

    def dropped(self) -> list[int]:
        """Keys that the word index still has to let go of."""
        return [row[0] for row in self._db.execute("SELECT key FROM dropped ORDER BY key")]

    def dropped_passages(self) -> list[int]:
        """Passages whose vectors still have to go."""
        return [row[0] for row in self._db.execute("SELECT id FROM dropped_passages ORDER BY id")]

    def clear_dropped(self) -> None:
        """The other two stores hold nothing of what was dropped."""
        with transaction(self._db, self.path):
            self._db.execute("DELETE FROM dropped")
            self._db.execute("DELETE FROM dropped_passages")

    def truncate(self) -> None:
        """Leave no trace of deleted rows in the catalog's files."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # reading back

    def of_passages(self, passages: Iterable[int]) -> list[list[Stored]]:
        """For each passage that is still shown the chunks of one document that share it, in order."""
        chosen: dict[int, tuple[int, list[int]]] = {}
        for passage, key, ordinal in read.rows_of_passages(self._db, passages):
            first, ordinals = chosen.setdefault(passage, (key, []))
            if key == first:
                ordinals.append(ordinal)
        found: dict[int, list[Stored]] = {}
        rows = ((key, ordinal) for key, ordinals in chosen.values() for ordinal in ordinals)
        for one in read.stored(self._db, rows):
            found.setdefault(one.passage, []).append(one)
        return list(found.values())

    def of_key(self, key: int) -> Iterator[Stored]:
        return read.stored_of_key(self._db, key)

    def document(self, key: int) -> Document:
        return read.document_of(self._db, key)

    def other_places(self, path: str) -> list[str]:
        """Paths at which something that was read from this file is seen too."""
        sql = (
            "SELECT DISTINCT o.path FROM places p JOIN places o USING (key) WHERE p.path = ? AND o.path != p.path"
            " ORDER BY o.path"
        )
        return [row[0] for row in self._db.execute(sql, (path,))]

    def all_keys(self) -> list[int]:
        """Every key that the other stores may hold rows of, those that lost their last place included."""
        return [row[0] for row in self._db.execute("SELECT key FROM documents ORDER BY key")]

    def word_rows(self) -> int:
        """How many rows the word index has: one a passage, one for all signatures and feet that are the same."""
        bodies = self._db.execute("SELECT count(*) FROM chunks WHERE role = 'body'").fetchone()
        return int(bodies[0]) + self.shared.count()

    def other_readings(self, chunker: str) -> list[int]:
        """Visible documents that were cut by another chunker than this one."""
        sql = (
            "SELECT DISTINCT key FROM places JOIN documents USING (key)"
            " WHERE reading NOT LIKE '%' || ? AND reading NOT LIKE ? || '%' ORDER BY key"
        )
        return [row[0] for row in self._db.execute(sql, (f" {chunker}", READ_AGAIN))]

    def recut(self, old: int, entry: Entry, *, chunker: str, now: float) -> None:
        """Put a new reading of a document at every place of the old one."""
        with transaction(self._db, self.path):
            self._put_document(entry, reading_of(entry.document, chunker))
            for path, part in self._db.execute("SELECT path, part FROM places WHERE key = ?", (old,)).fetchall():
                links.record_place(self._db, entry.key, path, part or None)
            self._db.execute("UPDATE places SET key = ? WHERE key = ?", (entry.key, old))
            threads.link(self._db, [entry.key])
            self._let_go([old], now)
            self.quotes.settle([old, entry.key])
            moved_on(self._db)


def _to_link(batch: Batch) -> list[int]:
    """The documents that a batch brings, and those of which it may tell in what conversation they are."""
    told = [key for _, member, key in batch.members if member.conversations]
    told += [here.key for one in batch.adopted for here in one.parts if here.conversations]
    return list(dict.fromkeys([*(entry.key for entry in batch.entries), *told]))


def reading_of(document: Document, chunker: str) -> str:
    """What names one reading of a document beside its id."""
    return f"{document.family} {chunker}"


def _signed(number: int) -> int:
    """SQLite's integers are signed; device and inode numbers are not."""
    return number - (1 << 64) if number >= 1 << 63 else number
