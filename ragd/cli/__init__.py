"""The command `ragd`: each verb parses its words, calls the library once and shows what came back."""

import sys


def main() -> None:
    """The entry point of the command."""
    from ragd.cli.run import run

    sys.exit(run(sys.argv[1:]))
