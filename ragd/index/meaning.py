"""The story of meaning: passages that are owed a vector get it, newest first, in batches that a person can stop."""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from ragd.index.catalog import Catalog
from ragd.index.header import embedded_text

if TYPE_CHECKING:
    import numpy

    from ragd.index.vectors import Vectors

AT_ONCE = 128  # passages that are written together: each write is a file more for searches to open
SECONDS = 2.0  # after which a slow machine writes what it has: a file that was saved meanwhile waits no longer
SLICE_SECONDS = 0.4  # what is embedded in one go: a run that is stopped waits for it
FIRST_SLICE, LEAST_SLICE, LARGEST_SLICE = 4, 2, 2_048  # passages


class Embedding(Protocol):
    """What gives passages their vectors."""

    def passages(self, texts: Sequence[str]) -> "numpy.ndarray": ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What giving passages their vectors needs: one space, and the embedder whose vectors live there."""

    space: int
    vectors: "Vectors"
    embedder: Embedding


class Owed:
    """The passages that are owed, newest first, as they were when they were looked up.

    Among a million that takes a second, so it is not done for every batch.
    """

    def __init__(self, passages: Iterable[int]) -> None:
        self._left = deque(passages)
        self._given: set[int] = set()  # of those left

    def __bool__(self) -> bool:
        return bool(self._left)

    def __len__(self) -> int:
        return len(self._left) - len(self._given)

    def first(self, count: int) -> list[int]:
        return [one for one in islice(self._left, count + len(self._given)) if one not in self._given][:count]

    def give(self, passages: Iterable[int]) -> None:
        """These have their vectors."""
        self._given.update(passages)
        while self._left and self._left[0] in self._given:
            self._given.remove(self._left.popleft())


class MeaningGiver:
    """Gives passages their vectors, one batch a call; while a batch is written the next is embedded already.

    Once `stop` is set, what is begun ends after its current slice, and what it has by then is written by `finish`.
    """

    def __init__(self, catalog: Catalog, meaning: Meaning, stop: threading.Event) -> None:
        self._catalog = catalog
        self._meaning = meaning
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ragd-meaning")
        self._ahead: _Begun | None = None
        self._slice = FIRST_SLICE

    @property
    def enough(self) -> int:
        """How many owed passages a call of `give` needs to see."""
        return 2 * max(AT_ONCE, self._slice)

    def give(self, owed: Sequence[int]) -> list[int]:
        """Write one batch of passages that are owed, having begun the one after it. Returns those that were written."""
        at_once = max(AT_ONCE, self._slice)
        current = self._ahead or self._begin(owed[:at_once])
        begun = set(current.passages)
        others = [passage for passage in owed if passage not in begun][:at_once]
        self._ahead = self._begin(others) if others else None
        return self._write(current)

    def finish(self) -> None:
        """Write what was begun."""
        current, self._ahead = self._ahead, None
        if current:
            self._write(current)

    def close(self) -> None:
        """Let go of what was begun; it stays owed."""
        self._thread.shutdown(cancel_futures=True)

    def _begin(self, owed: Sequence[int]) -> "_Begun":
        groups = self._catalog.of_passages(owed)
        texts = [embedded_text(rows[0].title, rows[0].author, *(row.chunk for row in rows)) for rows in groups]
        return _Begun([rows[0].passage for rows in groups], self._thread.submit(self._embed, texts))

    def _embed(self, texts: Sequence[str]) -> list["numpy.ndarray"]:
        """The vectors of the first texts, of all where the time is enough, slice by slice."""
        until = time.monotonic() + SECONDS
        slices: list[numpy.ndarray] = []
        done = 0
        while done < len(texts) and not (done and (self._stop.is_set() or time.monotonic() > until)):
            began = time.monotonic()
            slices.append(self._meaning.embedder.passages(texts[done : done + self._slice]))
            done += len(slices[-1])
            self._slice = _paced(len(slices[-1]), time.monotonic() - began)
        return slices

    def _write(self, batch: "_Begun") -> list[int]:
        import numpy

        slices = batch.vectors.result()
        written = batch.passages[: sum(map(len, slices))]
        if written:
            # On the disk when `add` returns: only then may the catalog say so.
            self._meaning.vectors.add(written, numpy.concatenate(slices))
            self._catalog.spaces.mark(self._meaning.space, written)
        return written


@dataclass(frozen=True, slots=True)
class _Begun:
    """Passages whose vectors are being made: of all of them, or of the first."""

    passages: list[int]
    vectors: "Future[list[numpy.ndarray]]"


def _paced(texts: int, seconds: float) -> int:
    """How many texts take SLICE_SECONDS, where so many took so long; at most twice as many as were tried."""
    wanted = int(texts * SLICE_SECONDS / max(seconds, 1e-6))
    return max(LEAST_SLICE, min(wanted, 2 * max(texts, LEAST_SLICE), LARGEST_SLICE))
