"""A worker: reads the files it is told over one pipe and answers with documents over another.

Started as `python -m ragd.parsers.worker`, deaf to Ctrl-C, limited in memory and processor time. It ends when its
parent does: its standard input is closed then.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ragd.parsers.decode import sound
from ragd.parsers.frames import PIECE, Frame, Frames, pack, pack_member, pack_outcome, path_in, write_all
from ragd.parsers.source import ChangedMeanwhile, OpenFile, Unreadable, attempt, open_source
from ragd.records import Member

MB = 1 << 20
FILES = 5000  # after this many a fresh worker takes over: libraries leak
DETAIL = 100  # bytes that a document counts at least towards the text limit, so that empty ones cannot go on for ever


class TooMuchText(Exception):
    """A document, or all of a file, is more text than allowed."""


def main() -> None:
    commands, answers = _private_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    write_all(answers, pack({"is": "ready"}))
    frames = _frames(commands)
    limits, _ = next(frames, ({}, b""))
    if limits:
        _limit_memory(limits["memory_mb"])
        Worker(answers, limits).serve(frames)


class Worker:
    """Answers each path with members and outcomes and, last, what became of the file."""

    def __init__(self, answers: int, limits: dict[str, Any]) -> None:
        self._answers = answers
        self._limits = limits
        self._files = 0

    def serve(self, frames: Iterator[Frame]) -> None:
        for request, _ in frames:
            self._files += 1
            ended = self._read(path_in(request["path"]))
            ended["retires"] = self._files >= FILES or _resident() > self._limits["memory_mb"] * MB // 2
            self._send(pack({"is": "ended", **ended}))
            if ended["retires"]:
                return

    def _read(self, path: bytes) -> dict[str, Any]:
        """What became of a file: digest, status, note and the number of documents."""
        for _ in range(2):
            try:
                with OpenFile(path) as file:
                    return self._parse(path, file)
            except ChangedMeanwhile:
                continue  # someone is writing to it: once more
            except FileNotFoundError:
                return _ended("failed", "vanished before it could be read")
            except OSError as trouble:
                return _ended("failed", f"cannot be opened: {(trouble.strerror or str(trouble)).lower()}")
            except Unreadable as reason:
                return _ended("failed", str(reason))
            except TooMuchText:
                return _ended("failed", f"holds more than {self._limits['text_mb']} MB of text")
            except MemoryError:
                ended = _ended("failed", f"needs more than {self._limits['memory_mb']} MB of memory")
                self._files = FILES  # what is left of the memory is in pieces
                return ended
        return _ended("failed", "changes while it is read")

    def _parse(self, path: bytes, file: OpenFile) -> dict[str, Any]:
        documents, characters = 0, 0
        status, note = "indexed", ""
        limit = self._limits["text_mb"] * MB
        for found in attempt(open_source(Path(os.fsdecode(path)), file)):
            if isinstance(found, Member):
                characters += max(len(found.document.text), DETAIL)
                if len(found.document.text) > limit or characters > max(limit, 4 * file.size):
                    raise TooMuchText
                documents += 1
                self._send(pack_member(found))
            elif found.part is None:
                status, note = found.status, sound(found.note or "")
            else:
                self._send(pack_outcome(found))
        digest = file.digest()
        if documents and file.changed():  # one that is read as a stream: what was sent cannot be taken back
            status, note = "failed", "changes while it is read"
        return _ended(status, note or None, digest=digest, documents=documents)

    def _send(self, frame: bytes) -> None:
        write_all(self._answers, frame)
        _limit_processor(self._limits["seconds"])


def _ended(status: str, note: str | None, *, digest: str | None = None, documents: int = 0) -> dict[str, Any]:
    return {"status": status, "note": note, "digest": digest, "documents": documents}


def _private_pipes() -> tuple[int, int]:
    """The pipes under numbers of their own, so that a library that prints or reads meets nothing."""
    commands, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return commands, answers


def _frames(commands: int) -> Iterator[Frame]:
    frames = Frames(limit=MB)
    while piece := os.read(commands, PIECE):
        yield from frames.feed(piece)


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


def _resident() -> int:
    """Bytes of memory in use now. (Linux hands the parent's peak on to its children, so the peak says nothing.)"""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
