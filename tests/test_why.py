"""`ragd why`: what became of one path, and why."""

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ragd import Library, rules
from ragd.cli.run import run
from ragd.errors import SourceError
from ragd.records import Fate

GOLDEN = Path(__file__).parent / "golden"
Ask = Callable[..., Fate]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("docs")
    for name in ("mail/mail.eml", "notes/note.md"):
        shutil.copy(GOLDEN / name, root)
    shutil.copy(GOLDEN / "notes/note.md", root / "copy.md")
    (root / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that follows is one")
    (root / "damaged.pdf").write_bytes(b"%PDF-1.7\nnothing that follows is one either")
    (root / ".env").write_text("TOKEN=secret")
    (root / "node_modules" / "left").mkdir(parents=True)
    (root / "node_modules" / "left" / "pad.md").write_text("padding")
    return root


@pytest.fixture(scope="module")
def home(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home")
    with Library.open(made) as library:
        library.add([folder])
    return made


@pytest.fixture
def ask(home: Path) -> Ask:
    def asked(path: Path, part: str | None = None) -> Fate:
        with Library.open(home) as library:
            return library.why(path, part)

    return asked


def test_a_file_that_was_read_tells_by_whom_and_what_is_in_it(ask: Ask, folder: Path) -> None:
    fate = ask(folder / "mail.eml")
    assert (fate.what, fate.status, fate.reader, fate.root) == ("file", "indexed", "mail/1", str(folder))
    assert fate.read_at and fate.note is None and fate.remedy is None
    assert {one.part for one in fate.parts} == {None, "<keys@example.org>", "reçu.csv"}
    assert all(one.passages >= 1 and one.characters > 10 for one in fate.parts)
    assert [(one.part, one.status) for one in fate.problems] == [("odd.bin", "skipped")]


def test_a_part_is_told_by_itself_whether_it_was_read_or_not(ask: Ask, folder: Path) -> None:
    read, left_out = ask(folder / "mail.eml", "<keys@example.org>"), ask(folder / "mail.eml", "odd.bin")
    assert (read.what, read.status, [one.title for one in read.parts]) == ("part", "indexed", ["Keys"])
    assert (left_out.status, left_out.note, left_out.parts) == ("skipped", "no parser for .bin files", ())
    with pytest.raises(SourceError, match="has no part nonsense"):
        ask(folder / "mail.eml", "nonsense")


def test_the_same_content_elsewhere_is_named(ask: Ask, folder: Path) -> None:
    fate = ask(folder / "note.md")
    assert fate.same_bytes == (str(folder / "copy.md"),)
    assert fate.parts[0].also_at == ((str(folder / "copy.md"), None),)


def test_a_quote_whose_message_is_there_is_counted_apart(tmp_path: Path) -> None:
    words = "The boiler on the second floor loses water every night, and nobody knows where it goes."
    first = f"From: a@example.org\nSubject: Boiler\nMessage-ID: <one@x>\n\n{words}\n"
    second = (
        f"From: b@example.org\nSubject: Re: Boiler\nIn-Reply-To: <one@x>\n\nI will look at it.\n\nA wrote:\n> {words}\n"
    )
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_text(first)
    (folder / "2.eml").write_text(second)
    with Library.open(tmp_path / "home") as library:
        library.add([folder])
        [one] = library.why(folder / "2.eml").parts
    assert (one.passages, one.with_meaning, one.quotes) == (1, 1, 1)


def test_a_file_that_failed_or_was_left_out_says_why(ask: Ask, folder: Path) -> None:
    assert ask(folder / "broken.pdf").status == "failed"
    assert "PDF" in (ask(folder / "broken.pdf").note or "")
    assert (ask(folder / ".env").status, ask(folder / ".env").note) == ("skipped", "may hold secrets (environment)")
    inside = ask(folder / "node_modules" / "left" / "pad.md")
    assert inside.status == "skipped"
    assert inside.note == f"{folder / 'node_modules'} is left out: dependencies (node_modules)"


def test_a_file_outside_all_folders_says_what_adding_it_would_come_to(ask: Ask, tmp_path: Path) -> None:
    for name in ("novel.mobi", "novel.epub"):
        (tmp_path / name).write_bytes(b"BOOKMOBI")
    assert (ask(tmp_path / "novel.mobi").remedy or "").endswith("save it as EPUB (Calibre does that)")
    assert ask(tmp_path / "novel.epub").remedy == "`ragd add` takes it in"


def test_what_changed_since_it_was_read_is_said(ask: Ask, folder: Path) -> None:
    new, note, gone = folder / "new.txt", folder / "note.md", folder / "copy.md"
    new.write_text("not read yet")
    before = note.read_text(), gone.read_text()
    try:
        assert (ask(new).status, ask(new).remedy) == ("pending", "`ragd sync` reads it")
        note.write_text("another text")
        assert ask(note).remedy == "it has changed since: `ragd sync` reads it again"
        gone.unlink()
        assert ask(gone).remedy == "it is no longer there: `ragd sync` lets go of it"
        (folder / ".ragdignore").write_text("note.md\n")
        assert "now left out (" in (ask(note).remedy or "")
    finally:
        (folder / ".ragdignore").unlink(missing_ok=True)
        new.unlink()
        note.write_text(before[0])
        gone.write_text(before[1])


def test_a_folder_tells_what_became_of_all_in_it(ask: Ask, folder: Path) -> None:
    for path in (folder, folder.parent):
        groups = {(status, note): files for status, note, _, files in ask(path).below}
        assert groups["indexed", None] == 3
        assert groups["skipped", "dependencies (node_modules)"] == 1
        assert sum(files for (status, _), files in groups.items() if status == "failed") == 2


def test_a_path_that_was_never_added_says_so_and_one_that_is_nowhere_is_an_error(
    ask: Ask, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "loose.txt").write_text("words")
    assert (ask(tmp_path / "loose.txt").status, ask(tmp_path).what) == ("unknown", "folder")
    with Library.open(tmp_path / "no home yet") as library:
        assert library.why(tmp_path / "loose.txt").status == "unknown"
    with pytest.raises(SourceError, match="is not there and not known"):
        ask(tmp_path / "nothing")


def test_the_command_answers_in_words_and_json_and_its_exit_code_says_whether_it_is_read(
    home: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGD_HOME", str(home))
    assert run(["why", str(folder / "mail.eml")]) == 0
    said = capsys.readouterr().out
    assert "by mail/1" in said and "1 left out: no parser for .bin files\n    odd.bin" in said
    assert run(["why", str(folder / "mail.eml"), "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {"path", "part", "what", "status", "note", "documents", "problems", "same_bytes", "below"} <= set(told)
    assert {one["part"] for one in told["documents"]} == {None, "<keys@example.org>", "reçu.csv"}
    assert run(["why", str(folder / ".env")]) == 1
    assert run(["why", str(folder)]) == 0
    assert run(["why", str(folder / "nothing")]) == 2
    assert "check the name" in capsys.readouterr().err


def test_an_archive_whose_members_failed_is_read_in_part_or_not_at_all(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, members in {"none.zip": ["a.pdf"], "some.zip": ["a.pdf", "b.md"]}.items():
        with zipfile.ZipFile(docs / name, "w") as packed:
            for one in members:
                packed.writestr(
                    one, b"%PDF-1.7 and nothing that follows is one" if one == "a.pdf" else b"The roof leaks."
                )
    (docs / "copy.md").write_text("The roof leaks.")
    assert run(["add", str(docs)]) == 0
    assert "indexed 2 files (1 document, 1 passage), 1 failed, 2 parts of files failed; " in capsys.readouterr().err
    assert run(["status", "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["roots"][0]["failed"] == len(told["failed"]) == 3  # the same things are counted in both lines
    assert (told["roots"][0]["documents"], told["roots"][0]["copies"]) == (1, 1)
    assert run(["status"]) == 0
    assert "1 document, 1 further copy, 1 file and 2 parts of files failed" in " ".join(capsys.readouterr().out.split())
    assert run(["why", str(docs)]) == 0
    assert "only part could not be read  1" in (said := capsys.readouterr().out) and "parts of files that could" in said
    assert run(["why", str(docs / "none.zip")]) == 1
    assert "could not be read" in (said := capsys.readouterr().out) and "its only part could not be read" in said
    assert run(["why", str(docs / "some.zip")]) == 0
    assert "read in part" in (said := capsys.readouterr().out) and "1 of its parts could not be read" in said


def test_failures_are_grouped_by_their_reason(
    home: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGD_HOME", str(home))
    assert run(["status", "--failed"]) == 0
    reason, *files = capsys.readouterr().out.splitlines()
    assert reason.endswith("  2")
    assert [Path(one.strip()).name for one in files] == ["broken.pdf", "damaged.pdf"]
    assert run(["status", "--failed", "--json"]) == 0
    told = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert {(Path(one["path"]).name, one["status"]) for one in told} == {
        ("broken.pdf", "failed"),
        ("damaged.pdf", "failed"),
    }
    assert run(["status", "--left-out"]) == 0
    assert "no parser for .bin files  1" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms have other locks")
def test_the_settings_say_by_what_readers_are_locked_in(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    assert run(["config"]) == 0
    assert "sandbox: " in capsys.readouterr().out


def test_a_name_that_is_not_utf8_is_told_as_such_and_nothing_breaks(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAGD_HOME", str(home))
    bad = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.md")
    try:
        Path(bad).write_text("hello")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    for words in (["why", bad], ["why", bad, "--json"]):
        assert run(words) == 1  # it lies in no folder that was added
        assert "rename it" in capsys.readouterr().out
    for verb in ("add", "forget"):
        assert run([verb, bad]) == 2
        assert r"bad\xff.md: its name is not valid text (UTF-8): rename it" in capsys.readouterr().err
    with Library.open(tmp_path / "home") as library:
        library.add([tmp_path])
        fate = library.why(bad)
        with pytest.raises(SourceError, match="rename it"):
            library.links(bad)
    assert (fate.status, fate.note, fate.path) == ("skipped", rules.NAME, str(tmp_path / r"bad\xff.md"))
