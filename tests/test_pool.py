"""The pool and its workers: every file gets its answer, whatever becomes of it, and no process is left."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from parser_files import bad_name, ended, read_all, source_file

from ragd.errors import RagdError
from ragd.parsers import process
from ragd.parsers.frames import BadFrame, Frames, pack
from ragd.parsers.pool import Ended, Limits, Pool
from ragd.parsers.process import AHEAD_FILES, COMMAND, environment
from ragd.records import Outcome


def test_a_reader_that_is_slow_to_be_asked_is_not_late(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(4)]
    for path in paths:
        path.write_text("words " * 40_000)  # more than a pipe holds, so that the worker has to wait for us
    with Pool(1, Limits(seconds=0.3)) as pool:
        for _, answer in pool.read(map(source_file, paths)):
            time.sleep(0.25)
            assert not isinstance(answer, Ended) or answer.outcome.status == "indexed"


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


def test_how_far_a_large_file_is_read_is_known_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.mbox"
    mail = (
        "From a@example.org Sat Mar  2 10:15:00 2024\nMessage-ID: <%d@x>\nSubject: %d\n\n"
        + "words again\n" * 200
        + "\n"
    )
    path.write_text("".join(mail % (number, number) for number in range(3000)))
    with Pool(1) as pool:
        reached = [pool.reached() for _ in pool.read([source_file(path)])]
    assert reached == [*sorted(reached[:-1]), 0]
    assert len(set(reached)) > 10
    assert path.stat().st_size / 2 < reached[-2] <= path.stat().st_size


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
        assert pulled <= AHEAD_FILES + 1
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
