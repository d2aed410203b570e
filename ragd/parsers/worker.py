"""A worker: reads the files it is handed over a socket and answers with documents over a pipe.

Started as `python -m ragd.parsers.worker`, deaf to Ctrl-C, locked in (see `sandbox`), limited in memory and processor
time. It opens no file of the person's: each comes as an open descriptor beside its name. It ends when its parent does:
its standard input is closed then.
"""

import os
import resource
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ragd.parsers.decode import sound
from ragd.parsers.extras import AUDIO_MODEL
from ragd.parsers.firewall.sandbox import lock_in
from ragd.parsers.frames import Frame, Frames, pack, pack_member, pack_outcome, path_in, write_all
from ragd.parsers.source import ChangedMeanwhile, OpenFile, Unreadable, attempt, open_source
from ragd.records import Member, Outcome

MB = 1 << 20
HEARD = 1 << 14  # bytes that one look at the socket may bring: a path or some, one a file
HANDED = 256  # descriptors that one look at the socket may bring; more than a parent hands out ahead
SCRATCH = 4 << 30  # bytes that a scratch file may have
FILES = 5000  # after this many a fresh worker takes over: libraries leak
PARTS = 1000  # documents and parts for each megabyte of text that is allowed, so that empty ones cannot go on for ever
SMALLEST = 250  # bytes of the file that a document takes on average where there are more


class TooMuch(Exception):
    """A file yields more than it may; the message is the reason, for a person."""


def main() -> None:
    commands, answers = _private_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _set(resource.RLIMIT_FSIZE, SCRATCH)
    models = [os.environ[AUDIO_MODEL]] if os.environ.get(AUDIO_MODEL) else []
    held = lock_in(os.environ.get("TMPDIR"), models=models)
    write_all(answers, pack({"is": "ready", "sandbox": held}))
    told = Told(commands)
    limits = told.limits()
    if limits:
        _limit_memory(limits["memory_mb"])
        Worker(answers, limits).serve(told)


class Told:
    """What comes from the parent: its limits first, then the path of each file, with the file itself, open."""

    def __init__(self, commands: socket.socket) -> None:
        self._commands = commands
        self._handed: deque[int] = deque()
        self._frames = self._listen()

    def limits(self) -> dict[str, Any] | None:
        return next(self._frames, (None, b""))[0]

    def files(self) -> Iterator[tuple[dict[str, Any], int | OSError]]:
        """Each request with the descriptor of its file, or with the reason why that could not be opened."""
        for request, _ in self._frames:
            trouble = request.get("errno")
            handed = OSError(trouble, os.strerror(trouble)) if trouble else self._handed.popleft()
            yield request, handed

    def _listen(self) -> Iterator[Frame]:
        frames = Frames(limit=MB)
        while True:
            piece, handed, _, _ = socket.recv_fds(self._commands, HEARD, HANDED)
            self._handed.extend(handed)
            if not piece:
                return
            yield from frames.feed(piece)


