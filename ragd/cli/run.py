"""However a command ends, it ends in an exit code and at most one line on stderr."""

import contextlib
import errno
import io
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from ragd import __version__
from ragd.cli.safe import line
from ragd.cli.tell import tell
from ragd.errors import RagdError
from ragd.home import home_path

STOPPED = 130
ERROR = 2
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
# What the reading of numbers says to programmers, and what it means.
_SAID = (
    (r"Input should be a valid integer\b.*", "it must be a whole number, such as 3"),
    (r"Input should be greater than or equal to (\S+)", r"it must be \1 or more"),
)


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name; its exit code."""
    from ragd.cli.app import ReaderLeft, command

    for name in ("stdout", "stderr"):
        _take_any_character(name)
    try:
        code = command().main(list(arguments), prog_name="ragd", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except (ReaderLeft, BrokenPipeError):  # `| head` has all that it wanted
        _leave_stdout()
        return 0
    except KeyboardInterrupt:
        return STOPPED
    except typer.Abort:
        return _tell("stopped", STOPPED)
    except RagdError as error:
        return _tell(str(error), error.exit_code)
    except typer.TyperException as error:
        return _tell(_usage(error), ERROR)
    except Exception as bug:  # noqa: BLE001 - the last stop: nobody but this line would tell a person what to do
        return _tell(_full(bug) or _crash(bug, arguments), ERROR)


def _tell(said: str, code: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()  # results that were there stand before the error
    tell(said)
    return code


def _take_any_character(name: str) -> None:
    """A terminal of another encoding gets "?" for what it does not have, not an error in the middle of an answer.

    A stream that whoever called us has closed (`>&-`) is replaced by one that keeps nothing.
    """
    stream = getattr(sys, name)
    if stream is None:
        setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
    elif isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")


def _leave_stdout() -> None:
    """Python flushes stdout once more at its end; into a closed pipe that would print a warning."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _usage(error: typer.TyperException) -> str:
    told = error.format_message()
    for said, meant in _SAID:
        told = re.sub(said, meant, told)
    what, _, hint = told.rstrip(".").partition(". Did you mean ")
    context = getattr(error, "ctx", None)
    asked = context.command_path if context else "ragd"
    remedy = f"did you mean {hint}" if hint else f"`{asked} --help` shows how"
    return f"{what[:1].lower()}{what[1:]}: {remedy}"


def _full(trouble: Exception) -> str | None:
    """What to say where the output can take no more; of a home that is full `space_guard` tells."""
    if not isinstance(trouble, OSError) or trouble.errno not in _NO_ROOM:
        return None
    _leave_stdout()
    return f"the output cannot be written ({trouble.strerror}): send it elsewhere"


def _crash(bug: Exception, arguments: Sequence[str]) -> str:
    """Keep the traceback where the person can find it; what to tell them."""
    about = f"ragd {__version__}, Python {platform.python_version()}, {platform.platform()}\n{list(arguments)}\n"
    report = about + "".join(traceback.format_exception(bug))
    kept = _keep_report(report)
    what = line(f"{type(bug).__name__}: {bug}")[:200]
    return f"this is a bug in ragd ({what}): the traceback is in {kept}; nothing that was indexed is lost"


def _keep_report(report: str) -> str:
    try:
        path = home_path() / "crash.log"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    except OSError:
        try:
            descriptor, name = tempfile.mkstemp(prefix="ragd-crash-", suffix=".log", text=True)
        except OSError:
            return "no file, for none could be written"
        path = Path(name)
    with contextlib.suppress(OSError), os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(report)
    return str(path)
