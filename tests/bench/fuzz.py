"""Mutated files over all parsers: no crash of the run, no file over its limits, every document's marks inside its text.

    python tests/bench/fuzz.py --data ../shared [--count 20000] [--first 0] [--seed 1] [--only pdf,eml] [--keep FOLDER]

Real files are flipped, cut, spliced with others of their kind, given doubled, lost and nested blocks and huge numbers;
ZIP archives also get mutated members. File number N of a seed is always the same, so a run can be made in slices with
`--first`, and what a run found be made again. Kinds take turns, so that a rare one gets as many as mail does. What
killed a worker, took too long or broke a parser in a way it does not know is kept in FOLDER.
"""

import argparse
import io
import random
import re
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from measured import Watched, source_file

from ragd.parsers.pool import Ended, Limits
from ragd.parsers.table import format_of
from ragd.records import Member, SourceFile

LARGEST = 400_000  # bytes of a file that is mutated: larger ones only make it slower
AT_ONCE = 100
LIMITS = Limits(seconds=30, memory_mb=1500, text_mb=200)
SLOW = 25.0  # seconds for one small file that are worth a look, also on a busy machine
Mutation = Callable[[random.Random, bytes, bytes], bytes]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    given.add_argument("--count", type=int, default=20_000)
    given.add_argument("--first", type=int, default=0)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--only", default="", help="suffixes, separated by commas")
    given.add_argument("--keep", type=Path, help="where to put what broke a worker or a parser")
    options = given.parse_args()
    golden = Path(__file__).parent.parent / "golden"
    seeds = gather([options.data / "corpora", golden], set(filter(None, options.only.split(","))))
    report = Report(options.keep)
    numbers = range(options.first, options.first + options.count)
    print(f"{sum(map(len, seeds.values())):,} real files of {len(seeds)} kinds: {' '.join(sorted(seeds))}", flush=True)
    with tempfile.TemporaryDirectory() as scratch, Watched(2, LIMITS) as pool:
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            files = {path: source_file(path) for path in make(some, options.seed, seeds, Path(scratch))}
            report.take(files, pool)
            for path in files:
                path.unlink()
        print(report.told(len(numbers), pool.peak))


