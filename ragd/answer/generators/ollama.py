"""Answers by a model that Ollama runs (the only home of `ollama`)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ragd.answer.generators.loopback import is_loopback, require_loopback
from ragd.errors import GeneratorError

DEFAULT_HOST = "127.0.0.1:11434"
WINDOW = 4096  # tokens; Ollama's own default, and what an 8 GB machine holds beside a 7B model
PROBE_SECONDS = 0.3
SHOW_SECONDS = 5.0
SILENCE_SECONDS = 300.0  # a large model may take this long to load before its first word
_EMBEDDERS = ("embed", "minilm", "bge-", "gte-", "e5-", "arctic")


class Ollama:
    """A model of an Ollama server."""

    window = WINDOW

    def __init__(self, address: str, model: str, *, remote_host: str, thinks: bool) -> None:
        self._address, self._model, self._thinks = address, model, thinks
        self.remote = bool(remote_host)
        self.name = f"ollama: {model}" + (f" (remote: {remote_host})" if remote_host else "")

    def stream(self, messages: Sequence[dict[str, str]], *, tokens: int) -> Iterator[str]:
        import httpx
        import ollama

        options = {"temperature": 0, "seed": 1, "num_ctx": WINDOW, "num_predict": tokens}
        thinking = {"think": False} if self._thinks else {}
        request = {"model": self._model, "messages": list(messages), "options": options, **thinking}
        try:
            with _client(self._address, seconds=SILENCE_SECONDS) as client:
                for reply in client.chat(stream=True, **request):
                    yield reply.message.content or ""
        except (ollama.ResponseError, httpx.HTTPError, ConnectionError) as error:
            raise GeneratorError(
                f"Ollama stopped while {self._model} was answering ({error})",
                remedy="look at `ollama ps`, ask again, or use --model quotes",
            ) from error


def open_ollama(host: str, model: str, *, allow_remote: bool) -> Ollama:
    """The model of that name, or the first installed one that chats. Raises GeneratorError with what to do.

    `host` as in OLLAMA_HOST ("127.0.0.1:11434"), "" for the default.
    """
    address = _address(host)
    require_loopback(address, allow_remote=allow_remote)
    installed = _installed(address)
    chosen = _choose(installed, model, allow_remote=allow_remote)
    abilities = _abilities(address, chosen["name"])
    if "completion" not in abilities:
        raise GeneratorError(f"{chosen['name']} cannot chat", remedy="name another one of `ollama list`")
    remote = "" if is_loopback(address) else address
    return Ollama(address, chosen["name"], remote_host=_remote_host(chosen) or remote, thinks="thinking" in abilities)


def _address(host: str) -> str:
    """A base URL; a server told to listen everywhere (0.0.0.0) is spoken to on loopback."""
    url = host or DEFAULT_HOST
    url = url if "://" in url else f"http://{url}"
    parts = urlsplit(url)
    if parts.hostname in {"0.0.0.0", "::"}:
        return f"{parts.scheme}://127.0.0.1:{parts.port or 11434}"
    return url if parts.port or "://" in host else f"{url.rstrip('/')}:11434"


def _client(address: str, *, seconds: float) -> Any:
    import ollama

    # No proxy and no redirect: either could carry the text to another machine.
    return ollama.Client(host=address, timeout=seconds, trust_env=False, follow_redirects=False)


def _installed(address: str) -> list[dict[str, Any]]:
    """What `/api/tags` lists. Asked without the client, which drops the fields that tell a cloud model."""
    import httpx

    try:
        with httpx.Client(timeout=PROBE_SECONDS, trust_env=False) as http:
            reply = http.get(f"{address.rstrip('/')}/api/tags").raise_for_status().json()
        return [model for model in reply["models"] if model.get("name")]
    except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise GeneratorError(
            f"Ollama is not running at {address.rpartition('://')[2]}",
            remedy="start it with `ollama serve`, or use --model quotes",
        ) from error


def _choose(installed: list[dict[str, Any]], model: str, *, allow_remote: bool) -> dict[str, Any]:
    wanted = [found for found in installed if found["name"] in {model, f"{model}:latest"}]
    if model and not wanted:
        raise GeneratorError(f"Ollama has no model {model}", remedy=f"run `ollama pull {model}`, or see `ollama list`")
    able = wanted or [found for found in installed if not _embeds(found["name"])]
    local = [found for found in able if not _remote_host(found)]
    if local or (able and allow_remote):
        return (local or able)[0]
    if able and model:
        raise GeneratorError(
            f"{model} runs on {_remote_host(able[0])}, so your files' text would leave this machine",
            remedy="use a local model, or set allow_remote = true in the configuration",
        )
    raise GeneratorError("Ollama has no model that chats", remedy="run `ollama pull llama3.2`, or use --model quotes")


def _remote_host(model: dict[str, Any]) -> str:
    """Where a model of this list really runs; "" here. A cloud model may have been copied to an innocent name."""
    host = str(model.get("remote_host") or "")
    tag = str(model["name"]).rpartition(":")[2]
    if host or model.get("remote_model"):
        return host or "Ollama's cloud"
    return "Ollama's cloud" if tag == "cloud" or tag.endswith("-cloud") else ""


def _embeds(name: str) -> bool:
    return any(part in name.casefold() for part in _EMBEDDERS)


def _abilities(address: str, model: str) -> list[str]:
    import httpx
    import ollama

    try:
        with _client(address, seconds=SHOW_SECONDS) as client:
            return list(client.show(model).capabilities or ["completion"])  # older servers do not tell
    except (ollama.ResponseError, httpx.HTTPError, ConnectionError) as error:
        raise GeneratorError(f"Ollama cannot show {model} ({error})", remedy="see `ollama list`") from error
