"""Hints from the operating system: paths of the roots that may have changed and have been quiet since.

A hint is never "created" or "deleted": whoever takes it looks at the disk (design, rule 3). A hint for a folder is one
for all that is in it. Start the Watcher before the first look at the disk; what changes between the two is then told.
"""

import contextlib
import logging
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ragd import rules
from ragd.sources import ignore

_ATTEND = 1.0  # seconds between two looks whether the roots are there, and are the folders that are being watched
_POLL = 10.0  # seconds between two hints for a root that the system cannot watch
# Opening and reading are no changes: heeding them, the indexer would wake itself with every file it reads. A folder is
# "modified" with each file in it; as a hint that would be one for the whole folder at each saved file.
_EVENTS = (
    *("FileCreatedEvent", "FileModifiedEvent", "FileDeletedEvent", "FileMovedEvent", "FileClosedEvent"),
    *("DirCreatedEvent", "DirDeletedEvent", "DirMovedEvent", "FileAttribEvent", "DirAttribEvent"),
)


@dataclass(slots=True)
class _Root:
    """A root and what is being watched for it."""

    path: str  # as the person named it; hints are told under this name
    real: str = ""  # where links lead: what the system reports
    folder: str = ""  # the real folder that is watched: the root, or the folder that a one-file root is in
    identity: tuple[int, int] | None = None  # device and inode of that folder; None: to be watched anew
    watch: Any = None
    polled: float | None = None  # when it was last hinted at, if the system cannot watch it
    missed: bool = False  # it was not there; as soon as it is, it is a hint itself


@dataclass(slots=True)
class _Touched:
    """When a path was first and last touched since it was last handed out, in seconds of the monotonic clock."""

    first: float
    last: float = field(default=0.0)


