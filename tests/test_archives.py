"""Archives: what lies in them is read like files on the disk, within bounds."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import documents, ended, message, parsed, read_all

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "A" * 70 + "\n-----END OPENSSH PRIVATE KEY-----\n"


def zipped(path: Path, members: dict[str, str | bytes], **how: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: dict[str, str | bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in members.items():
            seen = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(seen)
            archive.addfile(info, io.BytesIO(seen))
    return path


def test_the_files_of_an_archive_are_parts_nested_as_they_lie(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"deep.txt": "deep words"}).read_bytes()
    mbox = b"From dana@example.org Sat Mar  2 10:15:00 2024\n" + bytes(message("the rent"))
    path = zipped(
        tmp_path / "a.zip", {"notes/one.md": "# One\n", "inner.zip": inner, "Mail/in.mbox": mbox, "x.bin": b"\0\1"}
    )
    answers = read_all([path])[path]
    found = documents(answers)
    assert found.keys() == {"notes/one.md", "inner.zip > deep.txt", "Mail/in.mbox > <one@example.org>"}
    assert found["inner.zip > deep.txt"].text == "deep words"
    assert ended(answers).status == "indexed"
    assert [answer.part for answer in answers if getattr(answer, "status", "") == "skipped"] == ["x.bin"]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_is_read_however_it_is_compressed(tmp_path: Path, mode: str) -> None:
    path = tarred(tmp_path / f"backup.tar{mode[1:].replace(':', '.')}", {"a/one.txt": "one", "two.md": "# Two"}, mode)
    assert documents(read_all([path])[path]).keys() == {"a/one.txt", "two.md"}


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_a_single_compressed_file_is_read_under_its_own_name(tmp_path: Path, suffix: str, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / f"note.md{suffix}"
    path.write_bytes(pack(b"# Title\n\nwords"))
    ((part, document),) = documents(read_all([path])[path]).items()
    assert (part, document.title, document.kind) == ("note.md", "Title", "note")


def test_secrets_and_junk_are_left_out_of_archives_by_the_rules_of_the_disk(tmp_path: Path) -> None:
    members = {".git/config": "x", ".git/HEAD": "x", "node_modules/a/b.js": "x", "__MACOSX/._a.txt": "x", "id_rsa": "x"}
    path = zipped(
        tmp_path / "a.zip", {**members, "letter.txt": KEY, "a.txt": "words", "venv/pyvenv.cfg": "x", "venv/b.py": ""}
    )
    answers = read_all([path])[path]
    assert documents(answers).keys() == {"a.txt"}
    left = {answer.part: answer.note for answer in answers if getattr(answer, "status", "") == "skipped"}
    assert left == {
        ".git/": "version control",
        "node_modules/": "dependencies (node_modules)",
        "__MACOSX/": "file of the operating system",
        "id_rsa": "may hold secrets (private key)",
        "letter.txt": "may hold secrets (private key)",
        "venv/": "dependencies (Python environment)",
    }


def test_an_archive_bomb_ends_with_the_reason(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"zeros.txt": bytes(50 << 20), "a.txt": "words"})
    answers = read_all([path])[path]
    assert documents(answers).keys() == {"a.txt"}
    (failed,) = [answer for answer in answers if getattr(answer, "status", "") == "failed"]
    assert failed.part == "zeros.txt" and "bomb" in (failed.note or "")


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    data = b"words"
    name = "a.txt"
    for _ in range(12):
        data = zipped(tmp_path / "n.zip", {name: data}).read_bytes()
        name = "n.zip"
    (tmp_path / "n.zip").write_bytes(data)
    answers = read_all([tmp_path / "n.zip"])[tmp_path / "n.zip"]
    assert not documents(answers)
    assert any("parts deep" in (getattr(answer, "note", "") or "") for answer in answers)


def test_a_name_that_is_utf8_without_saying_so_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"Übersicht.txt": "words"})
    data = path.read_bytes().replace(b"\x00\x08", b"\x00\x00")  # no flag says that names are UTF-8
    path.write_bytes(data)
    assert documents(read_all([path])[path]).keys() == {"Übersicht.txt"}


def test_broken_and_locked_archives_say_what_is_wrong(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", {"a.txt": "words " * 100}).read_bytes()
    locked = bytearray(whole)
    locked[6] |= 1
    locked[whole.rindex(b"PK\x01\x02") + 8] |= 1
    notes = {}
    for name, data in {
        "cut.zip": whole[:60],
        "rar.zip": b"Rar!\x1a\x07\x00",
        "locked.zip": bytes(locked),
        "cut.tgz": gzip.compress(bytes(600))[:30],
        "text.gz": b"no gzip",
    }.items():
        (tmp_path / name).write_bytes(data)
        outcome = ended(read_all([tmp_path / name])[tmp_path / name])
        assert outcome.status in ("failed", "indexed", "skipped"), (name, outcome)
        notes[name] = outcome.note or ""
    assert "damaged" in notes["cut.zip"]
    assert "RAR" in notes["rar.zip"]
    assert "password" in notes["locked.zip"]
    assert "not compressed" in notes["text.gz"]


@settings(max_examples=30, deadline=None)
@given(at=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
def test_a_damaged_archive_never_breaks_the_run(
    tmp_path_factory: pytest.TempPathFactory, at: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    data = bytearray(zipped(folder / "a.zip", {"a.txt": "words " * 30, "b/c.md": "# T"}).read_bytes())
    for place, byte in at:
        data[place % len(data)] = byte
    (folder / "a.zip").write_bytes(data)
    for outcome in parsed(folder / "a.zip"):
        assert "broke on it" not in (getattr(outcome, "note", "") or ""), outcome
