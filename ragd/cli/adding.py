"""The verbs that write the index: add, sync, watch and forget."""

import os
import threading
import time
from collections.abc import Callable, Set
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from ragd import wire
from ragd.cli.open_library import library
from ragd.cli.safe import as_json
from ragd.cli.stopping import stopping
from ragd.records import Outcome, Progress

if TYPE_CHECKING:
    from ragd.library import Library

Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Folders or files.", show_default=False)]
AsLines = Annotated[bool, typer.Option("--json", help="One JSON object a line for each file, as it happens.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit code 1 if a file could not be read, in this run or an earlier one.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop there.")]


class Verb(Protocol):
    """A verb of the library that reports while it works."""

    def __call__(
        self,
        library: "Library",
        /,
        *,
        progress: Callable[[Outcome], None],
        meter: Callable[[Progress], None],
        stop: threading.Event,
    ) -> object: ...


def add(paths: Paths, dry_run: DryRun = False, as_lines: AsLines = False, strict: Strict = False) -> int:
    """Remember folders or files, and index them now."""
    from ragd.cli import plan

    with library() as opened:
        if dry_run or not as_lines:
            plan.tell(opened.plan(paths), as_line=as_lines, in_full=dry_run)
    if dry_run:
        return 0
    named = frozenset(os.path.abspath(path.expanduser()) for path in paths)  # noqa: PTH100 - as the index names it
    return index(lambda opened, **told: opened.add(paths, **told), as_lines=as_lines, strict=strict, named=named)


def sync(as_lines: AsLines = False, strict: Strict = False) -> int:
    """Make the index equal to the disk, once."""
    return index(lambda opened, **told: opened.sync(**told), as_lines=as_lines, strict=strict)


def index(
    verb: Verb,
    *,
    as_lines: bool = False,
    strict: bool = False,
    home: Path | None = None,
    brief: bool = False,
    named: Set[str] = frozenset(),
) -> int:
    """Run a verb that reads files into the index, with its progress and its summary; the exit code.

    Of the files that the person `named` it is told at once if they fail: the rest of the run may take long.
    """
    from ragd.cli.outcomes import Tally, failure, summary
    from ragd.cli.progress import meter
    from ragd.cli.screen import notes, results

    tally, began = Tally(), time.monotonic()

    with stopping() as stop:
        # Bars and lines of results on one terminal would tear each other up.
        bars = not (as_lines and results().is_terminal)
        with meter(stop.event, bars=bars) as shown, library(shown.say, home=home) as opened:

            def tell(outcome: Outcome) -> None:
                at_once = outcome.status == "failed" and outcome.part is None and outcome.path in named
                tally.add(outcome, told=at_once and not as_lines)
                if as_lines:
                    print(as_json(wire.outcome(outcome)), flush=True)
                elif at_once:
                    shown.say(failure(outcome))

            verb(opened, progress=tell, meter=shown, stop=stop.event)
            failed = strict and bool(opened.problems())
        summary(notes(), tally, seconds=time.monotonic() - began, brief=brief)
        return stop.told("`ragd sync` goes on" if home is None else "the throw-away home is removed") or int(failed)


def watch() -> int:
    """Keep the index equal to the disk until Ctrl-C."""
    from ragd.cli.diary import Diary

    with stopping() as stop, Diary.kept() as diary, library(diary.say) as opened:
        diary.say("making the index equal to the disk, and keeping it so; Ctrl-C stops")
        opened.watch(progress=diary.write, meter=diary.meter, stop=stop.event)
        diary.rest()
        return stop.told("`ragd watch` goes on")


def forget(paths: Paths, as_lines: AsLines = False) -> int:
    """Remove folders or files from the index for good, and keep them out."""
    from ragd.cli.outcomes import name
    from ragd.cli.screen import count, notes, put

    with stopping() as stop, library() as opened:  # a first Ctrl-C leaves nothing half forgotten
        outcomes = opened.forget(paths)
    for outcome in outcomes:
        if as_lines:
            print(as_json(wire.outcome(outcome)))
        elif outcome.note:
            put(notes(), f"{name(outcome)}: {outcome.note}")
    forgotten = count(len(outcomes), "file")
    put(notes(), f"forgot {forgotten}; what was named is kept out from now on, until `ragd add` takes it in again")
    return stop.code
