"""The last results by their numbers, for `show` and `open`: those that a person saw, and those that a program got.

They are apart, so that a script's search does not move the numbers that stand on somebody's screen.
"""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ragd.errors import DiskFull, SourceError
from ragd.home import Home, write_whole

Row = dict[str, Any]


class Kept:
    """The last results of a home. A program has the newer ones of both; a person their own, where there are any."""

    def __init__(self, home: Home, say: Callable[[str], None]) -> None:
        self._home = home
        self._say = say

    def put(self, rows: Sequence[Row], *, by_program: bool) -> None:
        """Keep these in the place of those before; where that cannot be done, old numbers must not pass for new."""
        path = self._home.last_of_programs if by_program else self._home.last
        try:
            write_whole(path, json.dumps(rows, ensure_ascii=False))
        except (OSError, DiskFull) as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            reason = error.what if isinstance(error, DiskFull) else error.strerror
            self._say(
                f"these results have no numbers for `ragd show` and `ragd open`, for they cannot be kept ({reason})"
            )

    def rows(self, *, by_program: bool) -> list[Row]:
        path = self._chosen(by_program=by_program)
        try:
            rows: list[Row] = json.loads(path.read_text())
        except (OSError, ValueError):
            return []
        return rows

    def row(self, number: int, *, by_program: bool) -> Row:
        """The `number`-th (from 1). Raises SourceError where there is none."""
        rows = self.rows(by_program=by_program)
        if not 1 <= number <= len(rows):
            there = f"the last results are 1 to {len(rows)}" if rows else "there are no last results"
            raise SourceError(f"there is no result {number}", remedy=f"{there}; `ragd search` or `ragd ask` gives new")
        if not os.access(self._home.path, os.W_OK):
            when = datetime.fromtimestamp(_when(self._chosen(by_program=by_program))).astimezone()
            self._say(f"of the results of {when:%Y-%m-%d %H:%M}; {self._home.path} cannot be written, so none are kept")
        found = rows[number - 1]
        return {**found, "document": dict(found["document"])}

    def _chosen(self, *, by_program: bool) -> Path:
        own, other = self._home.last, self._home.last_of_programs
        if by_program:
            return max(own, other, key=_when)
        return own if own.exists() else other


def _when(path: Path) -> float:
    """Seconds of the epoch; of what is not there none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
