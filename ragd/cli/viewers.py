"""A file is opened at a place: text in the person's editor, all else in the desktop's program for it."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ragd.cli.safe import line
from ragd.cli.tell import tell
from ragd.errors import SourceError

# How an editor is told the line; `+12 file` is what all others of the vi and emacs kind take.
_GOTO: dict[str, Callable[[str, int], list[str]]] = {
    name: lambda path, number: ["--goto", f"{path}:{number}"] for name in ("code", "codium", "cursor", "windsurf")
} | {name: lambda path, number: [f"{path}:{number}"] for name in ("subl", "hx", "helix", "zed")}

# How a PDF viewer is told the page, by the name of its desktop entry: an address's #page=3 is dropped on the way there.
_AT_PAGE: dict[str, Callable[[str, int], list[str]]] = {
    "evince": lambda path, page: ["evince", f"--page-index={page}", path],
    "papers": lambda path, page: ["papers", f"--page-index={page}", path],
    "okular": lambda path, page: ["okular", "--page", str(page), path],
    "zathura": lambda path, page: ["zathura", f"--page={page}", path],
    "xreader": lambda path, page: ["xreader", f"--page-index={page}", path],
    "atril": lambda path, page: ["atril", f"--page-index={page}", path],
}


def address(row: dict[str, Any]) -> str:
    """The file's URI, with the page of a PDF."""
    document = row["document"]
    at_page = f"#page={row['page']}" if row["page"] and not document["part"] else ""
    return str(document["uri"]) + at_page


def open_at(row: dict[str, Any]) -> int:
    """Open the file; the exit code. Raises SourceError where nothing here can open it."""
    path = str(row["document"]["path"])
    if row["document"]["part"]:
        tell(f"{line(row['place'])} is inside this file{_to_find(row['document'])}")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if row["lines"] and editor and sys.stdin.isatty():
        return _run(_edit(shlex.split(editor), path, row["lines"][0]), wait=True)
    return _run(_view(path, row["page"]), wait=False)


def _to_find(document: dict[str, Any]) -> str:
    """What a mail program finds a message by, and the message that something is attached to: its time and its id."""
    if not document["message_id"]:
        return ""
    when = str(document["date"] or "").replace("T", " ") if document["date_from"] in ("content", "message") else ""
    return ": " + ", ".join(filter(None, (when and f"dated {when}", f"message id <{line(document['message_id'])}>")))


def _edit(editor: list[str], path: str, number: int) -> list[str]:
    return [*editor, *_GOTO.get(Path(editor[0]).name, _plus)(path, number)]


def _plus(path: str, number: int) -> list[str]:
    return [f"+{number}", path]


def _view(path: str, page: int | None) -> list[str]:
    if sys.platform == "darwin":
        return ["open", path]
    viewer = _at_page(path, page) if page else None
    return viewer or ["xdg-open", path]


def _at_page(path: str, page: int) -> list[str] | None:
    if not shutil.which("xdg-mime"):
        return None
    asked = subprocess.run(
        ["xdg-mime", "query", "default", "application/pdf"], capture_output=True, text=True, check=False
    )
    entry = asked.stdout.strip().lower()
    name = next((name for name in _AT_PAGE if name in entry and shutil.which(name)), None)
    return _AT_PAGE[name](path, page) if name else None


def _run(command: list[str], *, wait: bool) -> int:
    try:
        if wait:
            return min(subprocess.run(command, check=False).returncode, 1)
        quiet = subprocess.DEVNULL  # a desktop program's chatter is not ours, and it lives on without this terminal
        subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        raise SourceError(
            f"{command[0]} cannot be started ({error.strerror})",
            remedy=("set EDITOR to one that is here, or " if wait else "") + "`ragd open N --print` prints the address",
        ) from error
    return 0
