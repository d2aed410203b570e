"""Recordings: what is said in them, by a Whisper model of this machine; each stretch a turn with its time."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from ragd.parsers.alive import busy
from ragd.parsers.extras import audio_model, engine
from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.records import Document, Member

STRETCH = 60.0  # seconds that go into one turn, up to the end of what is being said
SECONDS = 600.0  # of the processor until the next words are heard
Said = tuple[float, str]  # when it begins, in seconds; what is said


def parse(source: Source) -> Parsed:
    reading = Reading()
    language = None
    with source.seekable() as recording:
        said, language = _said(recording)
        for begins, text in _stretches(_heard(said, source)):
            reading.turn()
            reading.mark("turn", clock(begins), 0)
            reading.block(text, gap="")
    if not reading.text:
        raise NothingInIt("a recording in which nothing is said")
    document = Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(reading.marks),
        language=language,
    )
    yield Member(source.part, document)


def clock(seconds: float) -> str:
    """ "00:01:23"."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _stretches(said: Iterator[Said]) -> Iterator[Said]:
    """What is said in about a minute together: a segment alone is a few words, no passage."""
    begins, pieces = 0.0, list[str]()
    for at, text in said:
        if pieces and at - begins >= STRETCH:
            yield begins, " ".join(pieces)
            pieces = []
        if not pieces:
            begins = at
        pieces.append(text.strip())
    if pieces:
        yield begins, " ".join(pieces)


def _heard(said: Iterator[Said], source: Source) -> Iterator[Said]:
    """The segments as they come, with word that work goes on while the next is listened for."""
    while True:
        with busy(source.budget.alive, SECONDS):
            heard = next(said, None)
        if heard is None:
            return
        yield heard


def _said(recording: Any) -> tuple[Iterator[Said], str | None]:
    """The segments of a recording and its language. Raises Unreadable where it is damaged, or the model is."""
    model = _model(engine("audio"), audio_model())
    try:
        segments, facts = model.transcribe(recording, vad_filter=False)
    except (ValueError, RuntimeError, OSError, IndexError) as trouble:
        raise Unreadable(f"damaged recording ({trouble})") from trouble
    return ((float(one.start), str(one.text)) for one in segments), facts.language


@lru_cache(maxsize=1)
def _model(by: str | None, place: str) -> Any:
    """The model, on one thread: there is a worker for each core. Nothing is fetched: it is a folder that is there."""
    if by is None or not Path(place).is_dir():
        raise Unreadable(f"the model for recordings is not there: {place or 'audio_model is not set'}")
    from faster_whisper import WhisperModel  # type: ignore[import-not-found,import-untyped,unused-ignore]

    try:
        return WhisperModel(place, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    except (RuntimeError, ValueError, OSError) as trouble:
        raise Unreadable(f"{place} is no model that faster-whisper reads ({trouble})") from trouble
