"""One writer at work: every root is looked at, what differs is read, words first and meaning after."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ragd import forgetting, moved, rules
from ragd.embedding import Embedding
from ragd.errors import SourceError
from ragd.home import Home, space_guard, writing
from ragd.index import ingest, upkeep
from ragd.index.catalog import Catalog, KnownFile, is_older
from ragd.index.difference import Difference, difference, same
from ragd.index.ingest import Rooms
from ragd.index.meaning import Meaning, MeaningGiver, Owed
from ragd.index.vectors import Vectors
from ragd.index.words import Words
from ragd.pace import Measured, Pace
from ragd.parsers.pool import Limits, Pool
from ragd.parsers.table import readable, reader_version
from ragd.records import Outcome, Progress, SourceFile
from ragd.sources import walk
from ragd.sources.ignore import NAMES as IGNORE_FILES

Tell = Callable[[Outcome], None]
Meter = Callable[[Progress], None]
GRACE = 60.0  # seconds that rows of a replaced document stay for searches that began before


@dataclass(frozen=True, slots=True)
class Reports:
    """Who is told what during a run, and what stops it."""

    outcome: Tell
    progress: Meter
    say: Callable[[str], None]
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class Stores:
    """The two stores that every run writes to; vectors are opened when something is to be embedded."""

    catalog: Catalog
    words: Words


class Indexer:
    """Holds the home's lock and the three stores open for writing; made by `indexer`."""

    def __init__(self, home: Home, embedding: Embedding, pool: Pool, *, stores: Stores, reports: Reports) -> None:
        self._home = home
        self._embedding = embedding
        self._pool = pool
        self.catalog = stores.catalog
        self.words = stores.words
        self._reports = reports
        self._meaning: Meaning | None = None
        self._giver: MeaningGiver | None = None
        self._owed: Owed | None = None  # None: something has changed since it was looked up
        self._progress = Progress("looking")
        self._pace = Pace.load(home.sizes)
        self._embedding_since: float | None = None
        self._finished = 0  # bytes of the files that this run has read to their end

    def remember(self, paths: Iterable[Path]) -> list[str]:
        """Make roots of the paths; returns them."""
        roots = list(paths)
        for path in roots:
            self.catalog.remember(str(path), path.stat().st_dev, forgetting.forgotten_content(self.catalog, path))
        return [str(path) for path in roots]

    def sync(self, roots: Collection[str] | None = None) -> None:
        """Make the index equal to the disk for these roots (None: all), words first and meaning after."""
        self.read(self.look(roots))
        self.clear_away(before=time.time())  # nothing is embedded for what is gone
        self.give_meaning()
        self.clear_away(before=time.time())

    def look(self, roots: Collection[str] | None = None) -> list[Difference]:
        """How the roots differ from what is known of them; what is unknown or left out is noted and told.

        Of a run that is stopped meanwhile nothing comes: half a look would take files for missing.
        """
        self._progress = Progress("looking")
        self._meter()
        chosen = [root for root in self.catalog.roots() if roots is None or root in roots]
        try:
            return [found for found in map(self._look_at, chosen) if found]
        except _Stopped:
            return []

    def _look_at(self, root: str) -> Difference | None:
        known = self._known_below(root)
        state, now = self._state(root, known), time.time()
        if state == "unknown":
            self.catalog.mark_root(root, "unknown", device=None, as_of=now)
            note = "missing, unreadable or suddenly empty: its documents stay until you `ragd forget` it"
            self._reports.outcome(Outcome(root, None, "skipped", note))
            return None
        seen = self._scan(root, known) if state == "ok" else ()
        found = difference(seen, known, reader=reader_version, keeps=walk.keeps)
        self.catalog.leave_out(root, found.left_out)
        self.catalog.owe(root, len(found.read))
        self.catalog.mark_root(root, "ok", device=Path(root).stat().st_dev if state == "ok" else None, as_of=now)
        for outcome in found.left_out:
            self._reports.outcome(outcome)
        for path in found.unchanged:
            before = known[path]
            self._reports.outcome(Outcome(path, None, "unchanged", rules.as_before(before.status, before.note)))
        return found

    def _known_below(self, root: str) -> dict[str, KnownFile]:
        """What is known of a root, without the roots inside it: they are looked at by themselves."""
        nested = self._nested(root)
        known = self.catalog.known_files(root)
        return {path: one for path, one in known.items() if not any(_at_or_below(path, other) for other in nested)}

    def _state(self, root: str, known: Mapping[str, KnownFile]) -> str:
        files = (Path(path) for path in known)
        device = self.catalog.roots()[root]
        return walk.state_of(Path(root), len(known), device, files=files, one_file=list(known) == [root])

    def _scan(
        self, root: str, known: Mapping[str, KnownFile], *, under: Path | None = None
    ) -> Iterator[SourceFile | Outcome]:
        nested = self._nested(root)
        for item in walk.scan(
            Path(root),
            readable=readable,
            forgotten=self.catalog.forgotten(),
            excluded=[self._home.path, *map(Path, nested)],
            known=lambda file: same(file, known.get(str(file.path))),
            under=under,
        ):
            if self._reports.stop.is_set():
                raise _Stopped
            if isinstance(item, SourceFile) or item.path not in nested:
                yield item

    def _nested(self, root: str) -> list[str]:
        return [other for other in self.catalog.roots() if other != root and _at_or_below(other, root)]

    def read(self, differences: Collection[Difference]) -> None:
        """Read what is new or changed, then let go of what is missing: so a renamed file is known by its bytes."""
        self._owed = None
        files = [file for found in differences for file in found.read]
        missing = [path for found in differences for path in found.missing]
        recut = ingest.cut_anew(self._rooms(), stop=self._reports.stop)
        if recut:
            self._reports.say(
                f"cut into passages anew, as ragd or its embedding model changed: {_counted(recut, 'document')}"
            )
        again = sum(found.again for found in differences)
        if again:
            self._reports.say(f"read again, as ragd or a parser is of another version now: {_counted(again, 'file')}")
        self.read_files(files)
        if missing and not self._reports.stop.is_set():
            farewells = moved.farewells(self.catalog, missing, {str(file.path) for file in files})
            ingest.forget_files(self._rooms(), missing)
            for outcome in farewells:
                self._reports.outcome(outcome)

    def read_files(self, files: Collection[SourceFile]) -> None:
        """Read files into the index; each can be found by words when its outcome is told."""
        self._owed = None
        sizes = {str(file.path): file.size for file in files}
        self._meter(stage="words", files_done=0, files_total=len(files), bytes_done=0, bytes_total=sum(sizes.values()))
        began, measured, self._finished = time.monotonic(), Measured(), 0
        for outcomes in ingest.read_files(self._rooms(), self._pool, files, stop=self._reports.stop):
            for outcome in outcomes:
                self._reports.outcome(outcome)
                measured.add(outcome, sizes)
            for path in {one.path for one in outcomes if one.part is None} & sizes.keys():
                self._finished += sizes.pop(path)
            self._meter(files_done=len(files) - len(sizes))
            self._pulse(left=0)
            self._settle_pending(sizes)
        self._pace = self._pace.after_reading(measured.bytes, measured.passages, time.monotonic() - began)

    def _pulse(self, left: int) -> None:
        """Tell how far the words are; `left` characters of what was read are still to be written."""
        reached = self._finished + self._pool.reached() - left  # a file that is read whole and not told is in neither
        self._meter(bytes_done=max(reached, self._progress.bytes_done))

    def _settle_pending(self, left: Collection[str]) -> None:
        for root in self.catalog.roots():
            self.catalog.owe(root, sum(_at_or_below(path, root) for path in left))

    def catch_up(self, hints: Iterable[Path]) -> None:
        """Look at paths that may have changed, read what did, and give it its meaning at once."""
        try:
            found = [self._look_near(hint) for hint in _outermost(_ignoring_folders(hints))]
        except _Stopped:
            return
        self.read([one for one in found if one])

    def _look_near(self, hint: Path) -> Difference | None:
        roots = [root for root in self.catalog.roots() if _at_or_below(str(hint), root)]
        if not roots:
            return None
        root = max(roots, key=len)
        known = self._known_below(root)
        if self._state(root, known) != "ok":
            return self._look_at(root)
        near = {path: file for path, file in known.items() if _at_or_below(path, str(hint))}
        seen = self._scan(root, known, under=hint)
        return difference(seen, near, reader=reader_version, keeps=walk.keeps)

    def give_meaning(self) -> None:
        """Embed all that is owed, newest first."""
        while not self._reports.stop.is_set() and self.give_some_meaning():
            pass

    def give_some_meaning(self) -> bool:
        """Embed one batch of what is owed, newest first; False where nothing is owed.

        A new embedder's vectors are swapped in when all are there.
        """
        if self._owed is None:
            self._owed = self._look_up_owed()
        if not self._owed:
            self._measure_meaning()
            return False
        meaning = self.meaning()
        if self._progress.stage != "meaning":
            self._embedding_since = time.monotonic()
            self._meter(stage="meaning", texts_done=0, texts_total=len(self._owed))
        if self._giver is None:
            self._giver = MeaningGiver(self.catalog, meaning, self._reports.stop)
        written = self._giver.give(self._owed.first(self._giver.enough))
        self._owed.give(written)
        self._meter(texts_done=self._progress.texts_done + len(written))
        if not self._owed:
            self._all_given(meaning.space)
        return True

    def _look_up_owed(self) -> Owed:
        if self._embedding.is_satisfied(self.catalog):
            return Owed(())
        space = self.meaning().space
        owed = Owed(self.catalog.spaces.owed(space))
        if not owed:
            self._all_given(space)
        return owed

    def _all_given(self, space: int) -> None:
        self._swap(space)
        self.catalog.spaces.nothing_owed(space)

    def finish(self) -> None:
        """Write what is begun: it may be a second's work when a run is stopped, and none of it is lost."""
        if self._giver:
            self._giver.finish()
        self._keep_pace()

    def _keep_pace(self) -> None:
        """Remember how fast this run was, for the rough times that are told before the next."""
        self._measure_meaning()
        self._pace.save(self._home.sizes)

    def _measure_meaning(self) -> None:
        if self._embedding_since is not None and self._progress.stage == "meaning":
            passed = time.monotonic() - self._embedding_since
            self._pace = self._pace.after_meaning(self._progress.texts_done, passed)
        self._embedding_since = None

    def close(self) -> None:
        """Let go of what is open."""
        if self._giver:
            self._giver.close()
        self.words.close()

    def meaning(self) -> Meaning:
        """The embedder and the space its vectors live in, opened when first needed."""
        if self._meaning is None:
            embedder = self._embedding.open(self._reports.say)
            space = self._embedding.space(self.catalog, embedder)
            vectors = Vectors.open(self._home.vectors / str(space), embedder.dimensions)
            upkeep.sound_vectors(self.catalog, space, vectors)
            self._meaning = Meaning(space, vectors, embedder)
        return self._meaning

    def _swap(self, space: int) -> None:
        if self.catalog.setting("space") != str(space):
            self.catalog.put("space", str(space))
            upkeep.drop_spaces(self.catalog, self._home.vectors, keep=space)

    def clear_away(self, *, before: float) -> None:
        """Take out the rows of what lost its last place before a time (seconds of the epoch)."""
        if self._reports.stop.is_set():
            return
        self._measure_meaning()
        self._owed = None
        self._meter(stage="tidying")
        upkeep.clear_away(self.catalog, self.words, self._spaces, before=before)
        self.words = upkeep.tidy_words(self.catalog, self.words, self._home.words)
        if self._meaning:
            self._meaning.vectors.tidy()

    def forget(self, paths: Iterable[Path]) -> list[Outcome]:
        """Remove paths for good, from every store's files, and keep them out from now on.

        Raises SourceError, with nothing removed, for a path that is neither on the disk nor known.
        """
        outcomes = []
        chosen = list(paths)
        for path in chosen:
            if not (path.exists() or str(path) in self.catalog.roots() or self.catalog.known_files(str(path))):
                raise SourceError(f"{path} is not there and not known", remedy="`ragd status` lists what is indexed")
        held = forgetting.held(self.catalog, chosen, home=self._home.path)
        for path in chosen:
            known = self.catalog.known_files(str(path))
            outcomes += [Outcome(one, None, "forgotten", self._stays_at(one, path)) for one in known]
            self.catalog.forget(str(path), held[path])
            ingest.forget_files(self._rooms(), known)
        upkeep.clear_away(self.catalog, self.words, self._spaces, before=time.time() + 1)
        self.words = upkeep.erase(self.catalog, self.words, self._spaces(), self._home.words)
        return outcomes

    def _stays_at(self, path: str, forgotten: Path) -> str | None:
        others = [place for place in self.catalog.other_places(path) if not _at_or_below(place, str(forgotten))]
        return f"the same content stays at {others[0]}" if others else None

    def _spaces(self) -> list[Vectors]:
        return [
            Vectors.open(self._home.vectors / str(space), dimensions)
            for space, dimensions in self.catalog.spaces.all().items()
        ]

    def _rooms(self) -> Rooms:
        chunker, foresee = self._embedding.chunker, self._embedding.foresee
        return Rooms(self.catalog, self.words, chunker, reader_version, foresee, self._pulse)

    def _meter(self, **changes: object) -> None:
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]
        self._reports.progress(self._progress)


