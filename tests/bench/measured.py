"""A pool of workers that also tells how long each file took and how large its workers grew."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ragd.parsers.pool import Answer, Ended, Pool
from ragd.parsers.process import Process
from ragd.records import SourceFile


class Watched(Pool):
    """Reads as a Pool does; `seconds` has each file's time since its worker's last answer, `peak` bytes of memory."""

    def __init__(self, workers: int, limits: object = None) -> None:
        super().__init__(workers, limits)  # type: ignore[arg-type]
        self.seconds: dict[Path, float] = {}
        self.peak = 0
        self._seen: dict[int, Process] = {}

    def take(self) -> Process:
        process = super().take()
        self._seen[process.pid] = process
        return process

    def read(self, files: Iterable[SourceFile], **more: object) -> Iterator[Answer]:
        began: dict[Path, float] = {}
        last = time.monotonic()
        for file, answer in super().read(files, **more):  # type: ignore[arg-type]
            now = time.monotonic()
            began.setdefault(file.path, last)
            if isinstance(answer, Ended):
                self.seconds[file.path] = now - began.pop(file.path)
                self._look()
            last = now
            yield file, answer

    def _look(self) -> None:
        for number in list(self._seen):
            try:
                said = Path(f"/proc/{number}/status").read_text()
            except OSError:
                del self._seen[number]
                continue
            self.peak = max(
                self.peak, *(int(line.split()[1]) << 10 for line in said.splitlines() if "VmHWM" in line), 0
            )


def source_file(path: Path) -> SourceFile:
    seen = path.stat()
    return SourceFile(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)
