"""What tests share: the real embedding model and its fast copy, made once for all runs, and homes of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from commands import Ragd, Said

from ragd import Library
from ragd.cli.run import run
from ragd.index.embed import Embedder, open_embedder
from ragd.models import convert, known

# The same examples for everybody, so that a change is what fails a test; `--hypothesis-profile explore` tries others.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile("same")

SHARED = Path(__file__).parent.parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-rewrite", action="store_true", help="write the readings of tests/golden anew")


@pytest.fixture(scope="session")
def models_home(request: pytest.FixtureRequest) -> Path:
    """RAGD_MODELS of the tests. It lies in pytest's cache: making the fast copy takes half a minute, once."""
    return request.config.cache.mkdir("ragd-models")


@pytest.fixture(scope="session")
def model(models_home: Path) -> Path:
    """The folder of all-MiniLM-L6-v2, as installed."""
    return known.resolve("all-MiniLM-L6-v2", models_home)


@pytest.fixture(scope="session")
def fast_copy(model: Path, models_home: Path) -> Path:
    """The model's int8 copy."""
    copy = convert.fast_copy(model, models_home, precision="int8", say=print)
    assert copy is not None
    return copy


@pytest.fixture(scope="session")
def embedder(model: Path, fast_copy: Path) -> Embedder:
    """The embedder that the other rooms' tests use too."""
    return open_embedder(model, fast_copy, device="cpu", threads=2)


@pytest.fixture(scope="session", autouse=True)
def own_settings(models_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the home, the models or the settings of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("RAGD_")]:
            patch.delenv(name)
        patch.setenv("RAGD_HOME", str(tmp_path_factory.mktemp("no-home") / "nobodys"))
        patch.setenv("RAGD_MODELS", str(models_home))
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a home of its own, which is not there yet."""
    home = tmp_path / "ragd-home"
    monkeypatch.setenv("RAGD_HOME", str(home))
    return home


@pytest.fixture
def library(own_home: Path) -> Iterator[Library]:
    """An empty library of its own."""
    with Library.open(own_home) as opened:
        yield opened


@pytest.fixture
def ragd(capsys: pytest.CaptureFixture[str]) -> Ragd:
    """The command, run in this process."""

    def call(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A folder of the real data that lies beside the checkout; the test is skipped where it does not."""

    def folder(name: str) -> Path:
        if not (SHARED / name).exists():
            pytest.skip(f"the data folder shared/{name} is not beside this checkout")
        return SHARED / name

    return folder