@contextmanager
def indexer(
    home: Home, embedding: Embedding, *, workers: int, limits: Limits, doing: str, reports: Reports
) -> Iterator[Indexer]:
    """Take the home's lock and open everything for writing. Raises HomeBusy, HomeError and DiskFull."""
    with (
        writing(home, doing, say=reports.say),
        space_guard(),
        Pool(workers, limits, stopped=reports.stop.is_set) as pool,
    ):
        catalog = Catalog(home.catalog)
        try:
            words = upkeep.open_words(catalog, home.words, say=reports.say)
            at_work = Indexer(home, embedding, pool, stores=Stores(catalog, words), reports=reports)
            try:
                yield at_work
                at_work.finish()
            finally:
                at_work.close()
        finally:
            catalog.close()


def carry_over(home: Home, say: Callable[[str], None]) -> None:
    """Give an index of an older ragd the tables of this one; what only the files can tell, the next `sync` reads."""
    if is_older(home.catalog):
        with writing(home, "ragd, which carries an older index over"), space_guard():
            Catalog(home.catalog).close()
        say("the index of an older ragd was carried over; `ragd sync` reads its files again, and embeds only new text")


def _counted(number: int, one: str) -> str:
    """ "1 file", "1,204 files"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


class _Stopped(Exception):
    """The run was stopped in the middle of a look at the disk."""


def _ignoring_folders(hints: Iterable[Path]) -> Iterator[Path]:
    """A changed ignore file may concern all of its folder."""
    for hint in hints:
        yield hint.parent if hint.name in IGNORE_FILES else hint


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """The paths without those that lie in another of them."""
    chosen: list[Path] = []
    for path in sorted(set(paths)):
        if not any(_at_or_below(str(path), str(other)) for other in chosen):
            chosen.append(path)
    return chosen


def _at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
