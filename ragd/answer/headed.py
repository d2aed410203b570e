"""Lines that head what stands below them though no format says so: the name of each thing in a newsletter or a list.

What is said below one is not said of what stands below another: a quote does not run from one to the next.
"""

import re
from bisect import bisect_right
from functools import lru_cache

from ragd.answer import courtesy
from ragd.answer.sentences import was_ended

LONGEST = 60  # code points of such a line
LEAST = 60  # of the paragraph below it: less is an address, or whom a letter is from

_PARAGRAPH = re.compile(r"(?:\A|\n[ \t\r]*\n)[ \t]*([^\n]+)\n(?=((?:[^\n]*\S[^\n]*(?:\n|$))+))")
_SENTENCE = re.compile(r"[.!?:;,…>]$")


@lru_cache(maxsize=200)
def heads(text: str) -> tuple[int, ...]:
    """Where such lines begin in a passage, ascending."""
    width = max(map(len, text.split("\n")))
    return tuple(
        found.start(1)
        for found in _PARAGRAPH.finditer(text)
        if _is_head(found[1].rstrip(), found[2], width) and len(found[2]) >= LEAST
    )


def section(text: str, at: int) -> str:
    """What of a passage stands below the same line as its offset `at`, with that line; all, where there is none."""
    starts = heads(text)
    number = bisect_right(starts, at)
    first = starts[number - 1] if number else 0
    last = starts[number] if number < len(starts) else len(text)
    return text[first:last]


def _is_head(line: str, below: str, width: int) -> bool:
    if len(line) > LONGEST or not (line[:1].isupper() or line[:1].isdigit()) or _SENTENCE.search(line):
        return False
    return was_ended(line, below, width) and not courtesy.greets(line)
