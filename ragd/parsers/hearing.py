"""What workers answer is taken out of their pipes while we are busy with what they answered before.

A pipe holds a few dozen mails, and writing a batch takes as long as reading some hundreds: a worker whose pipe is full
waits, and then we wait for it.
"""

import os
import threading
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from ragd.parsers.frames import PIECE

AHEAD = 8 << 20  # bytes of one pipe that are held

T = TypeVar("T")
Heard = SimpleQueue[tuple[T, bytes]]  # who said it, and what; nothing at the end of a pipe


class Ear(Generic[T]):
    """Listens to one pipe in a thread of its own, until its end."""

    def __init__(self, pipe: int, speaker: T, heard: "Heard[T]") -> None:
        self._pipe = pipe
        self._speaker = speaker
        self._heard = heard
        self._held = 0  # bytes
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._listen, name="ragd-ear", daemon=True)
        self._thread.start()

    def taken(self, piece: bytes) -> None:
        """Somebody took a piece: there is room for more."""
        with self._changed:
            self._held -= len(piece)
            self._changed.notify()

    def close(self) -> bool:
        """Stop listening, once the other end is closed; whether the pipe is free to be closed."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join(1)
        return not self._thread.is_alive()

    def _listen(self) -> None:
        while not self._over:
            piece = os.read(self._pipe, PIECE)
            with self._changed:
                self._held += len(piece)
            self._heard.put((self._speaker, piece))
            if not piece:
                break
            with self._changed:
                self._changed.wait_for(lambda: self._held < AHEAD or self._over)


def next_of(heard: "Heard[T]", seconds: float) -> tuple[T, bytes] | None:
    """The next piece that anybody says within so many seconds."""
    try:
        return heard.get(timeout=seconds)
    except Empty:
        return None
