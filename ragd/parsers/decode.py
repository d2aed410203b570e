"""Bytes to text: which characters a stranger's file is written in."""

import codecs
import re
from collections.abc import Iterator

BOMS = (  # the longer first: UTF-16's begins UTF-32's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE_MARKS = tuple(mark for mark, _ in BOMS[1:])
MEANT = {  # what is stated -> what browsers, and those who wrote it, take it for
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr"), "cp949"),
    **dict.fromkeys(("shift_jis", "x-sjis"), "cp932"),
    **{"us-ascii": "ascii", "ansi_x3.4-1968": "ascii", "iso-8859-9": "cp1254"},
    **{"iso-8859-8-i": "iso-8859-8", "cp-850": "cp850", "unicode-1-1-utf-7": "utf-7"},
}
ONE_BYTE = ("cp125", "iso8859", "latin", "koi8", "mac", "ascii", "cp437", "cp850")
SEEN_IN_TEXT = {7, 8, 9, 10, 11, 12, 13, 26, 27}  # bell, backspace, tab, line and page ends, DOS end of file, escape
SAMPLE = 8192  # bytes that are looked at when guessing: charset-normalizer takes seconds on a megabyte
LATIN = frozenset(
    ("cp1250", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_9", "iso8859_10", "iso8859_15", "iso8859_16")
)
UNLIKELY = ["utf_7", "utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"]  # seen before
WINDOW = 2048
HIGH = re.compile(rb"[\x80-\xff]+")
INSIDE = re.compile(rb"(?:(?<=[\x00-\x2f])|\A).*(?=[\x00-\x2f]|\Z)", re.DOTALL)
UNSOUND = re.compile("[\x00\ud800-\udfff]")


def decode(data: bytes, stated: str | None = None) -> str:
    """The text of `data` without a byte-order mark; line ends as they are.

    `stated` is the encoding that the file itself or its mail header names; it is believed if it fits. Never fails:
    what cannot be decoded becomes U+FFFD. The text holds no NUL and no lone surrogate.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return sound(data[len(mark) :].decode(encoding, errors="replace"))
    believed = None if _is_mislabelled(data, stated) else _known(stated)
    for encoding in filter(None, (believed, _wide(data), "utf-8")):
        try:
            return sound(data.decode(encoding))
        except (UnicodeError, ValueError):
            continue
    return sound(data.decode(_guess(data, stated), errors="replace"))


def _is_mislabelled(data: bytes, stated: str | None) -> bool:
    """UTF-8 that is said to be in an encoding of one byte a letter: by chance no such text is UTF-8 too."""
    if not stated or data.isascii() or not (_known(stated) or "").startswith(ONE_BYTE):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def sound(text: str) -> str:
    """`text` with NUL and lone surrogates, which no store and no JSON takes, replaced one for one."""
    return UNSOUND.sub("\ufffd", text) if not text.isascii() or "\0" in text else text


def unix_lines(text: str) -> str:
    r"""The text with \n line ends, as editors and Python's universal newlines read it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def is_binary(data: bytes) -> bool:
    """Whether the content is no text in any encoding: control bytes that no text holds."""
    if data.startswith(tuple(mark for mark, _ in BOMS)) or _wide(data):
        return False
    sample = data[:SAMPLE]
    control = len(sample) - len(sample.translate(None, bytes(set(range(32)) - SEEN_IN_TEXT)))
    return control > 2 + len(sample) // 20 or sample.count(0) * 200 > len(sample)


def _known(encoding: str | None) -> str | None:
    """Python's name for a stated encoding; what browsers read as Windows-1252 and so on is read like that."""
    if not encoding:
        return None
    name = encoding.strip(" \"'").lower()
    name = MEANT.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding else None


def _guess(data: bytes, stated: str | None) -> str:
    """An encoding for bytes that are not valid UTF-8 and not what was stated."""
    if _damaged_utf8(data):
        return "utf-8"
    known = _known(stated)
    if known and known not in ("ascii", "utf-8"):
        return known  # it does not fit everywhere, and is still the best witness
    high = HIGH.findall(data[: 1 << 20])
    count = sum(map(len, high))
    if count < 16 and count * 3 < len(data):  # too little to tell languages apart: what Windows wrote in the West
        return _west(data)
    return _by_language(data) or _west(data)


def _west(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1" if not re.search(rb"[\x80-\x9f]", data) else "cp1252"
    return "cp1252"


def is_wide(data: bytes) -> bool:
    """Whether the content is UTF-16 or UTF-32: two or four bytes a character."""
    return data.startswith(WIDE_MARKS) or _wide(data) is not None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows in zeros at every other byte."""
    sample = data[: SAMPLE - SAMPLE % 2]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > half * 0.4 and even < half * 0.02:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.02:
        return "utf-16-be"
    return None


def _damaged_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken bytes: what no other encoding makes by chance is far more than what is broken."""
    text = data[: 1 << 20].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    multi = sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", text)))
    return multi > 4 * broken


def _by_language(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    sample = b"\n".join(_windows(data))
    best = from_bytes(sample, steps=5, chunk_size=512, cp_exclusion=UNLIKELY, preemptive_behaviour=False).best()
    if best is None:
        return None
    return "cp1252" if best.encoding in LATIN and _nearly_western(sample, best.encoding) else best.encoding


def _nearly_western(sample: bytes, guessed: str) -> bool:
    """Whether a relative of Windows-1252 would change so few letters that it is more likely Windows-1252 itself.

    German is guessed to be cp1250 now and then, and the one "½" in it becomes "˝"; of Czech a third changes.
    """
    high = b"".join(HIGH.findall(sample))
    pairs = list(zip(high.decode("cp1252", "replace"), high.decode(guessed, "replace"), strict=False))
    return sum(one != other for one, other in pairs) < 0.3 * len(pairs)


def _windows(data: bytes) -> Iterator[bytes]:
    """Places with bytes outside ASCII, cut where no encoding has the middle of a character."""
    position = taken = 0
    while taken < SAMPLE and (high := HIGH.search(data, position)):
        start = max(position, high.start() - WINDOW // 4)
        found = INSIDE.search(data, start, start + WINDOW)
        if found is None:
            break
        yield found[0]
        taken += len(found[0])
        position = found.end() + 1
