"""How long indexing takes here: a rough time made of what earlier runs measured, by kind of file and bytes.

A run has two parts. Reading goes by the bytes of each kind of file; meaning by the passages that come of them. What is
measured is kept in the home; before the first run constants stand in, measured on two cores.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ragd.errors import DiskFull
from ragd.home import write_whole
from ragd.records import Outcome

START = 1.0  # seconds that every run takes: processes and indexes are opened
ENOUGH_SECONDS = 3.0  # a shorter run measures its start only
ENOUGH_PASSAGES = 100
MEMORY = 1e8  # bytes of a kind, that what was measured earlier counts for at most: machines and habits change
MEMORY_PASSAGES = 20_000
A_CORE = 40.0  # passages a second
# Before anything was measured: bytes read a second, bytes that make one passage.
_TEXT = (4e6, 900.0)
_FIRST = {
    **dict.fromkeys((".pdf",), (1e6, 8_000.0)),
    **dict.fromkeys((".docx", ".odt", ".pptx", ".odp", ".xlsx", ".ods", ".epub", ".rtf"), (0.5e6, 12_000.0)),
    **dict.fromkeys((".html", ".htm", ".mhtml", ".xhtml"), (1.5e6, 5_000.0)),
    **dict.fromkeys((".eml", ".mbox", ".emlx", ".msg", ".pst"), (3e6, 4_000.0)),
    **dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".jex"), (3e6, 3_000.0)),
}
_MAILDIR = re.compile(r"\d+\.[^.]+\.|.*[:!;,._-]2,[A-Za-z,]*$")  # "1795268524.M46P21.host:2,S": its time, its flags


@dataclass(frozen=True, slots=True)
class Kind:
    """What was measured of files with one suffix."""

    bytes: float
    seconds: float
    passages: float


@dataclass(slots=True)
class Measured:
    """What a run read, by suffix."""

    bytes: Counter[str] = field(default_factory=Counter)
    passages: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome, sizes: Mapping[str, int]) -> None:
        if outcome.part is None and outcome.status == "indexed":
            suffix = suffix_of(Path(outcome.path))
            self.bytes[suffix] += sizes.get(outcome.path, 0)
            self.passages[suffix] += outcome.chunks


@dataclass(frozen=True, slots=True)
class Pace:
    """What earlier runs measured."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    passages: float = 0.0  # embedded
    seconds: float = 0.0  # in that time

    @classmethod
    def load(cls, path: Path) -> Self:
        """What the file says; nothing, where it is missing or says something else."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            kinds = {str(suffix): Kind(*map(float, figures)) for suffix, figures in said["kinds"].items()}
            return cls(kinds, float(said["passages"]), float(said["seconds"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def save(self, path: Path) -> None:
        """Keep it for the next run; a disk without room for it is no error of the run."""
        kinds = {suffix: [one.bytes, one.seconds, one.passages] for suffix, one in self.kinds.items()}
        said: dict[str, Any] = {"kinds": kinds, "passages": self.passages, "seconds": self.seconds}
        with suppress(OSError, DiskFull):
            write_whole(path, json.dumps(said))

    def rough_seconds(self, sizes: Mapping[str, int], *, cores: int = os.cpu_count() or 1) -> float:
        """How long the files take; `sizes` are their bytes by suffix."""
        reading = sum(size * self._cost(suffix) for suffix, size in sizes.items())
        passages = sum(size * self._density(suffix) for suffix, size in sizes.items())
        rate = self.passages / self.seconds if self.seconds else A_CORE * cores
        return START + reading + passages / rate if sizes else 0.0

    def after_reading(self, sizes: Mapping[str, int], passages: Mapping[str, int], seconds: float) -> "Pace":
        """With a run that read these bytes and made these passages, by suffix, in so many seconds.

        Kinds are read side by side: the time is shared out as it was expected of them.
        """
        expected = sum(size * self._cost(suffix) for suffix, size in sizes.items())
        measured = seconds >= ENOUGH_SECONDS and expected > 0
        factor = (seconds - START) / expected if measured else 1.0
        kinds = dict(self.kinds)
        for suffix, size in sizes.items():
            run = Kind(size, size * self._cost(suffix) * factor, passages.get(suffix, 0))
            kinds[suffix] = _joined(kinds.get(suffix), run)
        return Pace(kinds, self.passages, self.seconds)

    def after_meaning(self, passages: int, seconds: float) -> "Pace":
        """With a run that embedded so many passages in so many seconds."""
        if passages < ENOUGH_PASSAGES or seconds <= 0:
            return self
        share = min(1.0, MEMORY_PASSAGES / self.passages) if self.passages else 0.0
        return Pace(self.kinds, self.passages * share + passages, self.seconds * share + seconds)

    def _cost(self, suffix: str) -> float:
        """Seconds a byte."""
        known = self.kinds.get(suffix)
        return known.seconds / known.bytes if known and known.bytes else 1 / _FIRST.get(suffix, _TEXT)[0]

    def _density(self, suffix: str) -> float:
        """Passages a byte."""
        known = self.kinds.get(suffix)
        return known.passages / known.bytes if known and known.bytes else 1 / _FIRST.get(suffix, _TEXT)[1]


def suffix_of(path: Path) -> str:
    """What a file is counted under: its suffix, or its name where it has none. A Maildir's messages are mail."""
    if path.parent.name in ("cur", "new") and _MAILDIR.match(path.name):
        return ".eml"
    return path.suffix.lower() or path.name


def _joined(before: Kind | None, run: Kind) -> Kind:
    if before is None:
        return run
    share = min(1.0, MEMORY / before.bytes) if before.bytes else 0.0
    return Kind(
        before.bytes * share + run.bytes,
        before.seconds * share + run.seconds,
        before.passages * share + run.passages,
    )
