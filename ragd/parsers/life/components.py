"""The components of a calendar or a vCard file: the lines from a BEGIN to the END of the same name."""

import re
from collections.abc import Iterator

EDGE = re.compile(r"^(BEGIN|END):([\w-]+)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def components(text: str, *names: str) -> Iterator[str]:
    """Each component of these names (in capitals) whole; one within another goes with that, one without an end is none.

    All edges are found in one pass: a pattern over BEGIN and END would look for every end that is missing anew.
    """
    opened, start = "", 0
    for found in EDGE.finditer(text):
        edge, name = found[1].upper(), found[2].upper()
        if edge == "BEGIN" and not opened and name in names:
            opened, start = name, found.start()
        elif edge == "END" and name == opened:
            yield text[start : found.end()]
            opened = ""
