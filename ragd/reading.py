"""Everything that only reads the index: searches, passages in their context, the state of things. Needs no lock."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ragd import rules, wire
from ragd.embedding import Embedding
from ragd.errors import ModelError, SourceError
from ragd.home import Home, holder, space_guard
from ragd.index.catalog import View
from ragd.index.catalog.dates import file_time
from ragd.index.embed import Embedder
from ragd.index.vectors import Vectors, VectorsDamaged
from ragd.index.words import Words, WordsDamaged
from ragd.kept import Kept
from ragd.records import Citation, Found, Hit, Outcome, Passage, Results, Thread
from ragd.search.hints import hints
from ragd.search.query import Query, conditions, parse, without_conditions
from ragd.search.retrieve import Sought, retrieve
from ragd.search.taken import A_SECTION
from ragd.search.unmatched import why_nothing
from ragd.thread import around
from ragd.whereabouts import SYNC, moved_on, whereabouts

T = TypeVar("T")
TRIES = 5  # snapshots taken before a search settles for one that the writer has moved on from
CONTEXT = 600  # code points shown before and after a passage


class Reader:
    """Reads one home. Safe to use from several threads."""

    def __init__(self, home: Home, embedding: Embedding, *, say: Callable[[str], None]) -> None:
        self._home = home
        self._embedding = embedding
        self._say = say
        self._kept = Kept(home, say)
        self._lock = threading.Lock()
        self._words: tuple[str, Words] | None = None
        self._vectors: tuple[int, Vectors] | None = None

    def close(self) -> None:
        """Let go of what is open."""
        if self._words:
            self._words[1].close()
        self._words = self._vectors = None

    def find(self, text: str, *, limit: int, a_section: int = A_SECTION) -> Results:
        """The best passages, at most `a_section` of one section on a page.

        Raises QueryError for a query that cannot be understood.
        """
        started = time.monotonic()
        query = parse(text, today=datetime.now().astimezone().date())
        with self._lock:
            hits, nearest, notes = self._on_snapshot(
                lambda view, words: self._find(query, view, words, limit=limit, a_section=a_section)
            )
        return Results(text, tuple(hits), tuple(nearest), tuple(notes), (time.monotonic() - started) * 1000)

    def moved_on(self, shown: Iterable[Hit | Citation]) -> list[str]:
        """What to say where files are not as they were when they were read."""
        paths = {one.document.path for one in shown}
        return self._from_view(lambda view: moved_on(view, sorted(paths)), [])

    def _find(
        self, query: Query, view: View, words: Words, *, limit: int, a_section: int
    ) -> tuple[list[Hit], list[Hit], list[str]]:
        notes = [*coverage(view), *hints(query.text)]
        sought = self._sought(query, view, notes)
        hits = retrieve(sought, view, words, limit=limit, a_section=a_section)
        if not hits and query.filters and not view.keys_where(conditions(query)):
            why = why_nothing(query, lambda asked: len(view.keys_where(asked)), view.combinations)
            return [], [], [*notes, *why]
        if hits and not query.words.strip():
            notes.append(_listed(len(hits), None if query.without else len(view.keys_where(conditions(query)))))
        if hits or not (query.phrases or query.without):
            if hits and query.words and not any({"words", "name"} & hit.ranks.keys() for hit in hits):
                notes += _found_by_meaning(query, view, words)
            return hits, [], notes
        notes.append("no passage has all the quoted words and none of the excluded ones; these are the nearest")
        return [], retrieve(Sought(without_conditions(query), sought.meaning), view, words, limit=limit), notes

    def _sought(self, query: Query, view: View, notes: list[str]) -> Sought:
        space = view.space()
        if space is None or not query.words.strip() or not view.counts.has_vectors():
            return Sought(query, None)
        number, fingerprint, dimensions = space
        try:
            embedder = self._embedding.open(self._say)
        except ModelError as error:
            notes.append(f"found by words only: {error}")
            return Sought(query, None)
        if embedder.fingerprint != fingerprint:
            notes.append("found by words only: the embedding model is another one now; `ragd sync` embeds anew")
            return Sought(query, None)
        return Sought(query, (self._open_vectors(number, dimensions), embedder.question(query.words)))

    def embedder(self) -> Embedder | None:
        """The embedder, None where it cannot be had: then words alone decide."""
        try:
            return self._embedding.open(self._say)
        except ModelError:
            return None

    def _on_snapshot(self, look: Callable[[View, Words], T]) -> T:
        """What `look` finds in one consistent state of the three stores: it looks again if rows left meanwhile."""
        for attempt in range(TRIES):
            try:
                with space_guard(), View(self._home.catalog) as view:
                    found = look(view, self._open_words(view))
                    if attempt == TRIES - 1 or not view.rows_moved():
                        return found
            except FileNotFoundError:
                raise SourceError("nothing is indexed yet", remedy="`ragd add PATH` takes in a folder") from None
            except (WordsDamaged, VectorsDamaged):  # swapped under our feet, or truly damaged
                self._words = self._vectors = None
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _open_words(self, view: View) -> Words:
        name = view.setting("words") or "0"
        if self._words is None or self._words[0] != name:
            self._words = (name, Words.open(self._home.words / name))
        self._words[1].reload()
        return self._words[1]

    def _open_vectors(self, space: int, dimensions: int) -> Vectors:
        if self._vectors is None or self._vectors[0] != space:
            self._vectors = (space, Vectors.open(self._home.vectors / str(space), dimensions))
        self._vectors[1].refresh()
        return self._vectors[1]

    def marked(self, text: str, question: str) -> list[tuple[int, int]]:
        """Where the question's words stand in a text."""
        return self._on_snapshot(lambda view, words: words.marked(text, question))

    # the last results

    def keep(self, shown: Sequence[Hit | Citation], *, by_program: bool) -> None:
        """Remember what was shown, for `show` and `open`."""
        self._kept.put([_row(one) for one in shown], by_program=by_program)

    def keep_thread(self, thread: Thread, *, by_program: bool) -> None:
        """Number the messages of a thread after the last results, in the place of those of another thread."""
        results = [row for row in self._kept.rows(by_program=by_program) if not row.get("of_thread")]
        rows = [*results, *(_row(one) | {"of_thread": True} for one in thread.messages)]
        self._kept.put(rows, by_program=by_program)

    def location(self, number: int, *, by_program: bool = False) -> dict[str, Any]:
        """The `number`-th of the last results, at the place where it is now. Raises SourceError where it is gone."""
        row = self._kept.row(number, by_program=by_program)
        with View(self._home.catalog) as view:
            at = whereabouts(row, view)
            day = view.days.at(at.key, row["start"])
            found = view.found(at.key, lambda one: (one.path, one.part) == (at.path, at.part), day=day)
        if found is None or not at.there:
            raise SourceError(f"{at.path} is no longer there", remedy=f"{SYNC}; then search again")
        if at.note:
            self._say(at.note)
        return row | {"document": wire.found(found)}

    def passage(self, number: int, *, context: int | None = None, by_program: bool = False) -> Passage:
        """The `number`-th of the last results with `context` code points (None: some lines) before and after it."""
        context = CONTEXT if context is None else context
        row = self._kept.row(number, by_program=by_program)
        with View(self._home.catalog) as view:
            at = whereabouts(row, view)
            key, path, part = at.key, at.path, at.part
            day = view.days.at(key, row["start"])
            found = view.found(key, lambda one: (one.path, one.part) == (path, part), day=day)
            assert found is not None, "a place in this snapshot is still there"
            start, end = row["start"], row["end"]
            first, last = max(0, start - context), min(view.length(key), end + context)
            text = view.text(key, first, last)
            links = linked(view, key, found.path)
            first_free = 1 + sum(not one.get("of_thread") for one in self._kept.rows(by_program=by_program))
            thread = around(view, key, found, number=first_free)
        if at.note:
            self._say(at.note)
        lines = tuple(row["lines"]) if row["lines"] else None
        before, after = _whole_lines(
            text[: start - first], text[end - first :], begins=first == 0, ends=last < end + context
        )
        here = text[start - first : end - first]
        return Passage(found, row["place"], row["page"], lines, before, here, after, *links, thread)

    def links(self, path: str, part: str | None) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
        """The documents that the one at a place links to, and those that link to it. Raises SourceError."""
        try:
            with View(self._home.catalog) as view:
                key = view.key_at(path, part)
                if key is not None:
                    return linked(view, key, path)
        except FileNotFoundError:
            pass
        raise SourceError(f"{path} is not indexed", remedy="`ragd add PATH` takes in a file or folder")

    # what there is

    def status(self, *, generator: str, embedder: str) -> dict[str, Any]:
        """`status` of the contract."""
        writer = holder(self._home)
        state: dict[str, Any] = {"home": str(self._home.path), "roots": [], "documents": 0, "chunks": 0, "kinds": {}}
        state |= {
            "failed": [],
            "left_out": 0,
            "waiting": {"ocr": 0, "audio": 0},
            "embedder": embedder,
            "generator": generator,
        }
        state |= {"daemon": {"pid": writer.pid, "doing": writer.doing} if writer else None}
        state |= {"bytes": self._home.bytes()}
        try:
            with View(self._home.catalog) as view:
                state |= _counts(view)
        except FileNotFoundError:
            pass
        return state

    def problems(self) -> list[Outcome]:
        """Files and parts that could not be read, and why."""
        return self._from_view(lambda view: [one for one in view.problems() if one.status == "failed"], [])

    def left_out(self) -> list[Outcome]:
        """Files, parts and folders that were left out by a rule or have nothing to read in them, and why."""
        return self._from_view(lambda view: sorted(_left_out(view), key=lambda one: (one.path, one.part or "")), [])

    def known(self, root: Path) -> dict[str, tuple[int, int]]:
        """Bytes and mtime_ns of every file at or below a path as it was when it was read."""
        return self._from_view(lambda view: view.sizes_and_times(str(root)), {})

    def _from_view(self, look: Callable[[View], T], nothing: T) -> T:
        try:
            with View(self._home.catalog) as view:
                return look(view)
        except FileNotFoundError:
            return nothing


