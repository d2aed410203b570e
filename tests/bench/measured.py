"""What the reading benches share: pools that are watched, memory that is sampled, and indexing without embedding."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ragd.config import Config
from ragd.embedding import Embedding
from ragd.home import models_path, open_home
from ragd.indexing import Indexer, Reports, indexer
from ragd.parsers.pool import Answer, Ended, Limits, Pool
from ragd.parsers.process import Process
from ragd.records import Outcome, SourceFile

PAGE = os.sysconf("SC_PAGE_SIZE")


class Watched(Pool):
    """Reads as a Pool does; `seconds` has each file's time since its worker's last answer, `peak` bytes of memory."""

    def __init__(self, workers: int, limits: Limits | None = None) -> None:
        super().__init__(workers, limits)
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
            grown = (int(line.split()[1]) << 10 for line in said.splitlines() if "VmHWM" in line)
            self.peak = max(self.peak, *grown, 0)


class Memory:
    """The most memory that this process and its children have held together, in bytes; sampled (Linux)."""

    def __init__(self, every: float = 0.1) -> None:
        self.peak = 0
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self.peak = max(self.peak, sum(_resident(number) for number in [os.getpid(), *_children()]))


def _children() -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            facts = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(facts[1]) == os.getpid():
            yield int(folder.name)


def _resident(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


class WordsOnly(Embedding):
    """Cuts texts for the model and never opens it."""

    def foresee(self) -> None:
        """Nothing will be embedded."""


@contextmanager
def reading(home: Path, tell: Callable[[Outcome], None] = lambda outcome: None) -> Iterator[Indexer]:
    """A home open for writing, whose files are read, cut and indexed by words; nothing is embedded."""
    config = Config()
    limits = Limits(config.parse_seconds, config.parse_memory_mb, config.parse_text_mb)
    reports = Reports(tell, lambda progress: None, lambda line: None, threading.Event())
    workers = config.workers or os.cpu_count() or 1
    embedding = WordsOnly(config, models_path())
    opened = open_home(home)
    opened.path.mkdir(parents=True, exist_ok=True)
    with indexer(opened, embedding, workers=workers, limits=limits, doing="a bench", reports=reports) as at_work:
        yield at_work


def source_file(path: Path) -> SourceFile:
    seen = path.stat()
    return SourceFile(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)