class Watcher(contextlib.AbstractContextManager["Watcher"]):
    """Watches roots (folders or files, there or not) for as long as the context lasts.

    A path is handed out once nothing has touched it (or, of a folder, anything in it) for `quiet` seconds, but
    `patience` seconds after its first change at the latest: a log may be written without end. `excluded` are folders
    whose changes do not count, ragd's own above all. `notes` tells for a person what could not be watched.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        quiet: float = 0.3,
        *,
        excluded: Collection[Path] = (),
        patience: float = 5.0,
    ) -> None:
        self.notes: list[str] = []
        self._roots = [_Root(os.path.abspath(root)) for root in roots]  # noqa: PTH100 - links are kept as named
        self._excluded = tuple(f"{os.path.realpath(path)}/" for path in excluded)
        self._quiet, self._patience = quiet, patience
        self._touched: dict[str, _Touched] = {}
        self._changed = threading.Condition()
        self._attended = 0.0
        self._observer: Any = None
        self._refusal: OSError | None = None  # why the system watches nothing at all
        self._alarm = _Alarm(self._touch_all)

    def __enter__(self) -> Self:
        from watchdog.observers import Observer

        logging.getLogger("watchdog").addHandler(self._alarm)
        # A folder moved into one that was just made is met twice by watchdog, in a walk of the new one and as the move
        # itself. It keeps one watch, which is right, and says so in a warning of a kilobyte for each folder inside.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning, r"watchdog\.observers")
        try:
            self._observer = Observer()
            self._observer.start()
        except OSError as error:
            self._observer, self._refusal = None, error
        self._attend(time.monotonic())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        logging.getLogger("watchdog").removeHandler(self._alarm)

    def wait(self, timeout: float) -> set[Path]:
        """The paths that may have changed and are quiet now; empty if there are none within `timeout` seconds.

        Of a folder and what is in it only the folder is told. After events were lost, the roots themselves are.
        """
        deadline = time.monotonic() + timeout
        while True:
            now = time.monotonic()
            if now >= self._attended + _ATTEND:
                self._attend(now)  # not under the condition: watchdog calls us under a lock of its own
            with self._changed:
                ripe, next_ripe = self._ripe(now)
                if ripe or now >= deadline:
                    return {Path(path) for path in ripe}
                self._changed.wait(max(0.0, min(deadline, next_ripe, self._attended + _ATTEND) - now))

    def _ripe(self, now: float) -> tuple[list[str], float]:
        """Takes out the outermost paths that are ripe, and says when the next will be."""
        ripe: list[str] = []
        next_ripe = float("inf")
        for group in _groups(self._touched):
            first = min(self._touched[path].first for path in group)
            last = max(self._touched[path].last for path in group)
            due = min(last + self._quiet, first + self._patience)
            if due > now:
                next_ripe = min(next_ripe, due)
                continue
            ripe.append(group[0])
            for path in group:
                del self._touched[path]
        return ripe, next_ripe

    def _touch(self, *paths: str) -> None:
        now = time.monotonic()
        with self._changed:
            waking = not self._touched  # otherwise `wait` already knows when to look again
            for path in paths:
                self._touched.setdefault(path, _Touched(now)).last = now
            if waking and self._touched:
                self._changed.notify()

    def _touch_all(self) -> None:
        self._touch(*(root.path for root in self._roots))

    def _heed(self, root: _Root, event: Any) -> None:
        """Takes one event of watchdog. Runs in its thread."""
        if event.event_type in ("deleted", "moved") and os.fsdecode(event.src_path) == root.folder:
            root.identity = None
        paths = (os.fsdecode(path) for path in (event.src_path, event.dest_path) if path)
        self._touch(*(hint for path in paths if (hint := self._hint(root, path))))

    def _hint(self, root: _Root, real: str) -> str | None:
        """What a touched path is a hint for; None where no file of interest can be."""
        if real != root.real and not real.startswith(root.real.rstrip("/") + "/"):
            return None  # beside a one-file root
        if any(f"{real}/".startswith(own) and not root.real.startswith(own) for own in self._excluded):
            return None
        below = real[len(root.real) :].strip("/")
        if not below:
            return root.path
        *folders, name = below.split("/")
        if any(_left_out(folder) for folder in folders):
            return None
        if name in (*ignore.NAMES, "CACHEDIR.TAG"):  # decide over the whole folder
            return os.path.join(root.path, *folders)  # noqa: PTH118
        rule = rules.file_rule(name)
        return None if rule and not rules.is_watched(rule) else os.path.join(root.path, below)  # noqa: PTH118

    def _attend(self, now: float) -> None:
        self._attended = now
        for root in self._roots:
            if root.polled is not None:
                if now >= root.polled + _POLL:
                    root.polled = now
                    self._touch(root.path)
            elif root.identity is None or _identity(root.folder) != root.identity:
                self._watch(root, now)

    def _watch(self, root: _Root, now: float) -> None:
        """Watches a root that was not watched, or whose folder is another one now."""
        returned = root.missed or root.watch is not None
        self._unwatch(root)
        root.real = os.path.realpath(root.path)
        root.folder = root.real if not Path(root.real).is_file() else str(Path(root.real).parent)
        root.identity = _identity(root.folder)
        if root.identity is None:
            if not root.missed:
                self._touch(root.path)
            root.missed = True
            return
        try:
            self._schedule(root)
        except OSError as error:
            self._unwatch(root)
            if _identity(root.folder) is not None:  # otherwise it has just gone, and is tried again
                self._poll(root, error, now)
        if returned:
            self._touch(root.path)
        root.missed = False

    def _schedule(self, root: _Root) -> None:
        """Raises OSError where the system cannot watch this root, or not all of its folders."""
        from watchdog import events

        if self._refusal is not None:
            raise self._refusal
        heeded = [getattr(events, name) for name in _EVENTS if hasattr(events, name)]
        root.watch = self._observer.schedule(
            _handler(self, root), root.folder, recursive=root.folder == root.real, event_filter=heeded
        )
        if sys.platform == "linux":
            self._probe()

    def _probe(self) -> None:
        """Raises OSError if no more folders can be watched: then watchdog has passed over some without a word."""
        from watchdog.events import FileSystemEventHandler

        with tempfile.TemporaryDirectory(prefix="ragd-watch-") as folder:
            watch = self._observer.schedule(FileSystemEventHandler(), folder)
            self._observer.unschedule(watch)

    def _unwatch(self, root: _Root) -> None:
        if root.watch is not None:
            with contextlib.suppress(KeyError):
                self._observer.unschedule(root.watch)
            root.watch = None

    def _poll(self, root: _Root, error: OSError, now: float) -> None:
        root.polled = now
        remedy = "; `sysctl fs.inotify` shows the limits" if sys.platform == "linux" else ""
        reason = (error.strerror or str(error)).lower()
        self.notes.append(f"{root.path} is looked at every {_POLL:.0f} s, it cannot be watched ({reason}){remedy}")


class _Alarm(logging.Handler):
    """Hears watchdog say that events were lost: its log is the only place where it says so."""

    def __init__(self, lost: Any) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        self._lost()


def _handler(watcher: Watcher, root: _Root) -> Any:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        """Hands every event to the watcher, with the root it belongs to."""

        def on_any_event(self, event: FileSystemEvent) -> None:
            watcher._heed(root, event)

    return Handler()


def _groups(paths: Iterable[str]) -> list[list[str]]:
    """Paths with those below them: each list begins with the outermost. With "/" at the end they sort together."""
    groups: list[list[str]] = []
    for path in sorted(paths, key=lambda path: f"{path}/"):
        if groups and f"{path}/".startswith(f"{groups[-1][0].rstrip('/')}/"):
            groups[-1].append(path)
        else:
            groups.append([path])
    return groups


@lru_cache(maxsize=4096)
def _left_out(folder: str) -> bool:
    """Whether nothing in a folder of this name is ever read, so that the noise in .git or node_modules wakes nobody."""
    rule = rules.folder_rule(folder, frozenset)
    return rule is not None and not rules.is_watched(rule)


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        seen = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return seen.st_dev, seen.st_ino