def gather(folders: list[Path], only: set[str]) -> dict[str, list[Path]]:
    """Files that a parser reads, by suffix."""
    seeds: dict[str, list[Path]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        suffix = path.suffix.lower().lstrip(".")
        if format_of(path.name) and path.stat().st_size <= LARGEST and (not only or suffix in only):
            seeds.setdefault(suffix, []).append(path)
    return seeds


def make(numbers: range, seed: int, seeds: dict[str, list[Path]], folder: Path) -> Iterator[Path]:
    """One mutated file a number."""
    kinds = sorted(seeds)
    for number in numbers:
        chance = random.Random(f"{seed} {number}")
        suffix = kinds[number % len(kinds)]
        one, other = (chance.choice(seeds[suffix]).read_bytes() for _ in range(2))
        path = folder / f"{number}.{suffix}"
        path.write_bytes(mutated(chance, one, other))
        yield path


def mutated(chance: random.Random, data: bytes, other: bytes) -> bytes:
    if data.startswith(b"PK") and chance.random() < 0.7:
        data = inside_zip(chance, data, other)
        if chance.random() < 0.7:
            return data
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(MUTATIONS)(chance, data, other)
    return data


def flipped(chance: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(min(len(data), chance.choice((1, 4, 16, 200)))):
        changed[chance.randrange(len(data))] = chance.choice((0, 0xFF, 0x3C, 0x22, 0x0A, chance.randrange(256)))
    return bytes(changed)


def cut(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def spliced(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def doubled(chance: random.Random, data: bytes, other: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    block = data[start : min(end, start + 20_000)]
    return data[:end] + block * chance.choice((1, 2, 50)) + data[end:]


def lost(chance: random.Random, data: bytes, other: bytes) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randrange(1, 5_000) :]


def huge_number(chance: random.Random, data: bytes, other: bytes) -> bytes:
    found = list(re.finditer(rb"\d+", data[:200_000]))
    if not found:
        return data
    where = chance.choice(found)
    number = chance.choice((b"0", b"-1", b"65536", b"4294967295", b"99999999999999999999", b"1e309", b"9" * 5_000))
    return data[: where.start()] + number + data[where.end() :]


def swapped(chance: random.Random, data: bytes, other: bytes) -> bytes:
    lines, others = data.split(b"\n"), other.split(b"\n")
    for _ in range(chance.choice((1, 5, 50))):
        lines[chance.randrange(len(lines))] = chance.choice(others)
    return b"\n".join(lines)


def nested(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """A tag, bracket or line of the file, thousands of times over."""
    found = list(re.finditer(rb"<\w[^<>]{0,40}>|[\[{(]|\n[^\n]{1,40}\n", data[:200_000]))
    if not found:
        return data
    where = chance.choice(found)
    return data[: where.end()] + where[0] * chance.choice((100, 2_000, 20_000)) + data[where.end() :]


def inside_zip(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The archive with some of its members mutated, left out, or taken from another."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(io.BytesIO(other)) as second:
            members = {info.filename: archive.read(info) for info in archive.infolist() if info.file_size < 5_000_000}
            others = {info.filename: second.read(info) for info in second.infolist() if info.file_size < 5_000_000}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError):
        return data
    names = [name for name in members if not name.endswith("/")]
    for name in chance.sample(names, min(len(names), chance.choice((1, 1, 3)))):
        if chance.random() < 0.1:
            del members[name]
        else:
            members[name] = chance.choice(MUTATIONS)(chance, members[name], others.get(name, members[name]))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


MUTATIONS: tuple[Mutation, ...] = (flipped, flipped, cut, spliced, doubled, lost, huge_number, swapped, nested)


class Report:
    """What became of the files, and what needs a look."""

    def __init__(self, keep: Path | None) -> None:
        self._keep = keep
        self._statuses: Counter[str] = Counter()
        self._bad: Counter[str] = Counter()
        self._slowest = (0.0, "")
        self._documents = 0
        self._began = time.monotonic()
        if keep:
            keep.mkdir(parents=True, exist_ok=True)

    def take(self, files: dict[Path, SourceFile], pool: Watched) -> None:
        ended: Counter[Path] = Counter()
        for file, answer in pool.read(files.values()):
            if isinstance(answer, Member):
                self._documents += 1
                self._check(answer, file.path)
            elif isinstance(answer, Ended):
                ended[file.path] += 1
                self._end(answer, file.path, pool.seconds.pop(file.path, 0.0))
        for path in files:
            if ended[path] != 1:
                self._note(f"{ended[path]} last words", path)

    def _check(self, member: Member, path: Path) -> None:
        text, marks = member.document.text, member.document.marks
        offsets = [mark.offset for mark in marks]
        if offsets != sorted(offsets) or any(not 0 <= one <= len(text) for one in offsets):
            self._note("marks out of order or outside the text", path)

    def _end(self, answer: Ended, path: Path, seconds: float) -> None:
        self._statuses[answer.outcome.status] += 1
        self._slowest = max(self._slowest, (seconds, path.name))
        note = answer.outcome.note or ""
        if seconds > SLOW:
            self._note(f"slow: over {SLOW:.0f} s", path)
        if re.search(r"broke|took longer|needs more|answered nonsense", note):
            self._note(re.sub(r"\d{3,}|0x\w+", "N", note)[:160], path)

    def _note(self, what: str, path: Path) -> None:
        self._bad[f"{path.suffix} {what}"] += 1
        print(f"  {path.name}: {what}", flush=True)
        if self._keep:
            (self._keep / path.name).write_bytes(path.read_bytes())

    def told(self, count: int, peak: int) -> str:
        seconds = time.monotonic() - self._began
        statuses = ", ".join(f"{number:,} {status}" for status, number in self._statuses.most_common())
        lines = [
            f"{count:,} files in {seconds:.0f} s: {statuses}; {self._documents:,} documents",
            f"slowest {self._slowest[0]:.1f} s ({self._slowest[1]}); largest worker {peak >> 20} MB",
        ]
        return "\n".join(lines + [f"{number:6,}  {what}" for what, number in self._bad.most_common()])


if __name__ == "__main__":
    main()
