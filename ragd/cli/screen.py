"""The two screens, results and everything else, and how figures, paths and long lines are put on them."""

import sys
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from ragd.cli.safe import line, path_line
from ragd.records import Found

WIDEST = 100  # columns; longer lines are hard to read however wide the window is


class Screen(Console):
    """A console that leaves it to the command to decide what a reader's leaving means."""

    def on_broken_pipe(self) -> None:
        """Called by rich, which would end the process with exit code 1."""
        raise BrokenPipeError


def results() -> Console:
    """Where results go."""
    return _console(stderr=False)


def notes() -> Console:
    """Where everything else goes."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    return Screen(stderr=stderr, markup=False, emoji=False, highlight=False)


def width_of(console: Console) -> int | None:
    """Columns to fill, None where the output is a file or a pipe: there lines are as long as they are."""
    return min(console.width, WIDEST) if console.is_terminal else None


def put(
    console: Console, text: Text | str = "", *, indent: int = 0, label: Text | None = None, most: int | None = None
) -> None:
    """Print text, wrapped to a terminal and indented; `label` stands in the first line's indent.

    No more than `most` lines of a terminal are printed, and then the last ends in "…".
    """
    whole = Text(text) if isinstance(text, str) else text
    width = width_of(console)
    lines = list(whole.wrap(console, max(20, width - indent)) if width else whole.split("\n")) or [Text()]
    if most and width and len(lines) > most:
        lines = lines[:most]
        lines[-1].rstrip()
        lines[-1].append(" …")
    for number, one in enumerate(lines):
        one.rstrip()
        before = label.copy() if label and number == 0 else Text(" " * indent if one.plain else "")
        console.print(before.append_text(one), soft_wrap=True)


def link_to(document: Found, page: int | None) -> Style:
    """The style that lets a terminal open the file, at the page where it has one."""
    uri = line(document.uri)
    if page and not document.part:
        uri += f"#page={page}"
    return Style(link=uri) if uri.startswith("file:") else Style()


def short(path: str) -> str:
    """A path as people write it."""
    shown = path_line(path)
    home = str(Path.home())  # not put before a quoted path: the shell puts nothing in place of "~" there
    return f"~{shown[len(home) :]}" if shown == home or shown.startswith(f"{home}/") else shown


def megabytes(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """A rough time for people: "8 s", "3 min", "2 h 10 min"."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """A time left that may change every second: "0:02:10"."""
    return str(timedelta(seconds=round(seconds)))


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 file", "1,204 files"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def is_terminal() -> bool:
    """Whether a person sees both what is asked and what is typed."""
    return sys.stdin.isatty() and sys.stdout.isatty()
