"""Models are fetched whole or not at all: real pip, a real wheel, real interruptions, and no network."""

import contextlib
import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from ragd.errors import DiskFull, ModelError
from ragd.models import known, pull, shelf
from ragd.models.known import KNOWN, Known

ROOT = Path(__file__).resolve().parents[1]
CONTENT = b"GGUF" + bytes(30_000_000)
TINY = Known(
    name="tiny",
    role="answer",
    what="a model of zeros",
    package="ragd-tiny-model",
    version="1.0",
    module="ragd_tiny_model",
    file="Tiny.Q4_1.gguf",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    bytes=len(CONTENT),
    download=30_000,
    packaged=False,
)
PULL = """
    import signal, sys
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background ignores it
    from pathlib import Path
    from tests.test_models import KNOWN, TINY
    from ragd.models.pull import pull
    KNOWN["tiny"] = TINY
    print(pull("tiny", Path(sys.argv[1]), say=print))
"""


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Known:
    monkeypatch.setitem(KNOWN, "tiny", TINY)
    return TINY


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which pip takes its packages, and from nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, CONTENT)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path, content: bytes) -> Path:
    """A real wheel with a model file inside."""
    path = folder / "ragd_tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"ragd_tiny_model/{TINY.file}", content)
        about = "ragd_tiny_model-1.0.dist-info"
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: ragd-tiny-model\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return path


def start_pull(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PULL), str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def unfinished(home: Path) -> list[Path]:
    return list(home.glob(f"{shelf.UNFINISHED}*"))


def test_a_model_is_told_fetched_checked_and_there_the_second_time(tiny: Known, wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "models"
    said: list[str] = []
    meter: list[tuple[int, int]] = []
    file = pull.pull("tiny", home, say=said.append, progress=lambda done, total: meter.append((done, total)))
    assert file.read_bytes() == CONTENT
    assert file.name == "tiny.gguf"
    assert "PyPI" in said[0]
    assert "30 MB" in said[0] or "0 MB" in said[0]
    assert str(home) in said[0]
    assert meter[-1] == (tiny.download, tiny.download)
    assert not unfinished(home)
    (wheels / "ragd_tiny_model-1.0-py3-none-any.whl").unlink()
    assert pull.pull("TINY", home, say=said.append) == file
    assert known.resolve("tiny", home) == file
    assert pull.answering_models(home) == [file]


def test_a_damaged_model_is_refused_and_leaves_nothing(tiny: Known, wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "models"
    wheel(wheels, CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match="is not the published file"):
        pull.pull("tiny", home, say=print)
    assert not (home / "tiny").exists()
    assert not unfinished(home)


def test_a_model_that_rotted_on_the_disk_is_noticed_and_fetched_again(
    tiny: Known, wheels: Path, tmp_path: Path
) -> None:
    home = tmp_path / "models"
    file = pull.pull("tiny", home, say=print)
    file.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match=r"damaged.*ragd models pull tiny"):
        known.resolve("tiny", home)
    assert [(model.name, model.state) for model in pull.installed(home)][-1] == ("tiny", "damaged")
    assert pull.answering_models(home) == []
    said: list[str] = []
    pull.pull("tiny", home, say=said.append)
    assert "damaged" in said[0]
    assert file.read_bytes() == CONTENT


def test_without_the_network_pip_gives_the_reason(tiny: Known, wheels: Path, tmp_path: Path) -> None:
    (wheels / "ragd_tiny_model-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"No matching distribution found for ragd-tiny-model==1\.0") as refusal:
        pull.pull("tiny", tmp_path / "models", say=print)
    assert "ragd models pull tiny" in refusal.value.remedy
    assert "\n" not in str(refusal.value)
    assert not unfinished(tmp_path / "models")


def test_a_kill_at_any_moment_leaves_nothing_that_counts(tiny: Known, wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "models"
    for pause in (0.0, 0.4, 0.8):
        process = start_pull(home)
        while not unfinished(home) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if (home / "tiny").exists():  # done before the kill
            assert (home / "tiny" / "tiny.gguf").read_bytes() == CONTENT
    file = pull.pull("tiny", home, say=print)
    assert file.read_bytes() == CONTENT
    assert not unfinished(home)


def test_ctrl_c_leaves_nothing(tiny: Known, wheels: Path, tmp_path: Path) -> None:
    for attempt in range(10):
        home = tmp_path / f"models {attempt}"
        process = start_pull(home)
        while not unfinished(home) and process.poll() is None:
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.communicate()
        assert not unfinished(home)
        assert (home / "tiny").exists() == (process.returncode == 0)
        if process.returncode != 0:
            return  # else it was done before the signal came, as may happen on a busy machine
    pytest.fail("every pull was done before it could be stopped")


def test_two_pulls_at_once_both_end_well(wheels: Path, tmp_path: Path) -> None:
    both = [start_pull(tmp_path / "models") for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("to" in each and "PyPI" in each for each in said) == 1, said
    assert not unfinished(tmp_path / "models")


def test_the_packaged_model_is_found_by_name_and_checked(models_home: Path, tmp_path: Path) -> None:
    folder = known.resolve("all-minilm-l6-v2", models_home)
    assert (folder / "config.json").is_file()
    changed = dataclasses.replace(KNOWN["all-MiniLM-L6-v2"], sha256="0" * 64)
    with pytest.raises(ModelError, match=r"damaged.*pip install --force-reinstall"):
        known.check(changed, folder / "model.safetensors", tmp_path)
    said: list[str] = []
    assert pull.pull("all-MiniLM-L6-v2", models_home, say=said.append) == folder / "model.safetensors"
    assert len(said) == 1


def test_a_model_that_is_not_there_is_told_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"ragd models pull smollm2-135m.*93 MB"):
        known.resolve("smollm2-135m", tmp_path)
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2"):
        known.resolve(str(tmp_path / "nowhere"), tmp_path)
    with pytest.raises(ModelError, match="smollm2-135m"):
        pull.pull("gpt-7", tmp_path, say=print)
    assert known.resolve(str(tmp_path), tmp_path) == tmp_path


def test_a_digest_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    first = shelf.digest_of(file, tmp_path / "models")
    assert first == hashlib.sha256(b"one").hexdigest()
    facts = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert shelf.digest_of(file, tmp_path / "models") == first  # same path, size and time: not read again
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert shelf.digest_of(file, tmp_path / "models") == hashlib.sha256(b"two").hexdigest()


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="MB are free"):
        shelf.need_space(tmp_path, 10**18)


def test_a_models_folder_that_cannot_be_made_is_told(tiny: Known, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError, match="RAGD_MODELS"):
        pull.pull("tiny", tmp_path / "file" / "models", say=print)


@pytest.mark.slow
def test_the_answering_model_can_be_fetched(tmp_path: Path) -> None:
    try:
        file = pull.pull("smollm2-135m", tmp_path, say=print)
    except ModelError as error:
        pytest.skip(f"no package index can be reached: {error}")
    assert file.stat().st_size == KNOWN["smollm2-135m"].bytes