def _found_by_meaning(query: Query, view: View, words: Words) -> list[str]:
    """What to say where none of the passages has a word of the question: nothing, if others that pass have one."""
    keys = view.keys_where(conditions(query)) if query.filters else None
    if words.search(query.words, 1, keys=keys):
        return []
    of = "no file that the conditions leave" if query.filters else "no file"
    return [f"{of} has these words: found by meaning only, which always finds something"]


def _left_out(view: View) -> list[Outcome]:
    return [*view.left_out(), *(one for one in view.problems() if one.status == "skipped")]


def _row(one: Hit | Citation) -> dict[str, Any]:
    """What is kept of something that was shown."""
    kept = {"document": wire.found(one.document), "place": one.place, "page": one.page, "lines": one.lines}
    return kept | {"start": one.start, "end": one.end}


def linked(view: View, key: int, path: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """The documents that one links to, seen from `path`, and those that link to it."""
    to, back = (
        tuple(found for one in keys if (found := view.found(one, lambda _: True)))
        for keys in (view.links(key, path), view.backlinks(key))
    )
    return to, back


def _whole_lines(before: str, after: str, *, begins: bool, ends: bool) -> tuple[str, str]:
    """The context without the lines that its cut has halved; `begins` and `ends`: there it is the document's own."""
    if not begins and "\n" in before:
        before = before[before.index("\n") + 1 :]
    if not ends and "\n" in after:
        after = after[: after.rindex("\n")]
    return before, after


def coverage(view: View) -> list[str]:
    """How much of what there is a search can find yet; nothing where it finds all."""
    notes = []
    pending = sum(row[3] for row in view.roots())
    if pending:
        read = view.counts.of("documents")
        notes.append(f"{pending:,} files are still to be read: this is found in the {read:,} documents read so far")
    if lacking := view.counts.lacks_vectors():
        passages = view.counts.of("passages")
        notes.append(f"{lacking:,} of {passages:,} passages are found by their words only so far")
    unknown = [path for path, state, *_ in view.roots() if state == "unknown"]
    if unknown:
        notes.append(f"{unknown[0]} cannot be seen now: what is known of it may be old")
    return notes


def _listed(shown: int, there: int | None) -> str:
    """What filters alone list, in what order; `there` is how many documents they leave, where that is known."""
    what = f"the newest {shown:,} of {there:,} documents that the filters leave" if there and shown < there else ""
    return f"no words to look for: by date, {what or 'newest first'}"


def _counts(view: View) -> dict[str, Any]:
    roots = [
        {"path": path, "state": state, **view.counts.below(path), "pending": pending, "as_of": _time(as_of)}
        for path, state, as_of, pending in view.roots()
    ]
    failed = [
        {"path": one.path, "part": one.part, "note": one.note} for one in view.problems() if one.status == "failed"
    ]
    left_out = _left_out(view)
    counts: dict[str, Any] = {
        "roots": roots,
        "documents": view.counts.of("documents"),
        "chunks": view.counts.of("chunks"),
    }
    return counts | {"kinds": view.kinds(), "failed": failed, "left_out": len(left_out), "waiting": _waiting(left_out)}


def _waiting(left_out: Iterable[Outcome]) -> dict[str, int]:
    """How much an extra that is not installed would read: pictures (pages count each) and recordings."""
    waiting = {"ocr": 0, "audio": 0}
    for one in left_out:
        note = one.note or ""
        for extra, remedy in (("ocr", rules.OCR), ("audio", rules.AUDIO)):
            if note.endswith(remedy):
                first = note.split(" ", maxsplit=1)[0].replace(",", "")
                waiting[extra] += int(first) if first.isdecimal() else 1
    return waiting


def _time(seconds: float | None) -> str | None:
    return file_time(int(seconds * 1e9)) if seconds is not None else None
