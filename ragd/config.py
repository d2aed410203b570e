"""What a person may set: one flat TOML file in the home, overridden by RAGD_ variables, unknown names refused."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from ragd.errors import ConfigError
from ragd.home import write_whole

FILE = "config.toml"
Value = Any  # str, bool, int or float, as the field it is for


def _setting(
    default: Any, what: str, *, choices: tuple[str, ...] = (), least: float = 0, form: str = "", takes: str = ""
) -> Any:
    told = {"what": what, "choices": choices, "least": least, "form": form, "takes": takes}
    return field(default=default, metadata=told)


_PLACE = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/[^\s?#]*)?"


@dataclass(frozen=True, slots=True)
class Config:
    """All settings with their defaults; each field's metadata says in one line what it does."""

    embedder: str = _setting("all-MiniLM-L6-v2", "the embedding model: a name of `ragd models`, or a folder")
    device: str = _setting("auto", "where the embedding model runs", choices=("auto", "cpu", "cuda", "mps"))
    precision: str = _setting(
        "auto", "numbers of the embedding model on a CPU; auto measures both", choices=("auto", "int8", "fp32")
    )
    generator: str = _setting(
        "auto",
        "what writes answers; auto takes the first that is ready",
        choices=("auto", "ollama", "llama_cpp", "openai", "quotes"),
    )
    model: str = _setting("", "the answering model: a name, or a GGUF file; empty takes the first that is ready")
    ollama_host: str = _setting(
        "http://127.0.0.1:11434",
        "where Ollama listens (the variable OLLAMA_HOST counts too)",
        form=rf"(?:https?://)?{_PLACE}",
        takes="an address such as http://127.0.0.1:11434",
    )
    openai_url: str = _setting(
        "http://127.0.0.1:8080/v1",
        "where an OpenAI-compatible server of this machine listens",
        form=rf"https?://{_PLACE}",
        takes="an address such as http://127.0.0.1:8080/v1",
    )
    allow_remote: bool = _setting(False, "let an answering model on another machine read the passages")
    workers: int = _setting(
        0, "processes that read files; 0 is one a core, or as many as memory holds when they read pictures"
    )
    threads: int = _setting(0, "threads that embed; 0 is one a core")
    parse_seconds: float = _setting(60.0, "seconds that reading one file may take", least=0.1)
    parse_memory_mb: int = _setting(1500, "megabytes of memory that reading one file may take", least=100)
    parse_text_mb: int = _setting(200, "megabytes of text that one file may yield", least=1)
    audio_model: str = _setting("", "the folder of a Whisper model (faster-whisper's form) that reads recordings")
    sweep_seconds: float = _setting(300.0, "seconds between the sweeps of `ragd watch` over all files", least=1)
    quiet_seconds: float = _setting(0.3, "seconds without a change after which `ragd watch` reads a file")


class Setting(NamedTuple):
    """One setting as `ragd config` shows it."""

    name: str
    value: Value
    came_from: str  # "default", "config.toml" or "environment (RAGD_DEVICE)"
    what: str


