"""How long the command takes before it does anything: `ragd --help`, a status, a search in a fresh process.

    python tests/bench/startup.py [--rounds 10]

Prints the median and the least of whole processes, and which heavy packages `ragd --help` imports.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ragd import Library

HEAVY = ("torch", "lancedb", "lance", "tantivy", "sentence_transformers", "onnxruntime")
COMMANDS = (("--help",), ("status", "--json"), ("search", "expansion", "vessel", "--json"))


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rounds", type=int, default=10)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home, note = Path(scratch) / "home", Path(scratch) / "boiler.md"
        note.write_text("Merle replaced the expansion vessel of the boiler.\n")
        with Library.open(home) as library:
            library.add([note])
        environment = {**os.environ, "RAGD_HOME": str(home)}
        print("| command | median ms | least ms |")
        print("|---|---|---|")
        print(row("python -c pass", [sys.executable, "-c", "pass"], environment, options.rounds))
        for words in COMMANDS:
            command = [sys.executable, "-m", "ragd", *words]
            print(row(f"ragd {' '.join(words)}", command, environment, options.rounds))
    print(f"imported by `ragd --help` of {', '.join(HEAVY)}: {', '.join(imported()) or 'none'}")


def row(name: str, command: list[str], environment: dict[str, str], rounds: int) -> str:
    times = []
    for _ in range(rounds + 1):
        start = time.monotonic()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        times.append(1000 * (time.monotonic() - start))
    return f"| `{name}` | {statistics.median(times[1:]):.0f} | {min(times[1:]):.0f} |"


def imported() -> list[str]:
    script = "import sys\nfrom ragd.cli.run import run\nrun(['--help'])\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return [name for name in HEAVY if name in done.stderr.split()]


if __name__ == "__main__":
    main()
