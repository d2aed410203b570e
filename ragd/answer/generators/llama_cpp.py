"""Answers by a GGUF file in this very process (the only home of `xllamacpp`)."""

import os
import queue
import secrets
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ragd.errors import GeneratorError

WINDOW = 4096  # tokens; with it a 7B model in four bits stays under 6 GB
MAGIC = b"GGUF"
SILENT = -1  # verbosity: llama.cpp says nothing, not even its errors


class LlamaCpp:
    """A GGUF model, loaded when it is first asked."""

    window = WINDOW
    remote = False

    def __init__(self, path: Path, *, threads: int) -> None:
        self._path, self._threads = path, threads
        self.name = f"llama_cpp: {path.stem}"

    def stream(self, messages: Sequence[dict[str, str]], *, tokens: int) -> Iterator[str]:
        request = {"messages": list(messages), "stream": True, "max_tokens": tokens, "temperature": 0, "seed": 1}
        request |= {"cache_prompt": True}
        for event in _events(_server(self._path, self._threads), request):
            if "error" in event:
                raise _stopped(self.name, str(event["error"].get("message", event["error"])))
            for choice in event.get("choices", []):
                yield choice.get("delta", {}).get("content") or ""


def open_llama_cpp(path: Path, *, threads: int = 0) -> LlamaCpp:
    """The model in a GGUF file; `threads` 0 takes the machine's cores. Raises GeneratorError."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise GeneratorError(
            f"{path} cannot be read ({error.strerror})", remedy="run `ragd models pull smollm2-135m`"
        ) from error
    if magic != MAGIC:
        raise GeneratorError(f"{path} is not a GGUF file", remedy="fetch it again, or name another one")
    return LlamaCpp(path, threads=threads or os.cpu_count() or 1)


@lru_cache(maxsize=1)  # one model in memory at a time
def _server(path: Path, threads: int) -> Any:
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = WINDOW, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cpuparams.poll = params.cpuparams_batch.poll = 0  # threads that wait must not eat the cores of others
    params.sampling.temp, params.sampling.seed = 0.0, 1
    params.verbosity, params.warmup = SILENT, False
    params.cache_ram_mib = 0  # llama.cpp would otherwise keep up to 8 GB of old prompts
    # The library opens its web server on loopback as well, for any web page to use: a key that nobody knows, no pages
    # and no view of the prompts close it again. Its own calls need no key.
    params.api_keys = [secrets.token_hex(32)]
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise GeneratorError(
            f"{path} cannot be loaded (damaged, too large for the memory, or of a kind unknown to llama.cpp)",
            remedy="fetch it again, or use --model quotes",
        ) from error


def _events(server: Any, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The server's events as they come. It calls back from a thread; when the caller stops, so does the model."""
    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    stopped = threading.Event()

    def receive(event: dict[str, Any]) -> bool:
        events.put(event)
        return stopped.is_set()  # True ends the writing

    def write() -> None:
        try:
            server.handle_chat_completions(request, receive)
        except RuntimeError as error:
            events.put({"error": {"message": str(error)}})
        finally:
            events.put(None)

    writer = threading.Thread(target=write, name="llama_cpp", daemon=True)
    writer.start()
    try:
        while (event := events.get()) is not None:
            yield event
    finally:
        stopped.set()
        writer.join()


def _stopped(name: str, why: str) -> GeneratorError:
    return GeneratorError(f"{name} stopped while answering ({why})", remedy="ask again, or use --model quotes")
