"""The firewall: a stranger's file may break a worker, never the run."""

import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from parser_files import ended, read_all, source_file
from strangers import ALLOWED, KINDS

from ragd.parsers import extras, process, table
from ragd.parsers.firewall import sandbox
from ragd.parsers.pool import Ended, Limits, Pool
from ragd.records import Member

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux only")


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package from elsewhere whose parsers do what parsers must not; its suffixes are its parsers' names."""
    package = tmp_path / "elsewhere"
    (package / "strangers-1.0.dist-info").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("strangers.py"), package)
    (package / "strangers-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n"
    )
    points = "".join(f".{kind} = strangers:{kind}\n" for kind in KINDS)
    (package / "strangers-1.0.dist-info" / "entry_points.txt").write_text(f"[ragd.parsers]\n{points}")
    monkeypatch.setenv("PYTHONPATH", str(package))
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def _three(folder: Path, kind: str) -> list[Path]:
    """A good file, the bad one, and good ones after it."""
    paths = [folder / "a.txt", folder / f"b.{kind}", *(folder / f"c{number}.txt" for number in range(5))]
    for path in paths:
        path.write_text(f"the words of {path.name}")
    return paths


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("hang", "took longer than 0.7 s"),
        ("spin", "took longer than 0.7 s"),
        ("crash", "the reader broke down on it (signal SIGSEGV)"),
        ("leave", "the reader broke down on it (it ended with code 3)"),
        pytest.param("greedy", "needs more than 600 MB of memory", marks=LINUX),
        ("flood", "holds more than 2 MB of text"),
        ("endless", "holds more than 2,000 documents or parts"),
        ("raises", "the strangers parser broke on it (ZeroDivisionError: by nought)"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_its_reader_fails_with_the_reason_and_the_rest_goes_on(
    strangers: Path, kind: str, reason: str
) -> None:
    paths = _three(strangers, kind)
    answers = read_all(paths, limits=Limits(seconds=0.7, memory_mb=600, text_mb=2))
    outcome = ended(answers[paths[1]])
    assert (outcome.status, outcome.note) == ("failed", reason)
    for path in [paths[0], *paths[2:]]:
        assert ended(answers[path]).status == "indexed"
        assert len(answers[path]) == 2
    assert all(sum(isinstance(answer, Ended) for answer in said) == 1 for said in answers.values())


@LINUX
def test_a_worker_that_holds_much_memory_does_not_wait_with_it_for_more(strangers: Path) -> None:
    def by(kind: str) -> str:
        (strangers / f"file.{kind}").write_text("words")
        answers = list(pool.read([source_file(strangers / f"file.{kind}")]))
        return next(answer.document.text for _, answer in answers if isinstance(answer, Member))

    with Pool(1) as pool:
        first = by("tell")
        assert by("hoard") == first
        assert by("tell") != first


@pytest.mark.skipif(
    not {"landlock", "seccomp"} <= set(sandbox.offered()), reason="this kernel has no Landlock, or no seccomp"
)
def test_a_reader_reaches_no_file_but_its_own_no_network_and_no_program(
    strangers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = strangers.parent / "secret"
    secret.write_text("the number of the account")
    monkeypatch.setenv("SECRET", str(secret))
    models = strangers.parent / "models"
    models.mkdir()
    (models / "model.bin").touch()
    monkeypatch.setitem(extras._chosen, extras.AUDIO_MODEL, str(models))  # what a person chose for `ragd[audio]`
    path = strangers / "b.prying"
    path.write_text("harmless")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("PORT", str(listening.getsockname()[1]))
        member = read_all([path])[path][0]
    assert isinstance(member, Member)
    said = dict(line.split(": ") for line in member.document.text.splitlines())
    assert len(said) == 21
    assert {what for what, came in said.items() if came == "done"} == set(ALLOWED)
    assert {came for what, came in said.items() if what not in ALLOWED} == {"PermissionError"}
    assert sorted(one.name for one in strangers.parent.iterdir() if one.name.startswith("secret")) == ["secret"]


def test_what_a_reader_wrote_as_scratch_goes_with_it(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = strangers.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = strangers / "b.scratch"
    path.write_text("x")
    member = read_all([path])[path][0]
    assert isinstance(member, Member)
    assert Path(member.document.text).parent.parent == scratch
    assert list(scratch.iterdir()) == []


def test_an_outside_package_adds_a_suffix_with_one_line(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not table.readable("note.chatty")
    monkeypatch.syspath_prepend(strangers.parent / "elsewhere")
    table.added.cache_clear()
    try:
        assert table.readable("note.chatty")
        assert table.reader_version("note.chatty") == "strangers/1.0"
    finally:
        table.added.cache_clear()


def test_what_a_library_prints_spoils_nothing(strangers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = _three(strangers, "chatty")
    answers = read_all(paths)
    member = answers[paths[1]][0]
    assert isinstance(member, Member)
    assert member.document.text == "the words of b.chatty"
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells who waited for a processor")
def test_a_reader_that_waits_for_a_processor_is_not_late(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDS", "0.4")
    paths = [strangers / f"{number}.busy" for number in range(8)]
    for path in paths:
        path.write_text("words")
    # more readers than processors: each gets a part of one
    answers = read_all(paths, workers=8, limits=Limits(seconds=1))
    assert {ended(answers[path]).note for path in paths} == {None}


@pytest.mark.parametrize("kind", ["drip", "lively"])
def test_a_reader_that_only_seems_to_come_on_ends_too(
    strangers: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(process, "WORKS", 1.0)
    path = strangers / f"b.{kind}"
    path.write_text("words")
    assert ended(read_all([path], limits=Limits(seconds=0.5))[path]).note == "took longer than 5 s in all"


def test_what_no_store_takes_is_replaced(strangers: Path) -> None:
    path = strangers / "b.surrogates"
    path.write_text("x")
    member = read_all([path])[path][0]
    assert isinstance(member, Member)
    assert member.document.text == "a\ufffdb"
