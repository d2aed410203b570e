"""Answers by any server on this machine that speaks the OpenAI protocol: llama-server, LM Studio, Jan, vLLM."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ragd.answer.generators.loopback import is_loopback, require_loopback
from ragd.errors import GeneratorError

WINDOW = 4096  # tokens; the protocol does not tell, and servers started with less are rare
PROBE_SECONDS = 0.3
SILENCE_SECONDS = 300.0


class OpenAI:
    """A model of an OpenAI-compatible server."""

    window = WINDOW

    def __init__(self, url: str, model: str, *, key: str) -> None:
        self._url, self._model, self._key = url.rstrip("/"), model, key
        self.remote = not is_loopback(url)
        self.name = f"openai: {model}" + (f" (remote: {self._url})" if self.remote else "")

    def stream(self, messages: Sequence[dict[str, str]], *, tokens: int) -> Iterator[str]:
        import httpx

        body = {"model": self._model, "messages": list(messages), "stream": True, "temperature": 0}
        body |= {"seed": 1, "max_tokens": tokens}
        try:
            with (
                _http(self._key, seconds=SILENCE_SECONDS) as http,
                http.stream("POST", f"{self._url}/chat/completions", json=body) as reply,
            ):
                if reply.is_error:
                    reply.read()
                    raise _stopped(self._model, f"{reply.status_code}: {reply.text[:200].strip()}")
                yield from _pieces(reply.iter_lines(), self._model)
        except httpx.HTTPError as error:
            raise _stopped(self._model, str(error) or type(error).__name__) from error


def open_openai(url: str, model: str, *, key: str = "", allow_remote: bool) -> OpenAI:
    """The model of that name, or the first the server lists. `url` ends in /v1. Raises GeneratorError."""
    if not url:
        raise GeneratorError(
            "no OpenAI-compatible server is configured", remedy="set openai_url, or use --model quotes"
        )
    require_loopback(url, allow_remote=allow_remote)
    listed = _listed(url, key)
    if model and listed and model not in listed:
        raise GeneratorError(f"{url} has no model {model}", remedy=f"it has {', '.join(listed[:5])}")
    return OpenAI(url, model or (listed[0] if listed else "default"), key=key)


def _listed(url: str, key: str) -> list[str]:
    import httpx

    try:
        with _http(key, seconds=PROBE_SECONDS) as http:
            reply = http.get(f"{url.rstrip('/')}/models").raise_for_status().json()
        return [str(model["id"]) for model in reply["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise GeneratorError(
            f"no OpenAI-compatible server answers at {url}",
            remedy="start it, correct openai_url, or use --model quotes",
        ) from error


def _http(key: str, *, seconds: float) -> Any:
    import httpx

    # No proxy and no redirect: either could carry the text to another machine.
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False, headers=headers)


def _pieces(lines: Iterator[str], model: str) -> Iterator[str]:
    """The text in a stream of server-sent events."""
    for line in lines:
        if not line.startswith("data:") or line.strip() == "data: [DONE]":
            continue
        try:
            event = json.loads(line[5:])
        except ValueError as error:
            raise _stopped(model, "its reply is not JSON") from error
        if "error" in event:
            raise _stopped(model, str(event["error"])[:200])
        for choice in event.get("choices", []):
            yield choice.get("delta", {}).get("content") or ""


def _stopped(model: str, why: str) -> GeneratorError:
    return GeneratorError(f"{model} stopped while answering ({why})", remedy="ask again, or use --model quotes")
