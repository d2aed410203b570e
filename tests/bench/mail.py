"""Mail read by ragd against mail read by others: counts, headers, and how fast.

    python tests/bench/mail.py --data ../shared

1. Messages counted: an mbox and a Maildir made of the corpora, by ragd's workers and by Python's mailbox module; the
   Outlook store, by ragd and by `readpst` where it is installed.
2. Subject, sender and date of every message of mail-spamassassin and mail-mime-torture against Python's email package
   (policy.default). Every difference falls into a named class, or is shown; docs/formats.md explains the classes.
3. Messages a second, reading alone, with a worker for each of two cores.
"""

import argparse
import email
import lzma
import mailbox
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from ragd.parsers.mail import headers
from ragd.parsers.mail.letter import Letter
from ragd.parsers.mail.mime import letter_of, message_of, parts_of
from ragd.parsers.pool import Ended, Pool
from ragd.parsers.source import Unreadable
from ragd.records import Member, Outcome, SourceFile

NO_MAIL = re.compile(r"\.(json|msg|p7s)$|/(python|sndhdr)\.|COPYING")
CORPORA = ("mail-spamassassin", "mail-mime-torture")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="show every difference, not only the unnamed")
    told = parser.parse_args()
    mails = [path for name in CORPORA for path in _mails(told.data / "corpora" / name)]
    with tempfile.TemporaryDirectory() as scratch:
        count_boxes(mails, Path(scratch))
        count_store(told.data / "corpora" / "mail-outlook-ost", Path(scratch))
    compare_headers(mails, show=told.show)
    measure_speed([path for path in mails if path.suffix == ".eml"])


def _mails(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not NO_MAIL.search(str(path))]


def seen(path: Path) -> SourceFile:
    now = path.stat()
    return SourceFile(path, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_dev, now.st_ino)


def top_level(files: list[Path], *, whole: bool) -> tuple[int, Counter[str]]:
    """How many messages are no attachment of another, and the reasons of those that cannot be read.

    `whole`: each file is one message; otherwise one file holds them all.
    """
    messages, troubles = 0, Counter[str]()
    with Pool(2) as pool:
        for _, item in pool.read(map(seen, files)):
            if isinstance(item, Ended):
                item = item.outcome if whole else None  # noqa: PLW2901
            if item is None or (item.part is not None if whole else " > " in (item.part or " > ")):
                continue
            messages += isinstance(item, Member)
            if isinstance(item, Outcome) and item.status != "indexed":
                troubles[item.note or ""] += 1
    return messages, troubles


def count_boxes(mails: list[Path], scratch: Path) -> None:
    """An mbox and a Maildir, written and counted by Python's mailbox module, and counted by ragd."""
    box, folder = mailbox.mbox(scratch / "all.mbox"), mailbox.Maildir(scratch / "Maildir")
    for path in mails:
        raw = re.sub(rb"\A(?:>?From [^\n]*\n)+", b"", path.read_bytes())
        box.add(raw)
        folder.add(raw)
    box.flush()
    counted = {"mbox": len(mailbox.mbox(scratch / "all.mbox")), "Maildir": len(folder)}
    read = {
        "mbox": top_level([scratch / "all.mbox"], whole=False),
        "Maildir": top_level(sorted((scratch / "Maildir" / "new").iterdir()), whole=True),
    }
    for kind, (messages, troubles) in read.items():
        print(f"{kind}: mailbox counts {counted[kind]:,}, ragd {messages:,} and {dict(troubles) or 'no failure'}")


def count_store(folder: Path, scratch: Path) -> None:
    """The items of an Outlook store, by ragd and by readpst."""
    store = scratch / "outlook.ost"
    store.write_bytes(lzma.decompress((folder / "outlook-sample.ost.xz").read_bytes()))
    messages, troubles = top_level([store], whole=False)
    print(f"Outlook store: ragd {messages} items and {dict(troubles) or 'no failure'}", end="; ")
    if not shutil.which("readpst"):
        print("readpst is not installed")
        return
    out = scratch / "readpst"
    out.mkdir()
    command = ["readpst", "-D", "-q", "-e", "-tea", "-o", str(out), str(store)]  # one file an item, deleted ones too
    subprocess.run(command, capture_output=True, check=False)
    files = Counter(path.suffix for path in out.rglob("*") if path.is_file())
    print(f"readpst {files.total()}: {dict(files)}")


Facts = dict[str, str | None]


def compare_headers(mails: list[Path], *, show: bool) -> None:
    """Subject, sender and date by ragd and by Python, and the class of each difference."""
    classes: dict[str, Counter[str]] = {fact: Counter() for fact in ("subject", "sender", "date")}
    read = 0
    for path in mails:
        data = path.read_bytes()
        try:
            message = message_of(data)
        except Unreadable as reason:
            print(f"no mail: {path.name}: {reason}")
            continue
        read += 1
        ours = _ours(letter_of(message, parts_of(message)))
        theirs = _theirs(data)
        for fact, found in classes.items():
            if ours[fact] == theirs[fact]:
                continue
            name = next((name for name, fits in CLASSES if fits(fact, theirs[fact], ours[fact], message)), "unnamed")
            found[name] += 1
            if show or name == "unnamed":
                print(f"  {fact}, {name}: {path.name}: {theirs[fact]!r} -> {ours[fact]!r}")
    print(f"{read:,} messages")
    for fact, found in classes.items():
        equal = read - sum(found.values())
        named = (read - found["unnamed"]) / read
        print(f"{fact}: equal {equal:,} ({equal / read:.2%}), equal or explained {named:.2%}; {dict(found)}")


