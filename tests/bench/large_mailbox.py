"""One large mailbox: how much memory reading it takes, and how long a sync after one more message.

    python tests/bench/large_mailbox.py --data ../shared --gigabytes 2 --work /var/tmp/mailbox

The mailbox is made of the real messages of mail-spamassassin, over and over, with ids of its own each time (so that
replies answer what was written the same time); the work folder keeps it and the index, so that a second run only
appends and syncs. Memory is the largest resident set of ragd and its workers, each by itself and all together, looked
at ten times a second.
"""

import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ragd.parsers.digest import digests_of
from ragd.parsers.pool import Ended, GoesOn, Pool
from ragd.records import Member, SourceFile

MESSAGE_ID = re.compile(rb"^Message-ID:", re.IGNORECASE | re.MULTILINE)
IDS = re.compile(rb"^(?:Message-ID|References|In-Reply-To):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
ID = re.compile(rb"<([^<>\s]+)>")
ENVELOPE = b"From bench@example.org Sat Mar  2 10:15:00 2024\n"
ONE_MORE = b"""Message-ID: <one-more-%d@bench.example>
From: Dana Visser <dana@example.org>
To: kees@example.org
Subject: the heron and the dishwasher %d
Date: Sat, 02 Mar 2024 10:15:00 +0100

The heron by the canal has learnt to open the dishwasher number %d.

"""


class Memory:
    """The largest resident sets of a process and its children while something runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self.single: dict[str, int] = {}  # "parent", "worker": megabytes
        self.together = 0
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            sizes = {"parent": _resident(self._pid), "worker": 0}
            children = [_resident(pid) for pid in _children(self._pid)]
            sizes["worker"] = max(children, default=0)
            self.together = max(self.together, sizes["parent"] + sum(children))
            self.single = {who: max(size, self.single.get(who, 0)) for who, size in sizes.items()}

    def __str__(self) -> str:
        return f"parent {self.single['parent']} MB, worker {self.single['worker']} MB, together {self.together} MB"


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except (OSError, IndexError, ValueError):
        return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def made(mails: Path, mailbox: Path, size: int, *, of: int) -> int:
    """Write a mailbox of about `size` bytes from the first `of` messages; returns how many it has."""
    originals = [path.read_bytes() for path in sorted(mails.rglob("*.eml"))[:of]]
    count = times = 0
    with mailbox.open("wb") as file:
        while file.tell() < size:
            times += 1
            for raw in originals:
                count += 1
                bare = re.sub(rb"\A(?:>?From [^\n]*\n)+", b"", raw.replace(b"\r\n", b"\n"))
                header, _, body = bare.partition(b"\n\n")
                header = IDS.sub(lambda found: ID.sub(rb"<%d.\1>" % times, found[0]), header)  # noqa: B023
                fresh = b"" if MESSAGE_ID.search(header) else b"Message-ID: <%d@bench.example>\n" % count
                escaped = re.sub(rb"^(>*From )", rb">\1", body, flags=re.MULTILINE)
                file.write(ENVELOPE + fresh + header + b"\n\n" + escaped.rstrip(b"\n") + b"\n\n")
                if file.tell() >= size:
                    break
    return count


def read_alone(mailbox: Path) -> None:
    """Parse it, and let go of what comes."""
    began, documents, messages, note = time.monotonic(), 0, 0, ""
    with Memory(os.getpid()) as memory, Pool(2) as pool:
        for _, item in pool.read([seen(mailbox)]):
            if isinstance(item, Member):
                documents += 1
                messages += item.document.kind == "mail" and " > " not in (item.part or "")
            elif isinstance(item, Ended):
                note = f"{item.outcome.status} {item.outcome.note or ''}"
    seconds = time.monotonic() - began
    print(
        f"read alone: {messages:,} messages, {documents:,} documents in {seconds:.0f} s"
        f" ({messages / seconds:.0f} a second, one worker); {note}\n  {memory}"
    )


def grow(mailbox: Path) -> None:
    """What a sync does with a mailbox that grew by one message, up to that message: its share that grows with size."""
    before = seen(mailbox)
    append(mailbox)
    began = time.monotonic()
    old, _ = digests_of(mailbox, before.size, before.size + len(one_more()))
    hashed = time.monotonic() - began
    with Pool(1) as pool:
        answers = [item for _, item in pool.read([seen(mailbox)], old=lambda _: before.size)]
    members = sum(isinstance(item, Member) for item in answers)
    seconds = time.monotonic() - began
    print(
        f"{before.size / 1e9:.2f} GB and one message more: verified in {hashed:.2f} s ({old[:8]}),"
        f" read after {seconds:.2f} s: {members} message, goes on: {GoesOn() in answers}"
    )


def seen(path: Path) -> SourceFile:
    now = path.stat()
    return SourceFile(path, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_dev, now.st_ino)


def one_more() -> bytes:
    return ENVELOPE + ONE_MORE % ((time.time_ns(),) * 3)


def append(mailbox: Path) -> None:
    with mailbox.open("ab") as file:
        file.write(one_more())


def ragd(home: Path, *arguments: str) -> Iterator[str]:
    """Run a command; yields how long it took, and its memory."""
    command = [sys.executable, "-m", "ragd", *arguments]
    began = time.monotonic()
    process = subprocess.Popen(
        command, env={**os.environ, "RAGD_HOME": str(home), "RAGD_NO_DAEMON": "1"}, stdout=subprocess.PIPE, text=True
    )
    with Memory(process.pid) as memory:
        told, _ = process.communicate()
    seconds = time.monotonic() - began
    outcomes = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    yield f"{seconds:.2f} s, exit {process.returncode}; {memory}"
    yield from (json.dumps({key: one.get(key) for key in ("status", "note", "documents")}) for one in outcomes[:3])


def embedded(home: Path) -> int:
    with sqlite3.connect(f"file:{home / 'catalog.sqlite'}?mode=ro", uri=True) as catalog:
        return int(catalog.execute("SELECT count(*) FROM vectors").fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="a folder with room for twice the mailbox")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--originals", type=int, default=5000, help="how many different messages it is made of")
    parser.add_argument("--no-index", action="store_true", help="only read it, and one message more")
    told = parser.parse_args()
    mailbox, home = told.work / "mail" / "Archive", told.work / "home"
    mailbox.parent.mkdir(parents=True, exist_ok=True)
    if not mailbox.exists():
        count = made(told.data / "corpora" / "mail-spamassassin", mailbox, int(told.gigabytes * 1e9), of=told.originals)
        print(f"made {count:,} messages, {mailbox.stat().st_size / 1e9:.2f} GB")
        read_alone(mailbox)
    grow(mailbox)
    if told.no_index:
        return
    if not home.exists():
        print("add:", *ragd(home, "add", "--json", str(mailbox.parent)), sep="\n  ")
    print("sync, nothing new:", *ragd(home, "sync", "--json"), sep="\n  ")
    for number in range(3):
        before = embedded(home)
        append(mailbox)
        print("one message appended, sync:", *ragd(home, "sync", "--json"), sep="\n  ")
        print(f"  passages embedded: {embedded(home) - before} (append {number + 1})")


if __name__ == "__main__":
    main()
