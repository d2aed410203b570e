"""What `ragd watch` tells: each file as it changes, many at once in one line."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from ragd.cli.outcomes import has_moved, name
from ragd.cli.progress import Lines
from ragd.cli.safe import line
from ragd.cli.screen import count, notes, put
from ragd.records import Outcome, Progress

MOST = 10  # files a second that are told by name
_TOLD = {"indexed": "indexed", "failed": "failed", "forgotten": "gone"}  # status, and what a person calls it


class Diary:
    """Lines with the time before them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines = Lines(console)
        self._second = 0.0
        self._told = 0
        self._more: Counter[str] = Counter()

    @classmethod
    @contextmanager
    def kept(cls) -> Iterator["Diary"]:
        """A diary on stderr, complete when this ends."""
        diary = cls(notes())
        try:
            yield diary
        finally:
            diary.rest()

    def write(self, outcome: Outcome) -> None:
        """Tell of a file that changed; what stays as it was is no news."""
        if outcome.status not in _TOLD:
            return
        self._turn()
        self._told += 1
        if self._told > MOST:
            self._more["moved" if has_moved(outcome) else _TOLD[outcome.status]] += 1
        elif has_moved(outcome):
            self.say(f"{name(outcome)} {line(outcome.note or '')}")
        else:
            note = f": {line(outcome.note)}" if outcome.note and outcome.status == "failed" else ""
            self.say(f"{_TOLD[outcome.status]} {name(outcome)}{note}")

    def meter(self, now: Progress) -> None:
        """How far a long run is."""
        self._turn()
        self._lines(now)

    def say(self, said: str) -> None:
        put(self._console, f"{time.strftime('%H:%M:%S')}  {line(said)}")

    def _turn(self) -> None:
        if time.monotonic() - self._second >= 1:
            self.rest()
            self._second, self._told = time.monotonic(), 0

    def rest(self) -> None:
        """Tell in one line of those that were too many to name."""
        if self._more:
            self.say(", ".join(f"{word} {count(number, 'more file')}" for word, number in self._more.items()))
        self._more.clear()
