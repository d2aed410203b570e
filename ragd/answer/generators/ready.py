"""Which generator answers: the one that was named, or the first that is ready."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ragd.answer.generators import Generator
from ragd.answer.generators.llama_cpp import open_llama_cpp
from ragd.answer.generators.ollama import open_ollama
from ragd.answer.generators.openai import open_openai
from ragd.answer.generators.quotes import Quotes
from ragd.errors import GeneratorError

ORDER = ("ollama", "llama_cpp", "openai", "quotes")


def choose(
    wanted: str = "auto",
    *,
    ollama_host: str = "",
    gguf: Sequence[Path] = (),
    openai_url: str = "",
    openai_key: str = "",
    threads: int = 0,
    allow_remote: bool = False,
) -> Generator:
    """The generator to answer with. Raises GeneratorError, whose one line says what to do.

    `wanted` is "auto", a generator ("ollama"), a generator and its model ("ollama:llama3.2:1b"), a model's name alone
    ("smollm2-135m", "llama3.2:1b"), or the path of a GGUF file. `gguf` are the model files there are, the preferred
    one first. A generator that cannot be used says why only where it was named; "auto" goes on to the next.
    """
    name, model = split(wanted)
    openers: dict[str, Callable[[], Generator]] = {
        "ollama": lambda: open_ollama(ollama_host, model, allow_remote=allow_remote),
        "llama_cpp": lambda: open_llama_cpp(_file(model, gguf), threads=threads),
        "openai": lambda: open_openai(openai_url, model, key=openai_key, allow_remote=allow_remote),
        "quotes": Quotes,
    }
    if name in openers:
        return openers[name]()
    return _first([openers[name] for name in ORDER if name != "quotes" or not model], wanted)


def split(wanted: str) -> tuple[str, str]:
    """The generator ("" or "auto": any) and the model ("": its first) that a wish names."""
    name, _, model = wanted.partition(":")
    if name.strip() in ORDER:
        return name.strip(), model.strip()
    if wanted.casefold().endswith(".gguf"):
        return "llama_cpp", wanted
    return "auto", "" if wanted in {"", "auto"} else wanted


def _first(openers: Sequence[Callable[[], Generator]], wanted: str) -> Generator:
    for opener in openers:
        try:
            return opener()
        except GeneratorError as error:
            refused = error
            if "leave" in error.what and wanted not in {"", "auto"}:
                raise  # the model that was named is there and would pass the text on: say that, not "no such model"
    raise GeneratorError(
        f"no model {wanted} is ready here", remedy="see `ragd models`, or use --model quotes"
    ) from refused


def _file(model: str, gguf: Sequence[Path]) -> Path:
    """The GGUF file of that name or path; without a name the first there is."""
    if model.casefold().endswith(".gguf"):
        return Path(model).expanduser()
    found = [path for path in gguf if not model or path.stem.casefold() == model.casefold()]
    if not found:
        what = f"no model file {model}" if model else "no model file"
        raise GeneratorError(
            f"{what} is installed", remedy="run `ragd models pull smollm2-135m`, or use --model quotes"
        )
    return found[0]
