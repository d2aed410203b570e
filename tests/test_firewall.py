"""The firewall: a stranger's file may break a worker, never the run."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from parser_files import bad_name, ended, read_all, source_file

from ragd.errors import RagdError
from ragd.parsers import extras, process, sandbox, table
from ragd.parsers.frames import BadFrame, Frames, pack
from ragd.parsers.pool import Ended, Limits, Pool
from ragd.parsers.process import COMMAND, environment
from ragd.records import Member, Outcome

STRANGERS = """
import ctypes, os, socket, subprocess, sys, tempfile, threading, time
from ragd.records import Document, Member

def _document(source, text):
    return Member(source.part, Document(source.identity(), text, "other", "strangers/1"))

def hang(source):
    while True: time.sleep(1)
def spin(source):
    while True: pass
def crash(source): ctypes.string_at(0)
def leave(source): os._exit(3)
def greedy(source):
    hog = bytearray(3 << 30)
    yield _document(source, "never")
def flood(source): yield _document(source, "x" * (3 << 20))
def endless(source):
    while True: yield _document(source, "")
def busy(source):
    until = time.process_time() + float(os.environ["SECONDS"])
    while time.process_time() < until: pass
    yield _document(source, "done")
def lively(source):
    while True: time.sleep(0.05); source.budget.alive()
    yield
def drip(source):
    while True: time.sleep(0.3); yield _document(source, "")
def raises(source): raise ZeroDivisionError("by nought")
def chatty(source):
    print("hello", flush=True); print("oh", file=sys.stderr, flush=True); os.write(1, b"raw")
    yield _document(source, source.data.decode())
def prying(source):
    yield _document(source, "\\n".join(f"{what}: {_tried(try_it)}" for what, try_it in PRYING.items()))
def _tried(try_it):
    try: return try_it() or "done"
    except Exception as error: return type(error).__name__
def _connect(family, address):
    with socket.socket(family) as one: one.connect(address)
def _fork():
    child = os.fork()
    if child == 0: os._exit(0)
    os.waitpid(child, 0)
PRYING = {
    "open another file": lambda: open(os.environ["SECRET"]).close(),
    "open the file itself": lambda: open(os.path.dirname(os.environ["SECRET"]) + "/files/b.prying").close(),
    "list a folder": lambda: os.listdir(os.path.dirname(os.environ["SECRET"])) and None,
    "write beside it": lambda: open(os.environ["SECRET"] + ".new", "w").close(),
    "write in the home": lambda: open(os.path.expanduser("~/ragd-was-here"), "w").close(),
    "remove": lambda: os.remove(os.environ["SECRET"]),
    "rename": lambda: os.rename(os.environ["SECRET"], os.environ["SECRET"] + ".new"),
    "make a folder": lambda: os.mkdir(os.environ["SECRET"] + ".d"),
    "change rights": lambda: os.chmod(os.environ["SECRET"], 0o777),
    "change times": lambda: os.utime(os.environ["SECRET"], (0, 0)),
    "connect by TCP": lambda: _connect(socket.AF_INET, ("127.0.0.1", int(os.environ["PORT"]))),
    "connect by a path": lambda: _connect(socket.AF_UNIX, os.environ["SECRET"] + ".socket"),
    "start a program": lambda: subprocess.run(["/bin/true"]) and None,
    "fork": _fork,
    "kill its parent": lambda: os.kill(os.getppid(), 0),
    "read its parent's memory": lambda: open(f"/proc/{os.getppid()}/maps").close(),
    "write scratch": lambda: tempfile.TemporaryFile().write(b"x" * 100) and None,
    "start a thread": lambda: threading.Thread(target=print).start(),
    "import a library": lambda: __import__("sqlite3") and None,
    "read a model": lambda: open(os.environ["RAGD_AUDIO_MODEL"] + "/model.bin").close(),
    "know the zone": lambda: __import__("zoneinfo").ZoneInfo("Europe/Amsterdam") and None,
}
def scratch(source):
    descriptor, path = tempfile.mkstemp()
    os.write(descriptor, b"left behind")
    yield _document(source, path)
def surrogates(source): yield _document(source, "a\\ud800b")
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux only")
KINDS = (
    "hang",
    "spin",
    "crash",
    "leave",
    "greedy",
    "flood",
    "endless",
    "drip",
    "lively",
    "busy",
    "raises",
    "chatty",
    "prying",
    "scratch",
    "surrogates",
)


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package from elsewhere whose parsers do what parsers must not; its suffixes are its parsers' names."""
    package = tmp_path / "elsewhere"
    (package / "strangers-1.0.dist-info").mkdir(parents=True)
    (package / "strangers.py").write_text(STRANGERS)
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
        ("drip", "took longer than 7 s in all"),
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


ALLOWED = ("read a model", "write scratch", "start a thread", "import a library", "know the zone")


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


