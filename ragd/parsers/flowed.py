"""Lines that a mail program cut are one again (RFC 3676, format=flowed)."""

import re

QUOTES = re.compile(r">*")
SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """A line that ends in a blank goes on in the next of the same depth of quoting; stuffed blanks are taken off."""
    lines: list[str] = []
    open_depth = -1  # of the paragraph that goes on; -1: none does
    for raw in text.replace("\r\n", "\n").split("\n"):
        quotes = QUOTES.match(raw)[0]  # type: ignore[index]
        line = raw[len(quotes) :].removeprefix(" ")
        if line == SIGNATURE:
            lines.append(_quoted(quotes, line))
            open_depth = -1
            continue
        if open_depth == len(quotes):
            lines[-1] = (lines[-1][:-1] if delete_space else lines[-1]) + line
        else:
            lines.append(_quoted(quotes, line))
        # After a hyphen the line's end stays: whoever compares texts passes over hyphens only there.
        open_depth = len(quotes) if line.endswith(" ") and not line.rstrip().endswith("-") else -1
    return "\n".join(lines)


def _quoted(quotes: str, line: str) -> str:
    return f"{quotes} {line}" if quotes and line else quotes + line
