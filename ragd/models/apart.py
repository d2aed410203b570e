"""What peaks above 1 GB is made in a process of its own: `python -m MODULE ARGUMENTS`."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

PASSING = ("MemoryError", "memory ran out", "No space left", "KeyboardInterrupt")  # reasons that may be gone next time


def run_apart(module: str, *arguments: str) -> tuple[int, str]:
    """Run a module of ragd; its exit code, and the line of its last words that names an error."""
    # The package's own parent: a ragd that runs from its source folder is found by the maker too.
    here = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]).rstrip(":")}
    maker = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return maker.returncode, _reason(maker.stderr, maker.returncode)


def is_lasting(code: int, said: str) -> bool:
    """Whether the same would fail again: neither killed nor out of memory or disk."""
    return code > 0 and not any(word in said for word in PASSING)


def versions() -> dict[str, str]:
    """The versions of the libraries that make a copy: with others it may work."""
    found = {}
    for name in ("torch", "transformers", "onnx", "onnxscript", "onnxruntime"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def _reason(said: str, code: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    ended = "it was stopped" if code < 0 else f"it ended with {code}"
    return (named[-1:] or lines[-1:] or [ended])[0][:200]
