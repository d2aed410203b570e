"""What .gitignore and .ragdignore name, with git's meaning: the nearest file decides, in a file the last line."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ragd.sources.sniff import first_bytes

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_LARGEST = 1_000_000  # bytes; what comes after is not looked at
NAMES = (".gitignore", ".ragdignore")  # the later goes before the earlier, where they stand in one folder

Verdict = tuple[Literal["out", "in"], str] | None  # "in": by a line that starts with "!"; the text says which line


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """One ignore file: the folder it counts in, its name, its lines, and the patterns they make."""

    folder: str
    name: str
    lines: tuple[str, ...]
    spec: "GitIgnoreSpec"


def load(folder: str, name: str) -> IgnoreFile | None:
    """The ignore file `name` of a folder; None if it cannot be read or names nothing.

    A line that is no pattern is passed over, as git does.
    """
    from pathspec import GitIgnoreSpec

    try:
        data = first_bytes(f"{folder}/{name}", _LARGEST)
    except OSError:
        return None
    lines = tuple(data.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape").replace("\r\n", "\n").split("\n"))
    patterns = [_pattern(line) for line in lines]
    spec: GitIgnoreSpec = GitIgnoreSpec(patterns, backend="simple")
    return IgnoreFile(folder, name, lines, spec) if any(item.include is not None for item in patterns) else None


def verdict(files: tuple[IgnoreFile, ...], path: str, *, folder: bool) -> Verdict:
    """What the ignore files (outermost first) say of a path below them; None if no line names it."""
    for file in reversed(files):
        below = path[len(file.folder) + 1 :] + ("/" if folder else "")
        found = file.spec.check_file(below)
        if found.include is not None and found.index is not None:
            line = f"{file.name} line {found.index + 1}: {file.lines[found.index].strip()}"
            return ("out", f"named by {line}") if found.include else ("in", line)
    lines = (_line_that_reaches_into(path, file) for file in files if folder)
    return next((("in", line) for line in lines if line), None)


def _line_that_reaches_into(path: str, file: IgnoreFile) -> str | None:
    """The line that takes in something inside a folder ("!build/notes.md")."""
    folder = path[len(file.folder) + 1 :]
    named = (f"!{folder}/", f"!/{folder}/", f"!**/{folder}/")
    return next((f"{file.name}: {line.strip()}" for line in file.lines if line.startswith(named)), None)


def _pattern(line: str) -> Any:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    if line.rstrip().endswith("/**"):  # git means all that is in the folder; pathspec takes the folder itself too
        line = f"{line.rstrip()}/*"
    with contextlib.suppress(ValueError):
        return GitIgnoreSpecPattern(line)
    return GitIgnoreSpecPattern("")
