"""Work that computes for long without a word, as reading a picture, says meanwhile that it goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 2.0  # seconds


@contextmanager
def busy(tell: Callable[[], None], seconds: float) -> Iterator[None]:
    """`tell` that work goes on, for so many seconds of the processor: on a busy machine they take longer."""
    until = time.process_time() + seconds
    done = threading.Event()

    def keep_telling() -> None:
        while not done.wait(EVERY) and time.process_time() < until:
            tell()

    thread = threading.Thread(target=keep_telling, daemon=True)
    tell()
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
