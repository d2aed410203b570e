"""Labels that a mail program keeps with a message: Gmail's, a Maildir's flags, Thunderbird's, mutt's, IMAP's."""

import re
from email.message import Message
from pathlib import Path

from ragd.parsers.mail import headers
from ragd.parsers.source import Source

MAILDIR_FLAGS = re.compile(r"[:!;,._-]2,([A-Za-z,]*)$")
MAILDIR = {"F": "flagged", "R": "replied", "P": "forwarded", "T": "trashed", "D": "draft"}
MOZILLA = {0x2: "replied", 0x4: "flagged", 0x8: "trashed", 0x1000: "forwarded"}
UNIX = {"F": "flagged", "A": "replied", "D": "trashed", "T": "draft"}
OF_THUNDERBIRD = {  # its own tags, which it keeps by number
    **{"$label1": "important", "$label2": "work", "$label3": "personal", "$label4": "to do", "$label5": "later"},
}
OF_GMAIL = {  # what Takeout writes for Gmail's own labels
    **{"Opened": "", "Unread": "unread", "Starred": "flagged", "Trash": "trashed", "Drafts": "draft"},
}


def by_path(path: Path) -> bool:
    """Whether the place of a file says something of the message in it, which the same bytes elsewhere do not say."""
    return path.parent.name in ("cur", "new")


def of_path(source: Source) -> tuple[str, ...]:
    """A Maildir's flags, which are the end of the file's name; a message in `new` was not looked at yet."""
    if source.file is None or not by_path(source.path):
        return ()
    found = MAILDIR_FLAGS.search(source.path.name)
    if found is None:
        return ("unread",) if source.path.parent.name == "new" else ()
    flags = [MAILDIR[flag] for flag in found[1] if flag in MAILDIR]
    return (*(["unread"] if "S" not in found[1] else []), *flags)


def of_headers(message: Message) -> tuple[str, ...]:
    """What programs wrote into the message itself, in their own words where these are a person's."""
    found: list[str] = []
    gmail = headers.header_whole(message, "X-Gmail-Labels")
    if gmail:
        found += [OF_GMAIL.get(label, label) for label in _listed(gmail)]
    found += _mozilla(message)
    found += (headers.header_whole(message, "X-Keywords") or "").replace(",", " ").split()
    keys = (headers.header_whole(message, "X-Mozilla-Keys") or "").split()
    found += [OF_THUNDERBIRD.get(key.lower(), key) for key in keys]
    found += _unix(message)
    return tuple(dict.fromkeys(filter(None, found)))


def _listed(labels: str) -> list[str]:
    """Labels separated by commas; one that has a comma in it stands in quotes."""
    return [(quoted or plain).strip() for quoted, plain in re.findall(r'"([^"]*)"|([^",]+)', labels)]


def _mozilla(message: Message) -> list[str]:
    try:
        status = int(headers.header_whole(message, "X-Mozilla-Status") or "", 16)
    except ValueError:
        return []
    return [*(["unread"] if not status & 1 else []), *(label for bit, label in MOZILLA.items() if status & bit)]


def _unix(message: Message) -> list[str]:
    """`Status: RO`, `X-Status: AF` of mutt, Pine, Dovecot."""
    status, more = headers.header_whole(message, "Status"), headers.header_whole(message, "X-Status")
    if status is None and more is None:
        return []
    if not re.fullmatch(r"[A-Za-z]{0,8}", f"{status or ''}{more or ''}"):
        return []
    unread = status is not None and "R" not in status
    return [*(["unread"] if unread else []), *(label for flag, label in UNIX.items() if flag in (more or ""))]
