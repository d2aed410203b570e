"""Parsers of a package from elsewhere that do what parsers must not: each breaks, hangs, floods or pries."""

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

from ragd.parsers.source import Source
from ragd.records import Document, Member


def _member(source: Source, text: str) -> Member:
    return Member(source.part, Document(source.identity(), text, "other", "strangers/1"))


# what takes too long


def hang(source: Source) -> Iterator[Member]:
    while True:
        time.sleep(1)
    yield


def spin(source: Source) -> Iterator[Member]:
    while True:
        pass
    yield


def drip(source: Source) -> Iterator[Member]:
    while True:
        time.sleep(0.1)
        yield _member(source, "")


def lively(source: Source) -> Iterator[Member]:
    while True:
        time.sleep(0.05)
        source.budget.alive()
    yield


def busy(source: Source) -> Iterator[Member]:
    until = time.process_time() + float(os.environ["SECONDS"])
    while time.process_time() < until:
        pass
    yield _member(source, "done")


def hoard(source: Source) -> Iterator[Member]:
    held = bytearray(b"x" * (300 << 20))
    globals()["_held"] = held
    yield _member(source, str(os.getpid()))


def tell(source: Source) -> Iterator[Member]:
    yield _member(source, str(os.getpid()))


# what breaks, and what is too much


def crash(source: Source) -> None:
    ctypes.string_at(0)


def leave(source: Source) -> None:
    os._exit(3)


def raises(source: Source) -> None:
    raise ZeroDivisionError("by nought")


def greedy(source: Source) -> Iterator[Member]:
    yield _member(source, f"never {len(bytearray(3 << 30))}")


def flood(source: Source) -> Iterator[Member]:
    yield _member(source, "x" * (3 << 20))


def endless(source: Source) -> Iterator[Member]:
    while True:
        yield _member(source, "")


# what is only odd


def chatty(source: Source) -> Iterator[Member]:
    print("hello", flush=True)
    print("oh", file=sys.stderr, flush=True)
    os.write(1, b"raw")
    yield _member(source, source.data.decode())


def scratch(source: Source) -> Iterator[Member]:
    descriptor, path = tempfile.mkstemp()
    os.write(descriptor, b"left behind")
    yield _member(source, path)


def surrogates(source: Source) -> Iterator[Member]:
    yield _member(source, "a\ud800b")


# what reaches out


def prying(source: Source) -> Iterator[Member]:
    """Says of each way out whether it is open, or how it was shut."""
    secret = Path(os.environ["SECRET"])
    ways = _ways_out(secret) | ALLOWED
    yield _member(source, "\n".join(f"{what}: {_tried(way)}" for what, way in ways.items()))


def _ways_out(secret: Path) -> dict[str, Callable[[], object]]:
    return {
        "open another file": secret.read_bytes,
        "open the file itself": (secret.parent / "files/b.prying").read_bytes,
        "list a folder": lambda: list(secret.parent.iterdir()),
        "write beside it": secret.with_name("secret.new").touch,
        "write in the home": (Path.home() / "ragd-was-here").touch,
        "remove": secret.unlink,
        "rename": lambda: secret.rename(secret.with_name("secret.new")),
        "make a folder": secret.with_name("secret.d").mkdir,
        "change rights": lambda: secret.chmod(0o777),
        "change times": lambda: os.utime(secret, (0, 0)),
        "connect by TCP": lambda: _connect(socket.AF_INET, ("127.0.0.1", int(os.environ["PORT"]))),
        "connect by a path": lambda: _connect(socket.AF_UNIX, f"{secret}.socket"),
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "fork": _fork,
        "kill its parent": lambda: os.kill(os.getppid(), 0),
        "read its parent's memory": lambda: Path(f"/proc/{os.getppid()}/maps").read_bytes(),
    }


def _tried(way: Callable[[], object]) -> str:
    try:
        way()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        return type(error).__name__
    return "done"


def _connect(family: int, address: object) -> None:
    with socket.socket(family) as one:
        one.connect(address)


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _write_scratch() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 100)


ALLOWED: dict[str, Callable[[], object]] = {
    "write scratch": _write_scratch,
    "start a thread": lambda: threading.Thread(target=print).start(),
    "import a library": lambda: __import__("sqlite3"),
    "read a model": lambda: Path(os.environ["RAGD_AUDIO_MODEL"], "model.bin").read_bytes(),
    "know the zone": lambda: zoneinfo.ZoneInfo("Europe/Amsterdam"),
}
KINDS = [name for name, it in list(globals().items()) if callable(it) and it.__module__ == __name__ and name[0] != "_"]
