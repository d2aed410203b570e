"""Whether the end of a mail says more than who wrote it: a card to be found, or a closing.

"Cheers, Dana" is in every mail and tells nobody anything; below it may stand a telephone number or a role that stands
nowhere else.
"""

import re
from collections.abc import Collection, Sequence

from ragd.parsers.mail.reply_words import CLOSING, CONTACT, DASHES, DIVIDER, LIST_FOOT, SENT_FROM
from ragd.records import AsideKind

WORD = re.compile(r"[^\W\d_]{2,}")
DASH = frozenset("-–—~")
LIST_PAGE = re.compile(r"https?://\S+/listinfo(?:\.cgi)?/\S+$")
LEAST = 2  # words that are not the writer's name: "Software Architect"
MOST = 12  # more, and no number or address with them, are a saying: its words are found, it has no meaning of its own


def kind_of(lines: Sequence[str], names: Collection[str], *, quoted: bool) -> AsideKind:
    """What the lines below a letter are; `names` are the words of its writer's name and address, lower case."""
    listed = sum(bool(LIST_FOOT.search(line)) for line in lines)
    if listed * 2 >= sum(line not in DASHES for line in lines) > 0:
        return "footer"
    if not _is_card(lines, names):
        return "closing"
    return "quoted signature" if quoted else "signature"


def _is_card(lines: Sequence[str], names: Collection[str]) -> bool:
    said = [line for line in lines if not _is_closing(line)]
    if any(CONTACT.search(line) and not _is_own(line, names) for line in said):
        return True
    others = [word for line in said for word in WORD.findall(line.casefold()) if word not in names]
    return bool(names) and LEAST <= len(others) <= MOST


def _is_closing(line: str) -> bool:
    return line in DASHES or bool(DIVIDER.match(line) or CLOSING.match(line) or SENT_FROM.match(line))


def _is_own(line: str, names: Collection[str]) -> bool:
    """Whether a line says only the name and address that the mail's header says."""
    return all(word in names for word in re.findall(r"[^\W_]+", line.casefold().replace("mailto", "")))


def is_signed(words: str, names: Collection[str]) -> bool:
    """Whether a line is the writer's name after a dash: '- Adam L. "Duncan" Beberg', "--Dana Visser (roofs)"."""
    said = set(WORD.findall(words.casefold()))
    name = {one for one in names if WORD.fullmatch(one)}
    return words[0] in DASH and len(name) > 1 and name <= said


def is_list(words: str) -> bool:
    """Whether a line is no more than the address of a mailing list's own page."""
    return bool(LIST_PAGE.match(words))


def names_of(author: str | None) -> set[str]:
    """The words of a person's name."""
    return set((author or "").rpartition("<")[0].casefold().replace(",", " ").replace('"', " ").split())


def names_and_address(author: str | None) -> set[str]:
    """The words of a person's name and address."""
    return set(re.findall(r"[^\W_]+", (author or "").casefold()))


def could_be_address(words: str) -> bool:
    """A line of a name, a role, a firm, a number; no sentence."""
    return len(words) <= 60 and not words.endswith(("?", ":")) and not (words.endswith(".") and len(words.split()) > 4)
