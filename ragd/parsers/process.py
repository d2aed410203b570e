"""One worker process as its parent sees it: how it is started, told, heard and ended."""

import os
import subprocess
import sys
import sysconfig
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ragd.parsers.frames import PIECE, Frame, Frames, pack, path_out, write_all
from ragd.records import SourceFile

# -P: the folder that ragd was called in may hold a stranger's json.py, and must not come first on the path
COMMAND = (sys.executable, "-P", "-m", "ragd.parsers.worker")

AHEAD_FILES = 32  # files that a worker is told of before it has answered: the pipe never runs dry
AHEAD_BYTES = 1 << 19  # but large files wait for whoever is free first
AHEAD_PATHS = 4096  # characters: told through a pipe of 16 KB or more, and neither side may ever wait for the other


class Dead(Exception):
    """The worker is gone, or goes."""


class Process:
    """A worker, the files it was told of, and how long it has been silent while we listened."""

    def __init__(self, seconds: float, memory_mb: int, text_mb: int) -> None:
        self.waiting: deque[SourceFile] = deque()  # the first is the one being read
        self.silent = 0.0  # seconds
        self.ready = False  # it has spoken
        self.retires = False  # it goes by itself: old, or grown too large
        self._frames = Frames(limit=max(4 * text_mb, 64) << 20)
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries have to complain about is not for the person
            env=environment(),
            start_new_session=True,  # Ctrl-C goes to the whole group of the terminal
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout
        self._commands, self.answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._tell(pack({"seconds": seconds, "memory_mb": memory_mb, "text_mb": text_mb}))

    @property
    def has_room(self) -> bool:
        """Whether it may be told of one more file: soon read, and without filling the pipe that it is told through."""
        waiting = self.waiting
        return not waiting or (
            len(waiting) < AHEAD_FILES
            and sum(file.size for file in waiting) < AHEAD_BYTES
            and sum(len(str(file.path)) for file in waiting) < AHEAD_PATHS
        )

    def give(self, file: SourceFile) -> None:
        self.waiting.append(file)
        self._tell(pack({"path": path_out(file.path)}))

    def hear(self) -> Iterator[Frame]:
        """The frames that one look into the pipe brings; raises Dead at its end."""
        piece = os.read(self.answers, PIECE)
        if not piece:
            raise Dead
        yield from self._frames.feed(piece)

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
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        return status

    def _tell(self, frame: bytes) -> None:
        with suppress(BrokenPipeError):  # it is gone: the end of its answers tells so
            write_all(self._commands, frame)


def environment() -> dict[str, str]:
    """Ours, and the folder that ragd lies in where the interpreter would not find it by itself (a checkout)."""
    house = str(Path(__file__).resolve().parents[2])
    known = {str(Path(sysconfig.get_path(where)).resolve()) for where in ("purelib", "platlib")}
    if house in known:
        return dict(os.environ)
    paths = [house, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def why_it_does_not_start() -> str:
    """What a worker that is started and let go says to its end, in one line."""
    tried = subprocess.run(COMMAND, input=b"", capture_output=True, env=environment(), timeout=60, check=False)
    lines = tried.stderr.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {tried.returncode}")