def load(home: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The settings in force. Raises ConfigError, naming the file and the line, or the variable."""
    return Config(**{setting.name: setting.value for setting in explain(home, environ)})


def explain(home: Path, environ: Mapping[str, str] = os.environ) -> list[Setting]:
    """Every setting with its value, where that came from, and what it does."""
    said = _read(home / FILE)
    return [_in_force(name, said, environ) for name in _FIELDS]


def setting(home: Path, name: str, environ: Mapping[str, str] = os.environ) -> Setting:
    """One setting, as `explain` gives it. Raises ConfigError for an unknown name, with the nearest."""
    _known(name, "the settings", "")
    return _in_force(name, _read(home / FILE), environ)


def write(home: Path, name: str, value: str) -> Config:
    """Sets one line of the file to `value` as typed, and keeps all other lines and comments. Returns what it now says.

    Raises ConfigError, leaving the file as it was, for an unknown name or a value that does not fit.
    """
    import tomlkit

    path = home / FILE
    _known(name, "the settings", "")
    typed = _from_words(name, value, "the command")
    _read(path)
    document = tomlkit.parse(_text(path))
    document[name] = typed
    write_whole(path, tomlkit.dumps(document))
    return Config(**_read(path))


def unset(home: Path, name: str) -> bool:
    """Take one line out of the file, also one that does not fit, and keep all others; whether there was one.

    Raises ConfigError, leaving the file as it was, for an unknown name that the file does not have.
    """
    import tomlkit

    path = home / FILE
    if name not in _parsed(path):
        _known(name, "the settings", "")
        return False
    document = tomlkit.parse(_text(path))
    del document[name]
    write_whole(path, tomlkit.dumps(document))
    return True


def _in_force(name: str, said: Mapping[str, Value], environ: Mapping[str, str]) -> Setting:
    what = str(_FIELDS[name].metadata["what"])
    variable = f"RAGD_{name.upper()}"
    if variable in environ:
        return Setting(name, _from_words(name, environ[variable], variable), f"environment ({variable})", what)
    if name in said:
        return Setting(name, said[name], FILE, what)
    if name == "ollama_host" and environ.get("OLLAMA_HOST"):  # Ollama's own; what was set for ragd goes before it
        return Setting(name, environ["OLLAMA_HOST"], "environment (OLLAMA_HOST)", what)
    return Setting(name, _FIELDS[name].default, "default", what)


def _read(path: Path) -> dict[str, Value]:
    text, said = _text(path), _parsed(path)
    for name, value in said.items():
        where = f"{path}{_line_of(name, text)}"
        _known(name, where, ", or remove the line")
        _check(name, value, where)
    return {name: float(value) if _kind(name) is float else value for name, value in said.items()}


def _parsed(path: Path) -> dict[str, Value]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", remedy='a line reads: name = "value"') from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", remedy="save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})", remedy="mend or remove it") from error


def _known(name: str, where: str, otherwise: str) -> None:
    if name not in _FIELDS:
        near = difflib.get_close_matches(name.lower().replace("-", "_"), _FIELDS, n=1, cutoff=0.5)
        remedy = f"did you mean {near[0]}?" if near else f"`ragd config` lists what there is{otherwise}"
        raise ConfigError(f"unknown name {name!r} in {where}", remedy=remedy)


def _check(name: str, value: object, where: str) -> None:
    kind, data = _kind(name), _FIELDS[name].metadata
    fits = isinstance(value, int | float) if kind is float else isinstance(value, kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{name} in {where} is {value!r}", remedy=f"it takes {_takes(name)}")
    if isinstance(value, str) and data["choices"] and value not in data["choices"]:
        raise ConfigError(f"{name} in {where} is {value!r}", remedy=f"it takes {_takes(name)}")
    if isinstance(value, str) and data["form"] and not _has_form(value, str(data["form"])):
        raise ConfigError(f"{name} in {where} is {value!r}", remedy=f"it takes {_takes(name)}")
    if isinstance(value, int | float) and not isinstance(value, bool) and not data["least"] <= value < float("inf"):
        raise ConfigError(f"{name} in {where} is {value!r}", remedy=f"it takes {_takes(name)}")


def _has_form(value: str, form: str) -> bool:
    found = re.fullmatch(form, value)
    return found is not None and int(found["port"] or 1) in range(1, 65536)


def _from_words(name: str, words: str, where: str) -> Value:
    """The value of what a person typed in a shell. Raises ConfigError if it does not fit."""
    kind = _kind(name)
    value: Value = words
    try:
        if kind is bool:
            value = _TRUTH[words.strip().lower()]
        elif kind is not str:
            value = kind(words)
    except (KeyError, ValueError):
        raise ConfigError(f"{name} in {where} is {words!r}", remedy=f"it takes {_takes(name)}") from None
    _check(name, value, where)
    return value


def _takes(name: str) -> str:
    kind, data = _kind(name), _FIELDS[name].metadata
    if data["takes"]:
        return str(data["takes"])
    if data["choices"]:
        return f"one of {', '.join(data['choices'])}"
    if kind in (int, float):
        return f"a {'whole ' if kind is int else ''}number from {data['least']} on"
    return "true or false" if kind is bool else 'text, in quotes: "..."'


def _kind(name: str) -> type[Any]:
    return type(_FIELDS[name].default)


def _line_of(name: str, text: str) -> str:
    start = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[]=.]""")
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if start.match(line)]
    return f", line {numbers[0]}" if numbers else ""


_FIELDS = {entry.name: entry for entry in fields(Config)}
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
