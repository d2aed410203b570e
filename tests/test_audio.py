"""Recordings: their times, and what is said where a model is missing or is none. No model could be had to hear with."""

import wave
from pathlib import Path

import pytest
from parser_files import ended, read_all

from ragd import Library
from ragd.cli.show import file_of
from ragd.parsers import extras
from ragd.parsers.media.audio import _stretches, clock
from ragd.parsers.table import missing, readable, reader_version
from ragd.records import Outcome
from ragd.sources.walk import scan

HAS_WHISPER = extras._installed("audio") is not None


@pytest.fixture
def no_model() -> None:
    extras.use(audio_model="")


def recording(path: Path) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(b"\0\0" * 16_000)
    return path


def test_times_are_written_as_players_show_them() -> None:
    assert [clock(seconds) for seconds in (0, 83.9, 3600 + 62)] == ["00:00:00", "00:01:23", "01:01:02"]


def test_segments_of_about_a_minute_are_one_passage() -> None:
    said = [(float(at), f" words {at}") for at in range(0, 130, 10)]
    found = list(_stretches(iter(said)))
    assert [at for at, _ in found] == [0.0, 60.0, 120.0]
    assert found[0][1] == "words 0 words 10 words 20 words 30 words 40 words 50"


@pytest.mark.usefixtures("no_model")
def test_a_recording_is_left_out_with_what_would_read_it() -> None:
    assert not readable("talk.mp3")
    assert "audio_model" in (missing("talk.mp3") or "")


@pytest.mark.skipif(not HAS_WHISPER, reason="pip install 'ragd[audio]'")
def test_a_folder_without_a_model_is_one_clear_reason(tmp_path: Path) -> None:
    try:
        (tmp_path / "empty").mkdir()
        extras.use(audio_model=str(tmp_path / "empty"))
        assert readable("talk.wav") and reader_version("talk.wav").endswith("faster_whisper")
        path = recording(tmp_path / "talk.wav")
        told = ended(read_all([path])[path])
        assert told.status == "failed"
        assert told.note is not None and "is no model that faster-whisper reads" in told.note
        extras.use(audio_model=str(tmp_path / "gone"))
        told = ended(read_all([path])[path])
        assert told.note == f"the model for recordings is not there: {tmp_path / 'gone'}"
    finally:
        extras.use(audio_model="")


@pytest.mark.usefixtures("no_model")
def test_a_recording_beside_its_transcript_is_told_to_be_read_there(tmp_path: Path) -> None:
    for name in ("talk.mp3", "talk.srt", "memo.m4a", "memo.m4a.txt", "film.mp4", "film.vtt", "alone.wav"):
        (tmp_path / name).write_bytes(b"x")
    found = {Path(one.path).name: one for one in scan(tmp_path, readable=readable)}
    notes = {name: one.note or "" for name, one in found.items() if isinstance(one, Outcome)}
    assert sorted(notes) == ["alone.wav", "film.mp4", "memo.m4a", "talk.mp3"]
    assert "talk.srt" in notes["talk.mp3"] and "memo.m4a.txt" in notes["memo.m4a"] and "film.vtt" in notes["film.mp4"]
    assert "ragd[audio]" in notes["alone.wav"]


def test_what_a_transcript_says_names_its_recording(tmp_path: Path) -> None:
    talks = tmp_path / "talks"
    talks.mkdir()
    (talks / "walrus.mp4").write_bytes(bytes(100))
    (talks / "walrus.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nThe walrus has tusks.\n")
    (talks / "walrus.md").write_text("The walrus is no film.")
    with Library.open(tmp_path / "home") as library:
        library.add([talks])
        found = {Path(hit.document.path).name: hit.document for hit in library.search("walrus")}
        assert found["walrus.vtt"].recording == str(talks / "walrus.mp4")
        assert found["walrus.md"].recording is None
        assert "(said in walrus.mp4)" in file_of(found["walrus.vtt"], None).plain
