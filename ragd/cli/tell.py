"""One line on stderr from ragd itself."""

import contextlib
import sys

from ragd.cli.safe import line


def tell(said: str) -> None:
    """One line on stderr from ragd itself."""
    with contextlib.suppress(OSError, ValueError):  # nobody reads it: the exit code still says it
        print(f"ragd: {line(said)}", file=sys.stderr, flush=True)
