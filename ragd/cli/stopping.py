"""The first Ctrl-C ends a run after its current batch, the second ends the process at once."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ragd.cli.tell import tell

_SHOW_CURSOR = b"\x1b[?25h"  # a progress bar hides it
_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Stop:
    """What a run looks at: `event` is set once somebody wants it to end; `code` is the exit code for that."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.code = 0

    def __call__(self, number: int, _: FrameType | None) -> None:
        """The signal handler: only what is safe in the middle of anything, a print to a busy stream is not."""
        if self.event.is_set():
            end_at_once(number)
        self.code = _CODES[signal.Signals(number)]
        self.event.set()
        if not sys.stderr.isatty():  # on a terminal the progress shows it
            _write(b"ragd: stopping after this batch; once more stops at once\n")

    def told(self, how_to_go_on: str) -> int:
        """Say that the run was stopped, if it was; the exit code."""
        if self.code:
            tell(f"stopped; {how_to_go_on}")
        return self.code


@contextmanager
def stopping() -> Iterator[Stop]:
    """Take Ctrl-C and SIGTERM as a wish to stop, for as long as this lasts."""
    stop = Stop()
    before = {number: signal.signal(number, stop) for number in _CODES}
    try:
        yield stop
    finally:
        for number, handler in before.items() if not stop.code else ():  # once stopping, a second one still ends it
            signal.signal(number, handler)


def end_at_once(number: int) -> None:
    """Leave now, as a crash would: every store keeps what was committed, and the readers end with their parent."""
    if sys.stderr.isatty():
        _write(_SHOW_CURSOR + b"\n")
    _write(b"ragd: stopped at once; `ragd sync` goes on\n")
    os._exit(_CODES[signal.Signals(number)])


def _write(line: bytes) -> None:
    with suppress(OSError):
        os.write(2, line)
