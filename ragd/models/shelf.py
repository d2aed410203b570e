"""The folder of models, shared by processes: one maker at a time, nothing half made is seen, digests remembered."""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ragd.errors import DiskFull, ModelError

UNFINISHED = ".unfinished-"  # a folder that begins so is being made, or was left by an interruption
DIGESTS = "digests.json"


@contextmanager
def making(models_home: Path, name: str, *, wait: Callable[[], None]) -> Iterator[Path]:
    """An empty folder inside `models_home` to make something in; what is still there at the end is removed.

    One process at a time makes `name`; `wait` is called once before this one waits for another. As the maker is alone,
    every unfinished folder of that name is a leftover of an interruption, and is cleared away first.
    """
    with _locked(models_home, name, wait):
        for leftover in models_home.glob(f"{UNFINISHED}{name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        workshop = models_home / f"{UNFINISHED}{name}-{uuid.uuid4().hex[:8]}"
        workshop.mkdir()
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def put(made: Path, place: Path) -> Path:
    """Move what was made to its place, whole, and on the disk before it is there; what stood there before goes."""
    for path in [made, *made.rglob("*")]:
        if path.is_file():
            _sync(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    made.replace(place)
    _sync(place.parent)
    return place


def digest_of(path: Path, models_home: Path) -> str:
    """The SHA-256 of a file, hashed once and remembered by path, size and time of change.

    A start would otherwise hash 90 MB each time (0.1 s). `OSError` where the file cannot be read.
    """
    facts = path.stat()
    key = str(path.resolve())
    state = [facts.st_size, facts.st_mtime_ns]
    known = read_json(models_home / DIGESTS)
    remembered = known.get(key)
    if isinstance(remembered, list) and remembered[:2] == state and len(remembered) == 3:
        return str(remembered[2])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(OSError):  # a folder that cannot be written costs time, nothing else
        write_json(models_home / DIGESTS, {**known, key: [*state, digest]})
    return digest


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file, an empty one where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write a JSON file whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{UNFINISHED}{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        unfinished.write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def need_space(models_home: Path, needed: int) -> None:
    """Raise DiskFull where fewer than `needed` bytes are free."""
    free = shutil.disk_usage(models_home).free
    if free < needed:
        raise DiskFull(
            f"{needed / 1e6:.0f} MB are needed in {models_home}, {free / 1e6:.0f} MB are free",
            remedy="make room, or set RAGD_MODELS to a folder on another disk",
        )


@contextmanager
def _locked(models_home: Path, name: str, wait: Callable[[], None]) -> Iterator[None]:
    try:
        models_home.mkdir(parents=True, exist_ok=True)
        handle = os.open(models_home / f".lock-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ModelError(
            f"{models_home} cannot be written: {error.strerror}", remedy="set RAGD_MODELS to a folder that can"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(handle, fcntl.LOCK_EX)  # the kernel frees it when its holder dies, whatever the way
        yield
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
