"""The body that Outlook keeps as compressed RTF: the HTML wrapped in it (MS-OXRTFEX), else its own words."""

import re

from ragd.parsers.decode import decode
from ragd.parsers.mail.letter import Body

LARGEST = 64 << 20  # bytes of RTF
STORED, PACKED = b"MELA", b"LZFu"
KNOWN = (  # what every compressed RTF begins by knowing (MS-OXRTFCP 2.1.2)
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
WINDOW = 4096
TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
BREAKS = {b"par": b"\n", b"line": b"\n", b"tab": b"\t", b"cell": b"\t", b"row": b"\n", b"sect": b"\n", b"page": b"\n"}
SIGNS = {
    b"lquote": b"'",
    b"rquote": b"'",
    b"ldblquote": b'"',
    b"rdblquote": b'"',
    b"bullet": b"*",
    b"endash": b"-",
    b"emdash": b"-",
}
SILENT = frozenset(
    (
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"header",
        b"footer",
        b"listtable",
        b"generator",
    )
)


def body_of(packed: bytes) -> Body | None:
    """The words or the page in a compressed RTF property; None where it holds none or is damaged."""
    rtf = unpacked(packed)
    page = b"\\fromhtml1" in rtf[:2000]
    text = text_of(rtf, page=page)
    return Body(html=page, text=text) if text.strip() else None


def unpacked(packed: bytes) -> bytes:
    """The RTF of a compressed property (LZFu), as far as it goes; empty where it is none."""
    kind, size = packed[8:12], int.from_bytes(packed[4:8], "little")
    if kind == STORED:
        return packed[16 : 16 + min(size, LARGEST)]
    if kind != PACKED:
        return b""
    out = bytearray(KNOWN)
    position, end = 16, min(size, LARGEST) + len(KNOWN)
    while position < len(packed) and len(out) < end:
        control, position = packed[position], position + 1
        for bit in range(8):
            if position >= len(packed):
                break
            if not control >> bit & 1:
                out.append(packed[position])
                position += 1
                continue
            token, position = int.from_bytes(packed[position : position + 2], "big"), position + 2
            if not _copy(out, token >> 4, (token & 0xF) + 2):
                return bytes(out[len(KNOWN) : end])
    return bytes(out[len(KNOWN) : end])


def _copy(out: bytearray, place: int, length: int) -> bool:
    """Repeat what stands at a place of the window of the last 4,096 bytes; False at the mark of the end."""
    behind = (len(out) - place) % WINDOW
    if not behind or behind > len(out):
        return False
    for _ in range(length):
        out.append(out[-behind])
    return True


def text_of(rtf: bytes, *, page: bool) -> str:
    """The words of an RTF text; with `page` the HTML that it was made from."""
    codepage = re.search(rb"\\ansicpg(\d+)", rtf[:400])
    return decode(_Reader(page, f"cp{int(codepage[1])}" if codepage else "cp1252").read(rtf))


class _Reader:
    """Goes through the tokens; a group's state is what is silent in it, and whether it is HTML's own."""

    def __init__(self, page: bool, codepage: str) -> None:
        self._page = page
        self._codepage = codepage
        self._out: list[bytes] = []
        self._silent = False
        self._markup = False  # between \htmlrtf and \htmlrtf0: what RTF shows, and HTML says in its own way
        self._stack: list[tuple[bool, bool]] = []
        self._skip = 0  # letters that stand for a Unicode character just said
        self._begins = False  # right after {\*

    def read(self, rtf: bytes) -> bytes:
        for found in TOKEN.finditer(rtf):
            word, number, hexadecimal, sign, brace, text = found.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word, number)
            elif hexadecimal:
                self._say(bytes([int(hexadecimal, 16)]), letters=1)
            elif sign:
                self._sign(sign)
            elif text:
                self._text(text)
        return b"".join(self._out)

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            self._stack.append((self._silent, self._markup))
        elif self._stack:
            self._silent, self._markup = self._stack.pop()
        self._begins = False

    def _word(self, word: bytes, number: bytes | None) -> None:
        starred, self._begins = self._begins, False
        if starred:
            self._silent = not (self._page and word == b"htmltag")
        elif word in SILENT:
            self._silent = True
        elif word == b"htmlrtf":
            self._markup = number != b"0"
        elif word == b"u" and number:
            self._say(chr(int(number) % 65536).encode("utf-8", "replace"), raw=True)
            self._skip = 1
        elif word in BREAKS and not (self._page and self._markup):
            self._say(BREAKS[word])
        elif word in SIGNS:
            self._say(SIGNS[word])

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._begins = True
        elif sign in b"\\{}":
            self._say(sign)
        elif sign == b"~":
            self._say(b" ")

    def _text(self, text: bytes) -> None:
        self._say(text[self._skip :])
        self._skip = 0

    def _say(self, text: bytes, *, letters: int = 0, raw: bool = False) -> None:
        if letters and self._skip:
            self._skip -= 1
            return
        if self._silent or (self._page and self._markup):
            return
        self._out.append(text if raw or text.isascii() else decode(text, self._codepage).encode())
