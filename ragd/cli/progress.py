"""How far a run is, on stderr: bars on a terminal, a line now and then elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from ragd.cli.safe import line
from ragd.cli.screen import clock, count, duration, megabytes, notes, put
from ragd.records import Progress

EVERY = 5.0  # seconds between two lines where there is no terminal
TELLING = 0.03  # of the work that must be done before it says how long the rest takes

WORDS = {"looking": "looking", "words": "words", "meaning": "meaning", "tidying": "tidying up"}


class Meter(Protocol):
    """Takes what a run tells while it goes on."""

    def __call__(self, now: Progress) -> None: ...

    def say(self, said: str) -> None: ...


@contextmanager
def meter(stop: threading.Event, *, bars: bool = True) -> Iterator[Meter]:
    """Shows a run's progress on stderr; bars only where that is a terminal."""
    console = notes()
    if not bars or not console.is_terminal or console.is_dumb_terminal:
        yield Lines(console)
        return
    with _bars(console, stop) as shown:
        yield OnBars(shown)


class Lines:
    """Plain lines, for logs: one in EVERY seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = self._began = time.monotonic()
        self._stage = ""

    def __call__(self, now: Progress) -> None:
        if now.stage != self._stage:
            self._stage, self._began = now.stage, time.monotonic()
        if time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            self.say(progress_line(now, seconds=self._told - self._began))

    def say(self, said: str) -> None:
        put(self._console, line(said))


def progress_line(now: Progress, *, seconds: float) -> str:
    """ "words: 120 of 900 files, 3.4 MB of 20 MB, 40 files/s, about 20 s left"; `seconds` since the stage began."""
    if now.stage == "words":
        facts = [f"{now.files_done:,} of {count(now.files_total, 'file')}", _sizes(now)]
        done, share = now.files_done, _share(now.bytes_done, now.bytes_total)
    elif now.stage == "meaning":
        facts = [f"{now.texts_done:,} of {count(now.texts_total, 'passage')}"]
        done, share = now.texts_done, _share(now.texts_done, now.texts_total)
    else:
        return f"{WORDS[now.stage]} ..."
    if done and seconds > 0:
        facts.append(f"{done / seconds:,.0f}/s")
    if share >= TELLING:
        facts.append(f"about {duration(seconds / share - seconds)} left")
    return f"{WORDS[now.stage]}: {', '.join(facts)}"


def _share(done: float, total: float) -> float:
    return done / total if total else 0.0


def _sizes(now: Progress) -> str:
    return f"{megabytes(now.bytes_done)} of {megabytes(now.bytes_total)}"


class OnBars:
    """Two bars: words first, meaning after."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._looking = self._task("looking", "what has changed", visible=True)
        self._words = self._task("words", "")
        self._meaning = self._task("meaning", "waits for the words")
        self._began: dict[TaskID, float] = {}

    def _task(self, name: str, done: str, *, visible: bool = False) -> TaskID:
        return self._bars.add_task(name, total=None, visible=visible, done=done, rate="", until=None)

    def __call__(self, now: Progress) -> None:
        idle = now.stage in ("looking", "tidying")
        self._bars.update(self._looking, visible=idle, description=WORDS[now.stage])
        if now.stage == "tidying":
            self._bars.update(self._looking, done="")
        if now.files_total:
            done = f"{now.files_done:,}/{now.files_total:,} files, {_sizes(now)}"
            self._show(self._words, now.bytes_done, now.bytes_total or 1, done=done, things=now.files_done)
            self._bars.update(self._meaning, visible=True)
        if now.stage == "meaning" and now.texts_total:
            done = f"{now.texts_done:,}/{now.texts_total:,} passages"
            self._show(self._meaning, now.texts_done, now.texts_total, done=done, things=now.texts_done)

    def _show(self, task: TaskID, completed: int, total: int, *, done: str, things: int) -> None:
        passed = time.monotonic() - self._began.setdefault(task, time.monotonic())
        share = _share(completed, total)
        until = time.monotonic() + passed / share - passed if share >= TELLING else None
        rate = f"{things / passed:,.0f}/s" if things and passed else ""
        self._bars.update(task, visible=True, completed=completed, total=total, done=done, rate=rate, until=until)

    def say(self, said: str) -> None:
        put(self._bars.console, line(said))


@contextmanager
def _bars(console: Console, stop: threading.Event) -> Iterator[Bars]:
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[done]}", markup=False),
        TextColumn("{task.fields[rate]}", markup=False, style="dim"),
        _Left(stop),
    )
    # Redirected, our results on stdout would come out on stderr.
    with Bars(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bars:
        yield bars


class _Left(ProgressColumn):
    """The time left, or that the run ends soon because somebody asked it to."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop

    def render(self, task: Task) -> Text:
        if task.total is None or task.finished:
            return Text()
        if self._stop.is_set():
            return Text("stopping after this batch; Ctrl-C again: at once", style="yellow")
        until = task.fields["until"]
        return Text(f"{clock(max(0, until - time.monotonic()))} left" if until else "", style="cyan")


@contextmanager
def fetching() -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """What takes the lines and the bytes of a download: (say, progress), shown on stderr."""
    console = notes()
    if not console.is_terminal:
        yield lambda said: put(console, line(said)), lambda done, total: None
        return
    columns = (TextColumn("fetching"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bars:
        task = bars.add_task("", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=done < total)

        yield lambda said: put(console, line(said)), progress
