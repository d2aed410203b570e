"""What is read only where something more is installed: pictures, recordings, archives of foreign kinds.

Pictures take `ragd[ocr]`, recordings `ragd[audio]`, archives the system's libarchive.
"""

import ctypes
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ragd import rules

Extra = Literal["ocr", "audio", "archives"]
EXTRAS: tuple[Extra, ...] = ("ocr", "audio", "archives")
MODULES: dict[Extra, tuple[str, ...]] = {
    "ocr": ("rapidocr",),
    "audio": ("faster_whisper",),
    "archives": ("libarchive",),
}
WHY_NOT: dict[Extra, str] = {
    "ocr": f"an image; {rules.OCR}",
    "audio": f"a recording; {rules.AUDIO}",
    "archives": f"an archive; {rules.ARCHIVES}",
}
LIBARCHIVE = (  # under these names the system has it; macOS brings it, Homebrew a newer one
    *("libarchive.so.13", "libarchive.so", "/opt/homebrew/opt/libarchive/lib/libarchive.dylib"),
    *("/usr/local/opt/libarchive/lib/libarchive.dylib", "/usr/lib/libarchive.dylib"),
)
AUDIO_MODEL = "RAGD_AUDIO_MODEL"  # the variable by which a worker learns of it
READER_MB = 600  # that a worker keeps once it has read a picture
OF_MEMORY = 0.4  # of the machine's may all workers keep so
_chosen: dict[str, str] = {}


def use(*, audio_model: str) -> None:
    """The folder of the model that a person chose for recordings ("": none), from now on and for all workers."""
    _chosen[AUDIO_MODEL] = str(Path(audio_model).expanduser()) if audio_model else ""


def models() -> list[str]:
    """The folders of models that parsers read."""
    return [place for place in (audio_model(),) if place]


def audio_model() -> str:
    """The folder of the model for recordings; "" where none was chosen."""
    return _chosen.get(AUDIO_MODEL, os.environ.get(AUDIO_MODEL, ""))


def for_workers() -> dict[str, str]:
    """What a worker is told of this by its environment."""
    return {AUDIO_MODEL: audio_model()}


def fitting(workers: int, memory: int | None = None) -> int:
    """How many of so many workers the machine's memory (bytes) holds, where each may come to read pictures."""
    memory = _memory() if memory is None else memory
    if not memory or engine("ocr") is None:
        return workers
    return max(1, min(workers, int(memory * OF_MEMORY) // (READER_MB << 20)))


def _memory() -> int:
    """Bytes of memory that this machine has; 0 where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def engine(extra: Extra) -> str | None:
    """The module that reads for an extra; None where it is not installed, or has no model to read with."""
    if extra == "audio" and not audio_model():
        return None
    return _installed(extra)


@lru_cache(maxsize=1)
def libarchive() -> str | None:
    """The name under which the system has libarchive; None where it has none."""
    for name in LIBARCHIVE:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return name
    return None


@lru_cache(maxsize=len(EXTRAS))
def _installed(extra: Extra) -> str | None:
    if extra == "archives" and libarchive() is None:
        return None
    return next((module for module in MODULES[extra] if find_spec(module)), None)


def why_not(extra: Extra) -> str:
    """Why a file is not read, for a person."""
    return WHY_NOT[extra]
