"""The command `ragd`: each verb parses its words, calls the library once and shows what came back."""

import contextlib
import os
import sys


def main() -> None:
    """The entry point of the command."""
    try:
        from ragd.cli.run import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before there was anybody to stop cleanly
        os._exit(130)
    if code > 128:
        # Stopped by a signal. While Python winds down, another Ctrl-C would kill it and change the exit code.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
