"""The firewall: files go to worker processes, documents come back, and a broken worker takes only its file along."""

import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

from ragd.errors import RagdError
from ragd.parsers.frames import BadFrame, Frame, unpack_member
from ragd.parsers.hearing import Heard, next_of
from ragd.parsers.process import Dead, Process, why_it_does_not_start
from ragd.records import Member, Outcome, SourceFile

LARGE = 200 << 20  # bytes of memory with which no worker waits for more: one that has read pictures holds 350 MB
TURN = 0.5  # seconds between two looks at the clock
WHOLE = 10  # times as long as one document may all of a file take,
BYTES_A_SECOND = 100_000  # and a second more for each of these


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. `seconds` count from one document to the next, so a long mbox is no slow one.

    All of a file may take ten times as long, and a second more for every 100 KB of it.
    """

    seconds: float = 60
    memory_mb: int = 1500
    text_mb: int = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word on a file: its sha256 (hex) as it was read, None if it could not be, and what became of it."""

    digest: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Said before a file's first member: only what was appended to it is read, and comes to what was read before."""


Answer = tuple[SourceFile, Member | Outcome | GoesOn | Ended]


def nothing(_: SourceFile) -> int:
    """How much of a file was read before, where nobody knows."""
    return 0


class Pool:
    """Reads files in `workers` processes. Use it as a context manager; one `read` at a time.

    Once `stopped()` says so, a read ends soon, also in the middle of a file that takes a worker a minute.
    """

    def __init__(
        self, workers: int, limits: Limits | None = None, *, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self.stopped = stopped
        self._count = max(1, workers)
        self._limits = limits or Limits()
        self._idle: list[Process] = []
        self._busy: list[Process] = []
        self._stillborn = 0
        self.heard: Heard[Process] = SimpleQueue()  # what all workers say
        self.sandbox: tuple[str, ...] = ()  # by what the workers have locked themselves in, once one is ready

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End every worker at once; they hold nothing that could be lost."""
        for process in self._idle:
            process.end()
        self._idle.clear()

    def read(self, files: Iterable[SourceFile], *, old: Callable[[SourceFile], int] = nothing) -> Iterator[Answer]:
        """For each file its members and the outcomes of parts that were not read, then one Ended. Files may interleave.

        `old` says how many bytes of a file are known to be as they were when it was read the last time.
        `files` is pulled as workers get free; a caller that is slow to take the answers only slows the workers down.
        """
        reading = _Reading(self, iter(files), old)
        self._busy = reading.busy
        try:
            yield from reading.answers()
        finally:
            reading.leave()
            self._let_large_go()

    def _let_large_go(self) -> None:
        for process in [process for process in self._idle if process.memory > LARGE]:
            self._idle.remove(process)
            process.end()

    def reached(self) -> int:
        """How many bytes of the large files that are being read have been read so far."""
        return sum(process.reached() for process in self._busy)

    def take(self) -> Process:
        """A worker with nothing to do, an old one if there is one."""
        while self._idle:
            process = self._idle.pop()
            if process.alive:
                return process
            process.end()
        try:
            limits = self._limits
            return Process(limits.seconds, limits.memory_mb, limits.text_mb, of=self._count, heard=self.heard)
        except OSError as trouble:
            raise RagdError(
                f"files cannot be read, no process can be started ({trouble})", remedy="try again"
            ) from trouble

    def give(self, process: Process) -> None:
        self._idle.append(process)

    @property
    def count(self) -> int:
        return self._count

    @property
    def limits(self) -> Limits:
        return self._limits

    def born(self, *, alive: bool) -> None:
        """Count workers that died before their first word; three in a row mean that ragd itself is broken."""
        self._stillborn = 0 if alive else self._stillborn + 1
        if self._stillborn >= 3:
            raise RagdError(
                f"files cannot be read, the reading process does not start ({why_it_does_not_start()})",
                remedy="install ragd again",
            )


class _Reading:
    """One run of `Pool.read`: who reads what, and what is still to be read."""

    def __init__(self, pool: Pool, files: Iterator[SourceFile], old: Callable[[SourceFile], int]) -> None:
        self._pool = pool
        self._old = old
        self._files = files
        self._again: deque[SourceFile] = deque()  # given to a worker that is gone, and not begun
        self._more = True
        self.busy: list[Process] = []

    def answers(self) -> Iterator[Answer]:
        self._hand_out()
        while self.busy and not self._pool.stopped():
            began = time.monotonic()
            process, piece = next_of(self._pool.heard, TURN) or (None, b"")
            yield from self._late(time.monotonic() - began, process)
            if process in self.busy:
                yield from self._listen(process, piece)
            self._hand_out()

    def leave(self) -> None:
        """Idle workers stay for the next run; one in the middle of a file has nobody left to answer to."""
        for process in self.busy:
            process.end()
        self.busy.clear()

    def _hand_out(self) -> None:
        """Give files to whoever has room; a worker with nothing to do goes back to the pool."""
        while True:
            process = self._roomy()
            file = self._next() if process or len(self.busy) < self._pool.count else None
            if file is None:
                break
            if process is None:
                process = self._pool.take()
                self.busy.append(process)
            process.give(file, old=self._old(file))
        for process in [process for process in self.busy if not process.waiting]:
            self._dismiss(process)
            self._pool.give(process)

    def _roomy(self) -> Process | None:
        """The worker with the least to do; None while a further one could be started, or when all are full."""
        if len(self.busy) < self._pool.count and all(process.waiting for process in self.busy):
            return None
        roomy = [process for process in self.busy if process.has_room]
        return min(roomy, key=lambda process: len(process.waiting), default=None)

    def _next(self) -> SourceFile | None:
        if self._again:
            return self._again.popleft()
        if self._more:
            file = next(self._files, None)
            self._more = file is not None
            return file
        return None

    def _listen(self, process: Process, piece: bytes) -> Iterator[Answer]:
        """What a worker says in one piece."""
        try:
            for frame in process.understand(piece):
                answer = self._understood(process, frame)
                if answer:
                    yield answer
        except Dead:
            yield from self._bury(process, None)
        except BadFrame:
            yield from self._bury(process, "the reader answered nonsense")

    def _understood(self, process: Process, frame: Frame) -> Answer | None:
        message, body = frame
        process.silent = 0.0
        if message.get("is") == "ready":
            self._pool.born(alive=True)
            process.ready = True
            self._pool.sandbox = tuple(message.get("sandbox", ()))
            return None
        if not process.waiting:
            raise BadFrame
        if message.get("is") == "alive":
            process.work()
            return None
        file = process.waiting[0]
        if message.get("is") == "member":
            return file, unpack_member(message, body)
        if message.get("is") == "goes on":
            return file, GoesOn()
        try:
            outcome = Outcome(
                str(file.path), message.get("part"), message["status"], message["note"], message.get("documents", 0)
            )
            if message["is"] == "outcome":
                return file, outcome
            process.done()
            process.retires = bool(message["retires"])
            return file, Ended(message["digest"], outcome)
        except (KeyError, TypeError) as error:
            raise BadFrame from error

    def _late(self, waited: float, ready: Process | None) -> Iterator[Answer]:
        """Only the time in which we waited for it counts against a worker, and no more than a turn at once.

        A machine that slept, or a run stopped with Ctrl-Z, would otherwise fail whatever was being read.
        """
        for process in self.busy[:]:
            process.wait(min(waited, 2 * TURN))
            allowed = self._pool.limits.seconds
            if process is not ready and process.silent > allowed:
                yield from self._bury(process, f"took longer than {allowed:g} s")
            elif process.waiting and process.spent > (
                whole := WHOLE * allowed + process.waiting[0].size / BYTES_A_SECOND
            ):
                yield from self._bury(process, f"took longer than {whole:.0f} s in all")

    def _bury(self, process: Process, why: str | None) -> Iterator[Answer]:
        """The file that a worker died of has failed; what it had not begun goes to another."""
        self._dismiss(process)
        status = process.end(gone=why is None)
        waiting = process.waiting
        if not process.ready:
            self._pool.born(alive=False)
        elif waiting and not process.retires:
            file = waiting.popleft()
            note = why or _cause(status)
            yield file, Ended(None, Outcome(str(file.path), None, "failed", note))
        self._again.extendleft(reversed(waiting))

    def _dismiss(self, process: Process) -> None:
        self.busy.remove(process)


def _cause(status: int) -> str:
    """Why a reader ended, by its exit status."""
    if status == -signal.SIGXCPU:
        return "took longer than it may, by the processor's clock"
    if status >= 0:
        return f"the reader broke down on it (it ended with code {status})"
    try:
        return f"the reader broke down on it (signal {signal.Signals(-status).name})"
    except ValueError:
        return f"the reader broke down on it (signal {-status})"
