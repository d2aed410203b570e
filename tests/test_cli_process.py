"""The command as a process: what it loads, how it is stopped, whom it writes to."""

import os
import pty
import re
import resource
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragd import Library

COMMAND = [sys.executable, "-m", "ragd"]
HEAVY = ("torch", "lancedb", "lance", "tantivy", "sentence_transformers", "onnxruntime", "rich", "numpy")
FILES = 150


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    for number in range(FILES):
        (root / f"{number}.md").write_text(
            f"# Visit {number}\n\nThe visitor of day {number} brought {number * 7} pears.\n"
        )
    return root


@pytest.fixture
def few(tmp_path: Path, own_home: Path) -> Iterator[Path]:
    """A home with one note in it."""
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "pears.md").write_text(
        "# Pears\n\nThe pears are \x1b[31mripe\x1b[0m in autumn. " + "More pears. " * 40
    )
    with Library.open(own_home) as library:
        library.add([tmp_path / "few"])
    yield tmp_path / "few"


def start(*arguments: str | Path, **more: object) -> "subprocess.Popen[str]":
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | more
    return subprocess.Popen([*COMMAND, *map(str, arguments)], **settings)  # type: ignore[call-overload, no-any-return]


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['ragd', '--help']; from ragd.cli.run import run; run(['--help']);"
        f"print([one for one in {HEAVY!r} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_takes_less_than_150_ms_of_a_processor() -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.15


def test_the_first_ctrl_c_stops_after_the_batch_and_sync_goes_on(notes: Path, own_home: Path) -> None:
    process = start("add", "--json", notes)
    assert process.stdout
    process.stdout.readline()  # the first file is in; its meaning is still to come
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping after this batch; once more stops at once" in said
    assert said.rstrip().endswith("ragd: stopped; `ragd sync` goes on")
    assert "Traceback" not in said
    assert_sync_completes(own_home)


def test_a_second_ctrl_c_stops_at_once_and_loses_nothing(notes: Path, own_home: Path) -> None:
    process = start("add", "--json", notes)
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert "Traceback" not in said
    assert_sync_completes(own_home)


def test_a_run_that_foresaw_an_embedder_and_needed_none_ends_well(few: Path) -> None:
    text = (few / "pears.md").read_text()
    for number in range(3):
        (few / "pears.md").write_text(text + "\n" * (number + 1))  # other bytes, the same passages
        done = subprocess.run([*COMMAND, "sync"], capture_output=True, text=True, check=False)
        assert (done.returncode, "indexed 1 file" in done.stderr) == (0, True), done.stderr


def assert_sync_completes(home: Path) -> None:
    assert subprocess.run([*COMMAND, "sync"], capture_output=True, check=False).returncode == 0
    with Library.open(home) as library:
        state = library.status()
    (root,) = state["roots"]
    assert (state["documents"], root["pending"], root["words_only"]) == (FILES, 0, 0)


def test_ctrl_c_ends_watching(few: Path) -> None:
    process = start("watch")
    assert process.stderr
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said


def test_watch_takes_in_a_saved_file_and_says_so(few: Path) -> None:
    process = start("watch")
    assert process.stderr
    said = ""

    def until(wanted: str) -> None:
        nonlocal said
        end = time.monotonic() + 30
        while wanted not in said and time.monotonic() < end:
            if select.select([process.stderr], [], [], 0.2)[0]:
                said += os.read(process.stderr.fileno(), 65536).decode()  # type: ignore[union-attr]
        assert wanted in said

    until("Ctrl-C stops")
    (few / "plums.md").write_text("# Plums\n\nThe plums are blue.\n")
    until(f"indexed {few}/plums.md")
    (few / "plums.md").unlink()
    until(f"gone {few}/plums.md")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143


@pytest.mark.parametrize("words", [["search", "pears"], ["search", "pears", "--json"], ["config"], ["--help"]])
def test_a_reader_that_leaves_is_no_error(few: Path, words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*words, stdout=writer)
    os.close(writer)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_a_file_gets_no_escape_codes_and_its_lines_whole(few: Path) -> None:
    done = subprocess.run([*COMMAND, "search", "pears"], capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) > 200


def on_a_terminal(*arguments: str, environ: dict[str, str]) -> str:
    """What a command writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environ}
    process = subprocess.Popen([*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    process.wait(timeout=60)
    os.close(ours)
    return said.decode()


def test_a_terminal_gets_links_marks_and_short_lines_and_nothing_from_the_file(few: Path) -> None:
    said = on_a_terminal("search", "ripe", "pears", environ={})
    assert re.search(r"\x1b\]8;[^;]*;" + re.escape((few / "pears.md").as_uri()), said)
    assert "\x1b[1;33mripe\x1b[0m" in said
    assert "\x1b[31m" not in said
    visible = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", said)
    passage = [line for line in visible.splitlines() if "pears" in line.lower() and "/" not in line]
    assert max(map(len, passage)) <= 80
    assert visible.count("More pears.") < 40


def test_no_color_is_respected(few: Path) -> None:
    said = on_a_terminal("search", "ripe", "pears", environ={"NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", said)


def test_a_conversation_ends_with_ctrl_d(few: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, "ask", "--model", "quotes"], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""

    def until(wanted: bytes) -> None:
        nonlocal said
        while wanted not in said:
            said += os.read(ours, 65536)
        said = said.partition(wanted)[2]

    until(b"ask> ")
    os.write(ours, b"when are the pears ripe?\n")
    until(b"[1]")
    until(b"ask> ")
    os.write(ours, b"1\n")
    until(b"pears.md")
    until(b"ask> ")
    os.write(ours, b"/help\n")
    until(b"Ctrl-D or /quit to leave")
    until(b"ask> ")
    os.write(ours, b"/sources\n")
    until(b"there is no /sources here")
    until(b"ask> ")
    os.write(ours, b"\x04")
    assert process.wait(timeout=60) == 0
    os.close(ours)


@pytest.mark.slow
def test_the_demo_shows_passages_where_no_model_can_be_fetched(tmp_path: Path, models_home: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "fast").symlink_to(models_home / "fast")
    environ = {**os.environ, "RAGD_MODELS": str(tmp_path / "models"), "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
    done = subprocess.run([*COMMAND, "demo"], capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 0
    assert "could not be fetched" in done.stderr
    assert "First service, 118 euros" in done.stdout
    assert re.search(r"^\[1\] .*boiler", done.stdout, re.IGNORECASE | re.MULTILINE)
    assert "boiler-log.md" in done.stdout
    assert not Path(os.environ["RAGD_HOME"]).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_is_full_or_closed_is_told_in_a_line_or_not_at_all() -> None:
    ragd = f"{shlex.quote(sys.executable)} -m ragd --help"
    full = subprocess.run(["sh", "-c", f"{ragd} > /dev/full"], capture_output=True, text=True, check=False)
    assert (full.returncode, full.stderr.count("\n")) == (2, 1)
    assert "the output cannot be written (No space left on device)" in full.stderr
    closed = subprocess.run(["sh", "-c", f"{ragd} >&-"], capture_output=True, text=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, "")
