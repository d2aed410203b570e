"""The index is kept equal to the disk: hints are looked into, a sweep repairs what they missed, meaning follows."""

import time
from collections.abc import Callable
from pathlib import Path

from ragd.indexing import GRACE, Indexer
from ragd.sources.watch import Watcher

LOOK = 0.2  # seconds between two looks at `stop`
TIDY = 60.0  # seconds between two clean-ups


def follow(
    indexer: Indexer,
    watcher: Watcher,
    *,
    sweep: float,
    stopped: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Make the index equal to the disk, and then keep it so until `stopped()`. `sweep` in seconds.

    Fresh changes go before the backlog: between two batches of meaning the hints are looked at.
    """
    indexer.read(indexer.look())
    swept = tidied = clock()
    while not stopped():
        owed = indexer.give_some_meaning()
        hints: set[Path] = watcher.wait(0 if owed else LOOK)
        if hints:
            indexer.catch_up(hints)
        elif clock() - swept > sweep:
            indexer.read(indexer.look())
            swept = clock()
        elif not owed and clock() - tidied > TIDY:
            indexer.clear_away(before=time.time() - GRACE)
            tidied = clock()