class Worker:
    """Answers each file with members and outcomes and, last, what became of the file."""

    def __init__(self, answers: int, limits: dict[str, Any]) -> None:
        self._answers = answers
        self._limits = limits
        self._files = 0
        self._memory = Memory()

    def serve(self, told: Told) -> None:
        for request, handed in told.files():
            self._files += 1
            ended = self._read(request, handed)
            ended["retires"] = self._files >= FILES or self._memory.used() > self._limits["memory_mb"] * MB // 2
            self._send(pack({"is": "ended", **ended}))
            if ended["retires"]:
                return

    def _read(self, request: dict[str, Any], handed: int | OSError) -> dict[str, Any]:
        """What became of a file: digest, status, note and the number of documents."""
        try:
            if isinstance(handed, OSError):
                raise handed
            return self._try(request, handed)
        except FileNotFoundError:
            return _ended("failed", "vanished before it could be read")
        except OSError as trouble:
            return _ended("failed", f"cannot be opened: {(trouble.strerror or str(trouble)).lower()}")
        except (Unreadable, TooMuch) as reason:
            return _ended("failed", str(reason))
        except MemoryError:
            ended = _ended("failed", f"needs more than {self._limits['memory_mb']} MB of memory")
            self._files = FILES  # what is left of the memory is in pieces
            return ended

    def _try(self, request: dict[str, Any], handed: int) -> dict[str, Any]:
        """Read it, and once more from its start if someone was writing to it."""
        path = path_in(request["path"])
        try:
            with suppress(ChangedMeanwhile), OpenFile(os.dup(handed), seen=request["seen"], old=request["old"]) as file:
                return self._parse(path, file)
            os.lseek(handed, 0, os.SEEK_SET)
            with suppress(ChangedMeanwhile), OpenFile(os.dup(handed)) as file:
                return self._parse(path, file)
            return _ended("failed", "changes while it is read")
        finally:
            os.close(handed)

    def _parse(self, path: bytes, file: OpenFile) -> dict[str, Any]:
        documents = 0
        status, note = "indexed", ""
        measure = Measure(self._limits["text_mb"], file.size)
        source = open_source(Path(os.fsdecode(path)), file)
        source.budget.alive = lambda: self._send(pack({"is": "alive"}))
        for found in self._announced(attempt(source), file):
            measure.take(found)
            if isinstance(found, Member):
                documents += 1
                self._send(pack_member(found))
            elif found.part is None:
                status, note = found.status, sound(found.note or "")
            else:
                self._send(pack_outcome(found))
        digest = file.digest()
        # Of one that is read as a stream what was sent cannot be taken back.
        if documents and file.changed(may_grow=file.grows):
            status, note = "failed", "changes while it is read"
        return _ended(status, note or None, digest=digest, documents=documents)

    def _announced(self, found: Iterator[Member | Outcome], file: OpenFile) -> Iterator[Member | Outcome]:
        """Say first whether only what was appended is read."""
        first = next(found, None)
        if file.begins:
            self._send(pack({"is": "goes on"}))
        if first is not None:
            yield first
            yield from found

    def _send(self, frame: bytes) -> None:
        write_all(self._answers, frame)
        _limit_processor(self._limits["seconds"])


class Measure:
    """How much a file has yielded. A large one may yield more than a small one."""

    def __init__(self, text_mb: int, size: int) -> None:
        self._megabytes = text_mb
        self._text_left = max(text_mb * MB, 4 * size)
        self._parts = self._parts_left = max(text_mb * PARTS, size // SMALLEST)

    def take(self, found: Member | Outcome) -> None:
        """Count one more; raises TooMuch."""
        self._parts_left -= 1
        if self._parts_left < 0:
            raise TooMuch(f"holds more than {self._parts:,} documents or parts")
        if isinstance(found, Member):
            length = len(found.document.text)
            self._text_left -= length
            if length > self._megabytes * MB or self._text_left < 0:
                raise TooMuch(f"holds more than {self._megabytes} MB of text")


def _ended(status: str, note: str | None, *, digest: str | None = None, documents: int = 0) -> dict[str, Any]:
    return {"status": status, "note": note, "digest": digest, "documents": documents}


def _private_pipes() -> tuple[socket.socket, int]:
    """The socket and the pipe under numbers of their own, so that a library that prints or reads meets nothing."""
    commands, answers = socket.socket(fileno=os.dup(0)), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return commands, answers


def _limit_memory(megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the system takes the limit and does not hold it
        _set(resource.RLIMIT_AS, megabytes * MB)


def _limit_processor(seconds: float) -> None:
    """The parent watches the clock; this ends a worker that computes on after its parent was killed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + 2 * seconds) + 2)


def _set(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


class Memory:
    """Bytes of memory in use now. (Linux hands the parent's peak on to its children, so the peak says nothing.)"""

    def __init__(self) -> None:
        try:
            self._counts = os.open("/proc/self/statm", os.O_RDONLY)  # kept open: it is asked after every file
        except OSError:
            self._counts = -1

    def used(self) -> int:
        if self._counts < 0:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return int(os.pread(self._counts, 100, 0).split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
