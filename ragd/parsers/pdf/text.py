"""The words of a PDF: those broken at a line's end are mended, and letters that mean nothing are recognised."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from ragd.parsers.pdf.layout import BROKEN

FIRST_HALF, SECOND_HALF = re.compile(r"[^\W\d_]+$"), re.compile(r"\ufffe[ \r\n]*(\w+)")
LONGEST = 100  # letters of half a word
APART = str.maketrans(dict.fromkeys(".,;:!?()[]{}\"'“”‘’„«»/", " "))  # what stands at a word's ends
LETTERS = re.compile(r"[^\W\d_]{2,}")
LEADERS = re.compile(r"([^\w\s])(?:\s*\1)+")  # the dots of a table of contents, a drawn line
CID = re.compile(r"\(cid:\d+\)")
TOGETHER = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "HALFWIDTH", "FULLWIDTH"}  # stand with CJK
RAISED = ("SUPERSCRIPT", "SUBSCRIPT", "CIRCLED", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "PLANCK", "KELVIN")
BLANK = string.whitespace.encode() + b"\x85\xa0"
PLAIN = (string.ascii_letters + string.digits + string.whitespace).encode()
SUSPECT = 0.3  # of the signs are others than letters and digits of ASCII: only then it is worth a look
ENOUGH = 20  # letters or signs, before anything is said of them


class Mending:
    """Joins words broken at a line's end. The document's own words tell "activi-ties" from "non-GAAP"."""

    def __init__(self, pages: Iterable[str]) -> None:
        self._words: set[str] = set()
        pages = list(pages)
        if any(BROKEN in page for page in pages):
            seen: set[str] = set()  # as they stand, which nearly all do many times
            for page in pages:
                seen.update((_mended(page, lambda *_: " ") if BROKEN in page else page).split())
            self._words.update(" ".join(seen).lower().translate(APART).split())

    def mend(self, text: str) -> str:
        return _mended(text, self._join).replace(BROKEN, "-\n") if BROKEN in text else text

    def _join(self, first: str, second: str) -> str:
        # A hyphen that belongs to the word stays at its line's end, where whoever compares texts passes over it.
        return f"{first}-\n{second}" if self._compound(first.lower(), second) else first + second

    def _compound(self, first: str, second: str) -> bool:
        last = second.lower()
        if first + last in self._words:
            return False
        return f"{first}-{last}" in self._words or not second.islower() or {first, last} <= self._words


def _mended(text: str, join: Callable[[str, str], str]) -> str:
    """The text with what `join` makes of the halves of each word that a line's end breaks."""
    pieces: list[str] = []
    done = 0
    # A pattern of both halves would try at every letter of the text: this one is found by the sign between them.
    for found in SECOND_HALF.finditer(text):
        first = FIRST_HALF.search(text, max(done, found.start() - LONGEST), found.start())
        if first:
            pieces += (text[done : first.start()], join(first[0], found[1]))
            done = found.end()
    return "".join(pieces) + text[done:]


def is_garbage(text: str) -> bool:
    """Whether a page's letters mean nothing: its fonts do not say which letters they draw, or say it wrong.

    Then words mix letters of several scripts, letters are none of Unicode's, or there are hardly any among the signs.
    """
    if "(cid:" in text and len(CID.findall(text)) > len(text) / 40 + 3:
        return True
    written = text.encode("latin-1", "replace")
    if len(written.translate(None, PLAIN)) < len(written.translate(None, BLANK)) * SUSPECT:
        return False
    bare = LEADERS.sub(r"\1", text)
    signs = [sign for sign in bare if not sign.isspace()]
    if len(signs) < ENOUGH:
        return False
    if bare.isascii():
        return sum(sign.isalnum() for sign in signs) < len(signs) / 4
    nameless = sum(unicodedata.category(sign) in ("Co", "Cn", "Cc") or sign == "\ufffd" for sign in signs)
    return nameless > len(signs) / 3 or _mixes_scripts(bare)


def _mixes_scripts(text: str) -> bool:
    """Whether many words hold letters of several scripts. Symbols of formulas are no such words."""
    words = LETTERS.findall(text)
    if sum(map(len, words)) < ENOUGH:
        return False
    return sum(map(_is_mixed, words)) > len(words) / 5


def _is_mixed(word: str) -> bool:
    scripts = {_script(letter) for letter in word} - {""}
    return len(scripts) > 1 and not scripts <= {"CJK", "LATIN", "HANGUL"}  # those are written without blanks


@lru_cache(maxsize=1 << 14)
def _script(letter: str) -> str:
    """The first word of a letter's name says its script; "" for what stands among letters of any."""
    if letter.isascii():
        return "LATIN"
    name = unicodedata.name(letter, "?").split(" ", maxsplit=1)[0]
    if name in TOGETHER or name.startswith("CJK"):
        return "CJK"
    return (
        ""
        if name in ("MODIFIER", "COMBINING", "MATHEMATICAL", "MICRO", "OHM", "FEMININE", "MASCULINE", *RAISED)
        else name
    )
