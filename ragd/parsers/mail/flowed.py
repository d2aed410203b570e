"""Lines that a mail program cut are one again (RFC 3676, format=flowed)."""

import re

QUOTES = re.compile(r">*")
SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """A line that ends in a blank goes on in the next; stuffed blanks are taken off.

    Quoted lines stay as they are cut: joined, they would lose the marks between them, and a passage would no longer
    stand in the message for anybody who looks there.
    """
    lines: list[str] = []
    goes_on = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        quotes = QUOTES.match(raw)[0]  # type: ignore[index]
        line = raw[len(quotes) :].removeprefix(" ")
        if line == SIGNATURE:
            lines.append(_quoted(quotes, line))
            goes_on = False
            continue
        if goes_on and not quotes:
            lines[-1] = (lines[-1][:-1] if delete_space else lines[-1]) + line
        else:
            lines.append(_quoted(quotes, line))
        # After a hyphen the line's end stays: whoever compares texts passes over hyphens only there.
        goes_on = not quotes and line.endswith(" ") and not line.rstrip().endswith("-")
    return "\n".join(lines)


def _quoted(quotes: str, line: str) -> str:
    return f"{quotes} {line}" if quotes and line else quotes + line
