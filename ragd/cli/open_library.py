"""The library is loaded when a verb needs it, never for `--help`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ragd.cli.tell import tell

if TYPE_CHECKING:
    from ragd.library import Library


@contextmanager
def library(say: Callable[[str], None] = tell, *, home: Path | None = None) -> Iterator["Library"]:
    """The library in `home` (None: RAGD_HOME); `say` is told in one line what takes time or changes."""
    from ragd.library import Library

    with Library.open(home, say=say) as opened:
        yield opened
