"""One line on stderr from ragd itself."""

import contextlib
import shutil
import sys
import textwrap

from ragd.cli.safe import line


def tell(said: str) -> None:
    """One line on stderr from ragd itself; on a terminal it is cut between words."""
    with contextlib.suppress(OSError, ValueError):  # nobody reads it: the exit code still says it
        told = f"ragd: {line(said)}"
        if sys.stderr.isatty():
            wide = max(20, shutil.get_terminal_size().columns)
            told = textwrap.fill(told, wide, break_long_words=False, break_on_hyphens=False)
        print(told, file=sys.stderr, flush=True)