def test_a_reader_that_is_slow_to_be_asked_is_not_late(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(4)]
    for path in paths:
        path.write_text("words " * 40_000)  # more than a pipe holds, so that the worker has to wait for us
    with Pool(1, Limits(seconds=0.3)) as pool:
        for _, answer in pool.read(map(source_file, paths)):
            time.sleep(0.25)
            assert not isinstance(answer, Ended) or answer.outcome.status == "indexed"


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells who waited for a processor")
def test_a_reader_that_waits_for_a_processor_is_not_late(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDS", "0.4")
    paths = [strangers / f"{number}.busy" for number in range(16)]
    for path in paths:
        path.write_text("words")
    # more readers than processors: each gets a part of one
    answers = read_all(paths, workers=8, limits=Limits(seconds=1))
    assert {ended(answers[path]).note for path in paths} == {None}


def test_a_reader_that_only_says_that_it_works_ends_too(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WORKS", 1.0)
    path = strangers / "b.lively"
    path.write_text("words")
    assert ended(read_all([path], limits=Limits(seconds=0.3))[path]).note == "took longer than 3 s in all"


def test_what_no_store_takes_is_replaced(strangers: Path) -> None:
    path = strangers / "b.surrogates"
    path.write_text("x")
    member = read_all([path])[path][0]
    assert isinstance(member, Member)
    assert member.document.text == "a\ufffdb"


def test_the_digest_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(b"\xef\xbb\xbf# Title\r\nwords\r\n")
    (last,) = [answer for answer in read_all([path])[path] if isinstance(answer, Ended)]
    assert last.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_names_that_are_no_utf8_survive_the_pipe(tmp_path: Path) -> None:
    path = bad_name(tmp_path, b"caf\xe9 \xff.txt")
    try:
        path.write_text("hello")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (given,) = read_all([path])
    assert given == path
    assert ended(read_all([path])[path]).status == "indexed"


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    empty, gone, pipe = tmp_path / "empty.txt", tmp_path / "gone.txt", tmp_path / "pipe.txt"
    empty.touch()
    gone.touch()
    seen = source_file(gone)
    gone.unlink()
    os.mkfifo(pipe)
    with Pool(1) as pool:
        said = {file.path: answer for file, answer in pool.read([source_file(empty), seen, source_file(pipe)])}
    notes = {
        path.name: (answer.outcome.status, answer.outcome.note)
        for path, answer in said.items()
        if isinstance(answer, Ended)
    }
    assert notes == {
        "empty.txt": ("skipped", "empty file"),
        "gone.txt": ("failed", "vanished before it could be read"),
        "pipe.txt": ("failed", "is not a regular file"),
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_opened_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("words")
    path.chmod(0)
    assert ended(read_all([path])[path]).note == "cannot be opened: permission denied"


def test_a_file_that_keeps_changing_fails_and_one_that_changed_once_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("line\n" * 2_000_000)
    writer = subprocess.Popen(
        [sys.executable, "-c", f"while True: open({str(path)!r}, 'a').write('more\\n')"], stdout=subprocess.DEVNULL
    )
    try:
        assert ended(read_all([path])[path]).note == "changes while it is read"
    finally:
        writer.kill()
        writer.wait()
    assert ended(read_all([path])[path]).status == "indexed"


def test_leaving_in_the_middle_leaves_no_process_behind_and_the_pool_usable(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(50)]
    for path in paths:
        path.write_text("words")
    with Pool(2) as pool:
        for _ in pool.read(map(source_file, paths)):
            break
        again = {file.path for file, answer in pool.read(map(source_file, paths)) if isinstance(answer, Ended)}
        assert again == set(paths)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # no child is left, running or unburied


def test_the_files_are_pulled_as_workers_get_free(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("words")
    pulled = 0

    def endless():
        nonlocal pulled
        while True:
            pulled += 1
            yield source_file(path)

    with Pool(1) as pool:
        answers = pool.read(endless())
        next(answers)
        assert pulled < 100
        answers.close()


def test_a_worker_ends_with_its_parent_and_is_deaf_to_ctrl_c() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours:
        with theirs:
            worker = subprocess.Popen(COMMAND, stdin=theirs, stdout=subprocess.PIPE, env=environment())
        assert worker.stdout
        [(ready, _)] = Frames(limit=1000).feed(os.read(worker.stdout.fileno(), 1000))
        assert ready["is"] == "ready"
        worker.send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert worker.poll() is None
    assert worker.wait(5) == 0
    worker.stdout.close()


def test_a_worker_that_never_starts_is_our_own_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("words")
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", "raise SystemExit('no such library')"))
    with Pool(1) as pool, pytest.raises(RagdError, match="no such library"):
        list(pool.read([source_file(path)]))


def test_a_strangers_module_in_the_current_folder_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('gotcha')")
    path = tmp_path / "note.txt"
    path.write_text("words")
    monkeypatch.chdir(tmp_path)
    assert ended(read_all([path])[path]).status == "indexed"


def test_frames_arrive_whole_however_they_are_cut() -> None:
    stream = pack({"n": 1}, "ä".encode()) + pack({"n": 2}) + pack({"n": 3}, b"x" * 1000)
    frames = Frames(limit=2000)
    got = [frame for start in range(0, len(stream), 7) for frame in frames.feed(stream[start : start + 7])]
    assert got == [({"n": 1}, "ä".encode()), ({"n": 2}, b""), ({"n": 3}, b"x" * 1000)]
    with pytest.raises(BadFrame):
        list(Frames(limit=10).feed(pack({"n": 3}, b"x" * 1000)))


def test_an_outcome_of_a_part_names_the_file_and_the_part(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(
        b"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
        b'Content-Type: application/pdf; name="bill.pdf"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n'
    )
    (outcome,) = [answer for answer in read_all([path])[path] if isinstance(answer, Outcome)]
    assert (outcome.path, outcome.part, outcome.status) == (str(path), "bill.pdf", "failed")
    assert outcome.note == "named .pdf but is a PNG image"
