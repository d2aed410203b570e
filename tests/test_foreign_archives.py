"""7-Zip, RAR and cabinets: read like folders, by the same bounds and rules as every archive."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from parser_files import documents, ended, message, read_all

from ragd.parsers import extras
from ragd.parsers.packed.foreign_archives import parse
from ragd.parsers.source import Budget, Source, Unreadable
from ragd.parsers.table import format_of
from ragd.records import Outcome

libarchive = (
    pytest.importorskip("libarchive")
    if extras.libarchive()
    else pytest.skip("the system has no libarchive", allow_module_level=True)
)
FILES = {
    "letters/rent.txt": b"The rent is due on Friday.",
    "letters/żółw.eml": message("The boiler was checked.").as_bytes(),
    "film.mp4": bytes(300_000),
}


def seven_zip(files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with libarchive.custom_writer(lambda data: held.write(data) or len(data), "7zip") as archive:
        for name, data in files.items():
            archive.add_file_from_memory(name, len(data), data)
    return held.getvalue()


def number(value: int) -> bytes:
    """A number as RAR 5 writes it: seven bits a byte, the low ones first."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(rest) if rest else bytes([low])


def block(*fields: bytes, data: bytes = b"") -> bytes:
    body = b"".join(fields)
    sized = number(len(body)) + body
    return struct.pack("<I", zlib.crc32(sized)) + sized + data


def rar(files: Mapping[str, bytes]) -> bytes:
    """A RAR 5 archive of stored files (https://www.rarlab.com/technote.htm)."""
    whole = b"Rar!\x1a\x07\x01\x00" + block(number(1), number(0), number(0))
    for name, data in files.items():
        called = name.encode()
        facts = (number(2), number(2), number(len(data)), number(4), number(len(data)), number(0o100644))
        crc = struct.pack("<I", zlib.crc32(data))
        whole += block(*facts, crc, number(0), number(1), number(len(called)), called, data=data)
    return whole + block(number(5), number(0), number(0))


def cabinet(files: Mapping[str, bytes]) -> bytes:
    """A cabinet with one folder that is not compressed."""
    data = b"".join(files.values())
    names, at = b"", 0
    for name, content in files.items():
        names += struct.pack("<IIHHHH", len(content), at, 0, 0x5862, 0, 0xA0) + name.encode() + b"\0"
        at += len(content)
    start = 36 + 8 + len(names)
    size = start + 8 + len(data)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + struct.pack("<IHH", start, 1, 0) + names + struct.pack("<IHH", 0, len(data), len(data)) + data


@pytest.mark.parametrize("name, make", [("old.7z", seven_zip), ("old.rar", rar)])
def test_an_archive_is_read_like_a_folder(name: str, make: object, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(make(FILES))  # type: ignore[operator]
    [said] = read_all([path]).values()
    assert ended(said).status == "indexed", ended(said).note
    texts = {part: document.text for part, document in documents(said).items()}
    assert texts == {"letters/rent.txt": "The rent is due on Friday.", "letters/żółw.eml": "The boiler was checked."}
    [left_out] = [one for one in said[:-1] if isinstance(one, Outcome)]
    assert (left_out.part, left_out.status) == ("film.mp4", "skipped")


def test_a_cabinet_is_read_like_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "notebook.onepkg"
    path.write_bytes(cabinet({"a.txt": b"words", "b.txt": b"more words"}))
    [said] = read_all([path]).values()
    assert {part: one.text for part, one in documents(said).items()} == {"a.txt": "words", "b.txt": "more words"}


def test_an_archive_within_an_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "outer.7z"
    path.write_bytes(seven_zip({"inner.rar": rar({"a.txt": b"words"}), "id_rsa": b"secret"}))
    [said] = read_all([path]).values()
    assert list(documents(said)) == ["inner.rar > a.txt"]
    assert any("secret" in (one.note or "") for one in said[:-1] if isinstance(one, Outcome))


@pytest.mark.parametrize("name, make", [("cut.7z", seven_zip), ("cut.rar", rar)])
def test_a_damaged_archive_is_told_as_one(name: str, make: object, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(make(FILES)[:-200])  # type: ignore[operator]
    [said] = read_all([path]).values()
    assert any("damaged" in (one.note or "") for one in [ended(said), *said[:-1]] if isinstance(one, Outcome))


def test_what_is_no_archive_is_told_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "letter.rar"
    path.write_bytes(b"Dear Kees, the rent is due.")
    [said] = read_all([path]).values()
    assert (ended(said).status, ended(said).note) == ("failed", "damaged archive")


def test_what_unpacks_to_more_than_it_may_is_refused() -> None:
    known = format_of("bomb.7z")
    assert known
    data = seven_zip({"blank.txt": b" " * 3_000_000})
    source = Source(Path("bomb.7z"), "bomb.7z", lambda: data, format=known, budget=Budget(left=1_000_000))
    with pytest.raises(Unreadable, match="archive bomb"):
        list(parse(source))


def test_a_member_may_be_opened_again_and_in_any_order(tmp_path: Path) -> None:
    pages = {f"Page {'0' * 31}{at}.md": f"# Page {at}\n\nwords".encode() for at in range(3)}
    path = tmp_path / "Export.7z"
    path.write_bytes(seven_zip(pages))
    [said] = read_all([path]).values()
    assert len(documents(said)) == 3
