"""Generators: real clients over real sockets to servers that speak the protocols."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ragd.answer.generators.loopback import is_loopback
from ragd.answer.generators.ready import choose, split
from ragd.errors import GeneratorError

MESSAGES = [{"role": "user", "content": "What does the roof cost?"}]
PIECES = ["The roof ", "costs EUR 450", "."]
MODELS = os.environ.get("RAGD_MODELS")  # read on import: the tests' own homes replace it later
CLOSED = "127.0.0.1:9"  # nothing listens on the discard port


def model_file() -> Path:
    found = sorted(Path(MODELS).rglob("smollm2-135m.gguf")) if MODELS else []
    if not found:
        pytest.skip("smollm2-135m.gguf is not in RAGD_MODELS")
    return found[0]


class Server(BaseHTTPRequestHandler):
    """Ollama and OpenAI in one; what it was sent is kept in `asked`."""

    models: ClassVar[list[dict]] = [{"name": "nomic-embed-text:latest"}, {"name": "llama3.2:1b"}]
    fails_after: int | None = None
    asked: ClassVar[list[dict]] = []
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/api/tags":
            self._json({"models": self.models})
        elif self.path == "/v1/models":
            self._json({"data": [{"id": "qwen"}]})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, **body})
        if self.path == "/api/show":
            self._json({"capabilities": ["completion"], "details": {}, "model_info": {}})
        elif self.path == "/api/chat":
            self._lines([json.dumps(self._ollama(piece)) for piece in PIECES])
        else:
            events = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in PIECES]
            self._lines([f"data: {event}\n" for event in [*events, "[DONE]"]])

    def _ollama(self, piece: str) -> dict:
        return {"model": "llama3.2:1b", "message": {"role": "assistant", "content": piece}, "done": False}

    def _json(self, value: dict) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _lines(self, lines: list[str]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, line in enumerate(lines):
            if number == self.fails_after:
                self.close_connection = True
                return
            data = f"{line}\n".encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def serving(**settings: object) -> Iterator[tuple[str, type[Server]]]:
    kind = type("Asked", (Server,), {"asked": [], **settings})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_ollama_streams_with_the_official_client() -> None:
    with serving() as (host, server):
        generator = choose("ollama", ollama_host=host)
        assert generator.name == "ollama: llama3.2:1b"
        assert not generator.remote
        assert list(generator.stream(MESSAGES, tokens=50)) == PIECES
        sent = server.asked[-1]
        assert sent["messages"] == MESSAGES
        assert sent["options"] == {"temperature": 0, "seed": 1, "num_ctx": generator.window, "num_predict": 50}


def test_an_openai_server_streams() -> None:
    with serving() as (host, server):
        generator = choose("openai", openai_url=f"http://{host}/v1")
        assert generator.name == "openai: qwen"
        assert "".join(generator.stream(MESSAGES, tokens=50)) == "".join(PIECES)
        assert server.asked[-1]["max_tokens"] == 50


@pytest.mark.parametrize("name", ["ollama", "openai"])
def test_a_server_that_dies_while_answering_is_told_with_a_remedy(name: str) -> None:
    with serving(fails_after=1) as (host, _):
        pieces = choose(name, ollama_host=host, openai_url=f"http://{host}/v1").stream(MESSAGES, tokens=50)
        assert next(pieces) == PIECES[0]
        with pytest.raises(GeneratorError, match=r"stopped while .*--model quotes"):
            list(pieces)


def test_auto_takes_the_first_that_is_ready_and_quotes_is_always_ready() -> None:
    with serving() as (host, _):
        assert choose(ollama_host=host, openai_url=f"http://{host}/v1").name.startswith("ollama")
        assert choose(ollama_host=CLOSED, openai_url=f"http://{host}/v1").name == "openai: qwen"
    assert choose(ollama_host=CLOSED).name == "quotes"


def test_a_named_generator_that_is_not_ready_says_what_to_do() -> None:
    with pytest.raises(GeneratorError, match=r"Ollama is not running at 127.0.0.1:9: start it with `ollama serve`"):
        choose("ollama", ollama_host=CLOSED)
    with pytest.raises(GeneratorError, match="ragd models pull"):
        choose("llama_cpp")
    with pytest.raises(GeneratorError, match="openai_url"):
        choose("openai")
    with serving() as (host, _), pytest.raises(GeneratorError, match="ollama pull mistral"):
        choose("ollama:mistral", ollama_host=host)


@pytest.mark.parametrize(
    "cloud",
    [
        {"name": "gpt-oss:120b-cloud"},
        {"name": "kimi:cloud"},
        {"name": "innocent:latest", "remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"},
    ],
)
def test_a_cloud_model_is_refused_unless_allowed_and_then_named(cloud: dict) -> None:
    with serving(models=[cloud]) as (host, _):
        assert choose(ollama_host=host).name == "quotes"
        for wanted in (f"ollama:{cloud['name']}", cloud["name"]):
            with pytest.raises(GeneratorError, match=r"leave this machine.*allow_remote"):
                choose(wanted, ollama_host=host)
        allowed = choose("ollama", ollama_host=host, allow_remote=True)
        assert allowed.remote
        assert "(remote: " in allowed.name


def test_a_local_model_goes_before_a_cloud_model_even_when_that_is_allowed() -> None:
    models = [{"name": "gpt-oss:120b-cloud"}, {"name": "llama3.2:1b"}]
    with serving(models=models) as (host, _):
        assert choose("ollama", ollama_host=host, allow_remote=True).name == "ollama: llama3.2:1b"


def test_a_server_elsewhere_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(GeneratorError, match="not on this machine"):
        choose("openai", openai_url="https://api.example.com/v1")
    with pytest.raises(GeneratorError, match="not on this machine"):
        choose("ollama", ollama_host="192.168.1.5:11434")
    assert choose(ollama_host="192.168.1.5:11434", openai_url="http://nas.local/v1").name == "quotes"


def test_what_counts_as_this_machine() -> None:
    assert all(map(is_loopback, ["127.0.0.1:1", "http://localhost:8080/v1", "http://[::1]:80", "0.0.0.0:11434"]))
    assert not any(map(is_loopback, ["10.0.0.1", "http://localhost.example.com", "https://127.0.0.1.nip.io/v1"]))


def test_a_proxy_in_the_environment_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving() as (host, _):
        assert list(choose("ollama", ollama_host=host).stream(MESSAGES, tokens=5)) == PIECES
        assert list(choose("openai", openai_url=f"http://{host}/v1").stream(MESSAGES, tokens=5))


def test_a_wish_names_a_generator_a_model_or_both() -> None:
    assert split("ollama:llama3.2:1b") == ("ollama", "llama3.2:1b")
    assert split("llama3.2:1b") == ("auto", "llama3.2:1b")
    assert split("auto") == split("") == ("auto", "")
    assert split("quotes") == ("quotes", "")
    assert split("~/m/x.GGUF") == ("llama_cpp", "~/m/x.GGUF")


def test_a_model_name_alone_finds_whoever_has_it() -> None:
    with serving() as (host, _):
        assert choose("llama3.2:1b", ollama_host=host).name == "ollama: llama3.2:1b"
        with pytest.raises(GeneratorError, match="no model mistral is ready"):
            choose("mistral", ollama_host=host)


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"not a model")
    with pytest.raises(GeneratorError, match="not a GGUF file"):
        choose(str(wrong))
    with pytest.raises(GeneratorError, match="cannot be read"):
        choose(str(tmp_path / "absent.gguf"))


ASK_MODEL = """
import sys
from pathlib import Path
from ragd.answer.generators.ready import choose
from ragd.errors import GeneratorError
generator = choose("llama_cpp", gguf=[Path(sys.argv[1])])
def ask(text, tokens=20):
    return "".join(generator.stream([{"role": "user", "content": text}], tokens=tokens))
first = ask("Name three colours.")
assert first and first == ask("Name three colours."), "not deterministic"
pieces = generator.stream([{"role": "user", "content": "Count to one thousand."}], tokens=400)
next(pieces); pieces.close()
try:
    ask("word " * 9000)
except GeneratorError as error:
    assert "stopped while answering" in str(error)
else:
    raise AssertionError("no error")
print("done")
"""


def test_a_model_in_process_is_deterministic_stops_when_left_and_writes_nothing_to_the_terminal() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ASK_MODEL, str(model_file())], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("done\n", "", 0)


def test_a_damaged_model_is_told_and_llama_cpp_stays_quiet(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF" + bytes(100))
    script = ASK_MODEL.replace('first = ask("Name three colours.")', 'ask("x")')
    ran = subprocess.run(
        [sys.executable, "-c", script, str(damaged)], capture_output=True, text=True, timeout=120, check=False
    )
    lines = ran.stderr.splitlines()
    assert lines[0].startswith("Traceback") and "cannot be loaded" in lines[-1], ran.stderr
