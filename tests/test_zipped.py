"""ZIP archives of strangers: what is in them, and what they may cost."""

import io
import zipfile
from pathlib import Path

import pytest

from ragd.parsers.packed.zipped import FREE, Zipped
from ragd.parsers.source import Unreadable


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members.items():
            written.writestr(name, data)
    return held.getvalue()


def test_a_member_is_read_whole_and_as_a_stream() -> None:
    zipped = Zipped(archive({"a/b.txt": b"words", "c": b""}))
    assert zipped.names == ["a/b.txt", "c"]
    assert zipped.read("a/b.txt") == b"words"
    assert zipped.open("a/b.txt").read(3) == b"wor"
    assert zipped.find("c") == b""
    assert zipped.find("nothing") is None
    with pytest.raises(Unreadable, match="has no nothing"):
        zipped.read("nothing")


def test_a_bomb_is_stopped_long_before_it_is_unpacked() -> None:
    bomb = Zipped(archive({"zeros": b"\0" * (FREE * 4)}))
    with pytest.raises(Unreadable, match="bomb"):
        bomb.read("zeros")
    assert bomb.left > 0


def test_a_damaged_archive_says_so() -> None:
    whole = archive({"words": bytes(range(256)) * 40})
    with pytest.raises(Unreadable, match="cut off in the middle"):
        Zipped(whole[:60])
    broken = bytearray(whole)
    broken[40:60] = b"\xff" * 20
    with pytest.raises(Unreadable, match="words cannot be unpacked"):
        Zipped(bytes(broken)).read("words")


def test_an_encrypted_member_needs_a_password(tmp_path: Path) -> None:
    whole = bytearray(archive({"secret": b"words"}))
    whole[6] |= 1  # the flag in the local header
    start = whole.rindex(b"PK\x01\x02")
    whole[start + 8] |= 1  # and in the directory
    with pytest.raises(Unreadable, match="protected by a password"):
        Zipped(bytes(whole)).read("secret")
