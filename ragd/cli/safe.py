"""Text from files cannot speak to the terminal: what would steer it is removed before it is shown."""

import json
import re
from typing import Any

# A sequence goes whole: without its escape character the rest of it ("[31m") would stand in the text.
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,2000}(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links
    r"|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Overrides, embeddings and isolates show text in another order than it has; tags are invisible letters.
_UNSEEN = re.compile("[\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # from file names that are not UTF-8; no stream takes them
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_STEERING = re.compile(f"[\u2028\u2029]|{_CONTROL.pattern}|{_UNSEEN.pattern}|{_SURROGATE.pattern}")
_LINE_OR_TAB = re.compile("[\n\t]")
_UNSAFE = re.compile(f"{_LINE_OR_TAB.pattern}|{_STEERING.pattern}")


def clean(text: str) -> str:
    """Text without escape sequences, control characters and bidirectional overrides; lines and tabs stay."""
    plain = _LINE_ENDS.sub("\n", _SEQUENCE.sub("", text))
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", _CONTROL.sub("", plain)))


def line(text: str) -> str:
    """The same on one line, with single blanks: a title, a name, a note."""
    return " ".join(clean(text).split())


def path_line(path: str) -> str:
    """A path on one line with every blank that is in it, so that it can be copied.

    One that would steer the terminal is written as a shell takes it ($'...'), with escapes for what cannot be shown.
    """
    if not _STEERING.search(path) and not _LINE_OR_TAB.search(path):
        return path
    return "$'" + "".join(_UNSAFE.sub(_bytes, one) if one not in "\\'" else f"\\{one}" for one in path) + "'"


def _bytes(match: re.Match[str]) -> str:
    kept = "surrogateescape" if "\udc80" <= match[0] <= "\udcff" else "surrogatepass"  # a byte that is no UTF-8
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", kept))


def as_json(what: Any) -> str:
    """JSON on one line that keeps every character: those that steer a terminal are written as escapes."""
    said = json.dumps(what, ensure_ascii=False)
    return _STEERING.sub(lambda match: _escape(match[0]), said)


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1]
