"""One worker process as its parent sees it: how it is started, told, heard and ended."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ragd.parsers.extras import for_workers
from ragd.parsers.frames import Frame, Frames, pack, path_out
from ragd.parsers.hearing import Ear, Heard
from ragd.records import SourceFile

# -P: the folder that ragd was called in may hold a stranger's json.py, and must not come first on the path
COMMAND = (sys.executable, "-P", "-m", "ragd.parsers.worker")

LOOK = 0.25  # seconds between two looks at how long it waited for a processor
WORK = 10.0  # seconds of a file's time that one word of a worker at work gives back,
WORKS = 600.0  # but of one file no more than these,
WORKS_ON = 2000  # and a second for so many bytes: a scanned page is more, and read in some seconds
AHEAD_FILES = 192  # files that a worker is told of before it has answered: it has work while we write,
IN_FLIGHT = 512  # and all workers together: a system lets some 1,000 open descriptors be on their way
AHEAD_BYTES = 1 << 20  # but large files wait for whoever is free first
AHEAD_PATHS = 24_000  # characters: neither side may ever wait for the other
BUFFER = 1 << 18  # bytes that may be told ahead


class Dead(Exception):
    """The worker is gone, or goes."""


class Process:
    """A worker, the files it was handed, and how long it has been silent while we listened."""

    def __init__(self, seconds: float, memory_mb: int, text_mb: int, *, of: int, heard: "Heard[Process]") -> None:
        """One `of` so many; `heard` is where all that it says comes."""
        self._ahead = min(AHEAD_FILES, IN_FLIGHT // of)
        self.waiting: deque[SourceFile] = deque()  # the first is the one being read
        self._told_bytes = self._told_paths = 0  # of all that wait
        self._large: tuple[Path, int] | None = None  # the last large file it was handed, and our own descriptor of it
        self.silent = 0.0  # seconds since it last spoke
        self.spent = 0.0  # seconds on the file being read
        self._given_back = 0.0  # seconds on it that do not count
        self._uncounted = 0.0  # seconds that are in neither yet
        self._starved = 0.0  # seconds in its life that it waited for a processor
        self.ready = False  # it has spoken
        self.retires = False  # it goes by itself: old, or grown too large
        self._frames = Frames(limit=max(4 * text_mb, 64) << 20)
        self._scratch = tempfile.mkdtemp(prefix="ragd-")  # where alone it may write
        self._commands, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._commands.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        with theirs:
            self._process = subprocess.Popen(
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what libraries have to complain about is not for the person
                env=environment() | {"TMPDIR": self._scratch},
                start_new_session=True,  # Ctrl-C goes to the whole group of the terminal
                bufsize=0,
            )
        assert self._process.stdout
        self._ear = Ear(self._process.stdout.fileno(), self, heard)
        self._tell(pack({"seconds": seconds, "memory_mb": memory_mb, "text_mb": text_mb}))

    @property
    def has_room(self) -> bool:
        """Whether it may be told of one more file: soon read, and without filling the pipe that it is told through."""
        return not self.waiting or (
            len(self.waiting) < self._ahead and self._told_bytes < AHEAD_BYTES and self._told_paths < AHEAD_PATHS
        )

    def give(self, file: SourceFile, *, old: int = 0) -> None:
        """Hand a file over, open: the worker itself can open none. `old` bytes at its start were read before."""
        self.waiting.append(file)
        self._told(file, 1)
        request = {"path": path_out(file.path), "seen": file.size, "old": old}
        try:
            # O_NONBLOCK: a pipe that took the file's place would otherwise hold us until someone writes to it
            descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as trouble:
            self._tell(pack(request | {"errno": trouble.errno}))
            return
        try:
            self._tell(pack(request), descriptor)
        finally:
            self._let_go()
            if file.size > AHEAD_BYTES:
                self._large = file.path, descriptor
            else:
                os.close(descriptor)

    def _told(self, file: SourceFile, times: int) -> None:
        self._told_bytes += times * file.size
        self._told_paths += times * len(str(file.path))

    def reached(self) -> int:
        """How many bytes of a large file it has read so far, 0 of others: its place in the file is ours too."""
        if self._large and self.waiting and self.waiting[0].path == self._large[0]:
            return os.lseek(self._large[1], 0, os.SEEK_CUR)
        return 0

    def _let_go(self) -> None:
        if self._large:
            os.close(self._large[1])
            self._large = None

    def wait(self, seconds: float) -> None:
        """Count time in which we did nothing but wait for it, and it did not itself wait for a processor.

        On a machine that is busy otherwise it may wait long, and what it reads is not to blame.
        """
        self._uncounted += seconds
        if self._uncounted >= LOOK:
            starved = _starved(self.pid)
            counted = max(self._uncounted - (starved - self._starved), 0.0)
            self._uncounted, self._starved = 0.0, starved
            self.silent += counted
            self.spent += counted

    def work(self) -> None:
        """It computes, as who reads pictures does: much of what this takes does not count against the whole file."""
        left = WORKS + self.waiting[0].size / WORKS_ON - self._given_back
        given = max(min(WORK, self.spent, left), 0.0)
        self.spent -= given
        self._given_back += given

    def done(self) -> None:
        """The file being read has been read."""
        file = self.waiting.popleft()
        self._told(file, -1)
        if self._large and self._large[0] == file.path:
            self._let_go()
        self.spent = self._uncounted = self._given_back = 0.0

    def understand(self, piece: bytes) -> Iterator[Frame]:
        """The frames that a piece of what it says completes; raises Dead at the end of all."""
        self._ear.taken(piece)
        if not piece:
            raise Dead
        yield from self._frames.feed(piece)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def memory(self) -> int:
        """Bytes of memory that it holds now; 0 where the system does not say."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize()
        except (OSError, IndexError, ValueError):
            return 0

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self, *, gone: bool = False) -> int:
        """End it now; its exit status (negative: the signal that ended it). `gone`: it went by itself."""
        try:
            self._process.wait(1 if gone else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
        status = self._process.wait()
        self._let_go()
        self._commands.close()
        if self._ear.close() and self._process.stdout:
            self._process.stdout.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        return status

    def _tell(self, frame: bytes, *descriptors: int) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it is gone: the end of its answers tells so
            sent = socket.send_fds(self._commands, [frame], descriptors)
            self._commands.sendall(frame[sent:])


def _starved(pid: int) -> float:
    """Seconds that a process was ready to run and had no processor; 0 where the system does not count them."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def environment() -> dict[str, str]:
    """Ours, and the folder that ragd lies in where the interpreter would not find it by itself (a checkout)."""
    house = str(Path(__file__).resolve().parents[2])
    known = {str(Path(sysconfig.get_path(where)).resolve()) for where in ("purelib", "platlib")}
    if house in known:
        return {**os.environ, **for_workers()}
    paths = [house, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **for_workers(), "PYTHONPATH": os.pathsep.join(paths)}


def why_it_does_not_start() -> str:
    """What a worker that is started and let go says to its end, in one line."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.close()
    with theirs:
        tried = subprocess.run(
            COMMAND, stdin=theirs.fileno(), capture_output=True, env=environment(), timeout=60, check=False
        )
    lines = tried.stderr.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {tried.returncode}")
