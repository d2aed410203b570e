"""Subtitles (SRT, WebVTT): what is said, each cue with its time as its place.

The reading is the words alone. Untouched, every quote over two cues would hold a number and two times of the
thousandth of a second, and every passage would be embedded with them.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from ragd.parsers.reading import Reading, clean
from ragd.parsers.source import NothingInIt, Source
from ragd.parsers.texts.text import lined_text
from ragd.records import Document, Member

TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d\d)[.,](\d{1,3})"
TIMES = re.compile(
    rf"^[ \t]*{TIME}[ \t]*(?:-->|,)[ \t]*{TIME}[^\n]*$",
    re.MULTILINE,
)
TAGS = re.compile(r"<(?!v[ .])[^<>]{0,200}>|\{\\[^{}]{0,100}\}")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,80})>")
NUMBER = re.compile(r"\n[ \t]*\S{0,80}[ \t]*\Z")  # the number or name of the next cue
PAUSE = 3.0  # seconds without a word: a new paragraph
PARAGRAPH = 600  # characters after which the next sentence begins a new one
ENDS = (".", "!", "?", "…", "。", '"', "”", "♪")


class _Cue(NamedTuple):
    start: float  # seconds
    end: float
    text: str


def parse(source: Source) -> Iterator[Member]:
    text = lined_text(source)
    cues = list(_without_repeats(_cues(text)))
    if not cues:
        raise NothingInIt("no text in it")
    reading = Reading()
    written, last = 0, cues[0].start
    for cue in cues:
        apart = cue.start - last > PAUSE or written > PARAGRAPH or cue.text.startswith(("- ", ">>", "– "))
        reading.turn("\n\n" if apart and written else "\n")
        reading.mark("turn", clock(cue.start), 1 if apart or not written else 2)
        reading.block(cue.text, gap="")
        written = len(cue.text) if apart else written + len(cue.text)
        written = PARAGRAPH + 1 if written > PARAGRAPH // 2 and cue.text.endswith(ENDS) else min(written, PARAGRAPH)
        last = cue.end
    document = Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(reading.marks),
    )
    yield Member(source.part, document)


def clock(seconds: float) -> str:
    """ "01:02:03" of a number of seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}"


def _cues(text: str) -> Iterator[_Cue]:
    found = list(TIMES.finditer(text))
    for at, times in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        words = text[times.end() : end]
        if at + 1 < len(found):
            words = NUMBER.sub("", words.rstrip("\n")) if words.endswith("\n") else words
        words = words.split("\n\nNOTE", 1)[0]
        words = html.unescape(TAGS.sub("", VOICE.sub(r"\1: ", words)))
        words = " ".join(clean(words).split("\n"))
        if words.strip():
            yield _Cue(_seconds(times.groups()[:4]), _seconds(times.groups()[4:]), words.strip())


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths.ljust(3, "0")) / 1000


def _without_repeats(cues: Iterator[_Cue]) -> Iterator[_Cue]:
    """Captions that roll show each line twice, first below and then above the next: it is said once."""
    before = ""
    for cue in cues:
        text = cue.text
        if before and text.startswith(before) and cue.text != before:
            text = text[len(before) :].strip()
        elif before and text == before:
            continue
        before = cue.text if text == cue.text else text
        if text:
            yield cue._replace(text=text)