def _ours(letter: Letter) -> Facts:
    return {"subject": letter.subject, "sender": letter.author, "date": letter.date}


def _theirs(data: bytes) -> Facts:
    message = email.message_from_bytes(data, policy=policy.default)
    return {
        "subject": _attempt(lambda: _line(str(message["subject"])) if message["subject"] is not None else None),
        "sender": _attempt(lambda: _sender(message)),
        "date": _attempt(lambda: _date(message)),
    }


def _attempt(read: Callable[[], str | None]) -> str | None:
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return f"({type(error).__name__})"


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None


def _sender(message: EmailMessage) -> str | None:
    addresses = message["from"].addresses if message["from"] is not None else ()
    if not addresses:
        return None
    name, address = _line(addresses[0].display_name), addresses[0].addr_spec
    return f"{name} <{address}>" if name and name != address else address


def _date(message: EmailMessage) -> str | None:
    moment: datetime | None = message["date"].datetime if message["date"] is not None else None
    return (moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat() if moment else None


Fits = Callable[[str, str | None, str | None, email.message.Message], bool]


def _raw(message: email.message.Message, name: str) -> str:
    return " ".join(headers.as_written(message, name))


def _address(person: str | None) -> str:
    return (person or "").rpartition("<")[2].rstrip(">")


CLASSES: tuple[tuple[str, Fits], ...] = (
    ("UTF-16 file, read by ragd only", lambda fact, theirs, ours, m: theirs is None and _wide(m)),
    ("header lines in disorder", lambda fact, theirs, ours, m: theirs is None and bool(ours) and fact == "subject"),
    ("raw eight-bit header, decoded", lambda fact, theirs, ours, m: _eight_bit(theirs)),
    ("name in a comment, shown", lambda fact, theirs, ours, m: fact == "sender" and _in_comment(theirs, ours, m)),
    ("encoded words inside others, decoded", lambda fact, theirs, ours, m: _broken_words(fact, theirs, m)),
    ("sender empty: Sender or Reply-To", lambda fact, theirs, ours, m: fact == "sender" and not _address(theirs)),
    ("soft hyphen or control character", lambda fact, theirs, ours, m: _visible(theirs) == _visible(ours)),
    ("no list of addresses: the first that occurs", lambda fact, theirs, ours, m: _malformed(fact, theirs, ours)),
    ("year of a broken clock (0102: 2002)", lambda fact, theirs, ours, m: fact == "date" and _year_102(theirs, ours)),
    ("impossible date: the server's", lambda fact, theirs, ours, m: fact == "date" and _impossible(theirs, m)),
    ("date in no form of RFC 5322, read", lambda fact, theirs, ours, m: fact == "date" and theirs is None),
)  # fmt: skip


def _wide(message: email.message.Message) -> bool:
    return not message.get("Received") and "unstructured" in str(message.get("From"))


def _eight_bit(theirs: str | None) -> bool:
    return bool(theirs and re.search("[\ufffd\x80-\x9f\udc80-\udcff]", theirs))


def _in_comment(theirs: str | None, ours: str | None, message: email.message.Message) -> bool:
    return "(" in headers.decoded(_raw(message, "From")) and bool(ours) and _address(theirs) == _address(ours)


def _broken_words(fact: str, theirs: str | None, message: email.message.Message) -> bool:
    name = {"subject": "Subject", "sender": "From"}.get(fact)
    return bool(name and "=?" in _raw(message, name) and theirs)


def _visible(text: str | None) -> str:
    return re.sub(r"[\W_\xad]", "", text or "")


def _malformed(fact: str, theirs: str | None, ours: str | None) -> bool:
    return fact == "sender" and bool(theirs and ours) and ('"' in str(theirs) or "@" in str(ours))


def _year_102(theirs: str | None, ours: str | None) -> bool:
    return (theirs or "").startswith("01") and (theirs or "")[4:10] == (ours or "")[4:10]


def _impossible(theirs: str | None, message: email.message.Message) -> bool:
    if theirs and not "1900" < theirs[:4] < "2200":
        return True
    return theirs is None and bool(message.get("Received") or message.get("Resent-Date"))


def measure_speed(mails: list[Path]) -> None:
    """Messages a second through two workers, by the clock and by the processor time that they took.

    The second figure is what two free cores would do; it is told because a machine may have other work.
    """
    for _ in range(3):
        began, used, messages = time.monotonic(), _children_used(), 0
        with Pool(2) as pool:
            for _, item in pool.read(map(seen, mails)):
                messages += isinstance(item, Member) and item.part is None
        seconds, spent = time.monotonic() - began, _children_used() - used
        print(
            f"{messages:,} messages by two workers: {messages / seconds:,.0f} a second;"
            f" {spent:.1f} s of processor time, so {2 * messages / spent:,.0f} a second on two free cores"
        )


def _children_used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
