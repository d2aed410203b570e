"""Texts become unit vectors: through an ONNX copy of the model on a CPU, through sentence-transformers elsewhere.

On a CPU one text is one call and one thread, with as many callers as threads. Batches were slower (padding), and an
int8 model scales its activations over the whole batch: a text's vector depended on its companions (cosine .99), so no
index could be made twice. Here a text's vector is bit for bit the same alone and among others.
"""

import os
import platform
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ragd.errors import ModelError
from ragd.index.recipe import (
    Recipe,
    fingerprint_of,
    first_line,
    load_tokenizer,
    read_json,
    read_recipe,
    revision_of,
    sha256_of,
)
from ragd.index.tokens import Tokens

Precision = Literal["auto", "fp32", "fp16", "int8"]
Vectors = NDArray[np.float32]

COPY = "copy.json"  # says what a fast copy was made from and how good it is; written by models/convert.py
GRAPH = "model.onnx"  # beside it: token ids (1, n) int64 in, last hidden state (1, n, dimensions) float32 out
GPU_BATCH = 64  # texts; larger gains nothing for models of this size and costs memory


class Embedder(Protocol):
    """A model that makes vectors. Texts beyond `window` tokens are cut off: whoever asks keeps them shorter."""

    fingerprint: str  # vectors of two fingerprints must never meet in one index
    dimensions: int
    window: int  # tokens, special ones included
    tokenizer: Any  # tokenizers.Tokenizer, neither truncating nor padding
    runs: str  # for people: "cpu, int8, 2 threads"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages: (n, dimensions), unit length, in the order of the texts."""
        ...

    def question(self, text: str) -> Vectors:
        """The vector of a question: (dimensions,), unit length."""
        ...


def open_embedder(
    model: Path, copy: Path | None, *, device: str, threads: int, precision: Precision = "auto"
) -> Embedder:
    """The embedder of a model folder, ready to use.

    `copy` is the fast copy that `models.convert.fast_copy` made, None where there is none; beside a GPU an fp32 copy
    serves the questions. `device` is "auto", "cpu", "cuda" or "mps"; `threads` 0 means every core; `precision` chooses
    between fp16 and fp32 on a GPU (on a CPU the copy has its own).
    """
    recipe = read_recipe(model)
    where = choose_device(device)
    count = threads if threads > 0 else available_cores()
    if where == "cpu" and copy is not None:
        return OnnxEmbedder(model, recipe, copy, threads=count)
    half = where == "cuda" and precision != "fp32"

    def original() -> TorchEmbedder:
        return TorchEmbedder(model, recipe, device=where, threads=count, half=half)

    if copy is not None and read_copy(copy)["precision"] == "fp32":
        quick = OnnxEmbedder(model, recipe, copy, threads=count)
        revision = read_copy(copy)["revision"]
        return QuickQuestions(
            quick, original, fingerprint_of(recipe, revision, _width(half)), runs=f"{where}, {_width(half)}"
        )
    return original()


class OnnxEmbedder:
    """The fast copy on a CPU: no torch, ready in a fraction of a second."""

    def __init__(self, model: Path, recipe: Recipe, copy: Path, *, threads: int) -> None:
        facts = read_copy(copy)
        self.tokenizer = load_tokenizer(model)
        self.window = recipe.window
        self.fingerprint = fingerprint_of(recipe, facts["revision"], facts["precision"])
        self.runs = f"cpu, {facts['precision']}, {threads} thread{'s' if threads > 1 else ''}"
        self._recipe = recipe
        self._tokens = Tokens(self.tokenizer)
        self._threads = threads
        self._session = open_session(copy / GRAPH)
        self._input = self._session.get_inputs()[0].name
        self._pool: ThreadPoolExecutor | None = None
        self._opening = threading.Lock()
        self.dimensions = int(self._session.get_outputs()[0].shape[-1])

    def passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)

        def embed(number: int) -> None:
            vectors[number] = self._vector(self._recipe.passage_prompt + texts[number])

        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))  # no long one is left for the end
        with _telling_memory():
            deque(self._callers().map(embed, order) if len(order) > 1 else map(embed, order), maxlen=0)
        return vectors

    def question(self, text: str) -> Vectors:
        with _telling_memory():
            return self._vector(self._recipe.question_prompt + text)

    def _callers(self) -> ThreadPoolExecutor:
        with self._opening:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="ragd-embed")
            return self._pool

    def _vector(self, text: str) -> Vectors:
        ids = self._tokens.for_model(text, self.window)
        hidden = self._session.run(None, {self._input: np.array([ids], dtype=np.int64)})[0][0]
        # Pooled here and not in the graph: a graph with the pooling inside came out wrong with no error: cosine .12.
        pooled = hidden[0] if self._recipe.pooling == "cls" else hidden.mean(axis=0, dtype=np.float32)
        return _unit(pooled)


class TorchEmbedder:
    """sentence-transformers itself: for GPUs, and for a CPU where no fast copy could be made."""

    def __init__(self, model: Path, recipe: Recipe, *, device: str, threads: int, half: bool) -> None:
        self.tokenizer = load_tokenizer(model)
        self.window = recipe.window
        self.fingerprint = fingerprint_of(recipe, revision_of(model), _width(half))
        self.runs = f"{device}, {_width(half)}, sentence-transformers"
        self._recipe = recipe
        # On a CPU one text a call, as above; on a GPU batches, whose vectors differ in the last bits with the company.
        self._batch = 1 if device == "cpu" else GPU_BATCH
        self._model = load_original(model, device=device, threads=threads, half=half)
        self._model.max_seq_length = recipe.window
        self.dimensions = int(self.question("ready").shape[0])

    def passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return self._encode(list(texts), self._recipe.passage_prompt)

    def question(self, text: str) -> Vectors:
        vector: Vectors = self._encode([text], self._recipe.question_prompt)[0]
        return vector

    def _encode(self, texts: list[str], prompt: str) -> Vectors:
        with _telling_memory():
            found = self._model.encode(
                texts,
                prompt=prompt,  # an empty one too: without it the model's own default would come in
                batch_size=self._batch,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.ascontiguousarray(found, dtype=np.float32)


class QuickQuestions:
    """Passages on a GPU, questions through the fp32 copy on the CPU: a search need not wait seconds for torch.

    The two agree to a cosine of .9999, so the fingerprint is the GPU's.
    """

    def __init__(
        self, quick: OnnxEmbedder, original: Callable[[], TorchEmbedder], fingerprint: str, *, runs: str
    ) -> None:
        self.tokenizer = quick.tokenizer
        self.window = quick.window
        self.dimensions = quick.dimensions
        self.fingerprint = fingerprint
        self.runs = runs
        self._quick = quick
        self._open = original
        self._original: TorchEmbedder | None = None
        self._opening = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        with self._opening:
            if self._original is None:
                self._original = self._open()
        return self._original.passages(texts)

    def question(self, text: str) -> Vectors:
        return self._quick.question(text)


def choose_device(device: str) -> str:
    """ "cpu", "cuda" or "mps" for a wish; "auto" looks for signs of a GPU before it pays for importing torch."""
    if device == "cpu":
        return "cpu"
    if device not in ("auto", "cuda", "mps"):
        raise ModelError(f"device {device!r} is not known", remedy="use auto, cpu, cuda or mps")
    if device == "auto" and not _signs_of_cuda():
        return "mps" if _signs_of_mps() else "cpu"
    _stay_offline()
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        return "cuda" if there["cuda"] else "cpu"
    if not there[device]:
        raise ModelError(f"this machine, or the torch installed on it, has no {device}", remedy="set device to auto")
    return device


def available_cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_copy(copy: Path) -> dict[str, Any]:
    """What a fast copy says of itself; a copy that is not whole is a ModelError."""
    facts = read_json(copy / COPY) or {}
    graph = copy / GRAPH
    if not {"revision", "precision", "sha256"} <= facts.keys() or not graph.is_file():
        raise damaged_copy(copy)
    if sha256_of(graph) != facts["sha256"]:  # 15 ms for the int8 copy; a flipped bit would spoil an index unseen
        raise damaged_copy(copy)
    return facts


def damaged_copy(copy: Path) -> ModelError:
    """The error of a fast copy that cannot be used."""
    return ModelError(
        f"the fast copy of the embedding model is damaged ({copy})", remedy="delete that folder; ragd makes it anew"
    )


def open_session(graph: Path) -> Any:
    """An ONNX Runtime session for one text a call on the caller's own thread."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    try:
        # The fused SkipLayerNormalization of ONNX Runtime's CPU kernels takes seven times as long as the Add and the
        # LayerNormalization that it replaces (4.3 of 21 ms a text against 0.6).
        return onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
        )
    except onnx_errors() as error:
        raise ModelError(
            f"the fast copy of the embedding model does not load here ({first_line(error)})",
            remedy=f"delete {graph.parent}; ragd makes it anew",
        ) from error


def onnx_errors() -> tuple[type[Exception], ...]:
    """ONNX Runtime's exceptions, which have no common parent of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # type: ignore[import-untyped]

    found = (value for value in vars(state).values() if isinstance(value, type))
    return (RuntimeError, *(value for value in found if issubclass(value, Exception)))


def load_original(model: Path, *, device: str, threads: int, half: bool) -> Any:
    """The sentence-transformers model of a folder. Nothing is looked up outside the folder, no code in it is run."""
    _stay_offline()
    with _quietly(), _telling_memory():
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        if device == "cpu":
            torch.set_num_threads(threads)
        arguments = {"dtype": torch.float16} if half else {"dtype": torch.float32}
        try:
            original = SentenceTransformer(
                str(model), device=device, local_files_only=True, trust_remote_code=False, model_kwargs=arguments
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, SafetensorError) as error:
            raise ModelError(
                f"the model in {model} cannot be loaded ({first_line(error)})",
                remedy="fetch or copy it again, or choose another with `ragd config`",
            ) from error
        return original.eval()


def _stay_offline() -> None:
    # Read by huggingface_hub when it is imported. Nothing here has a reason to ask a hub for anything.
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(name, "1")


@contextmanager
def _quietly() -> Iterator[None]:
    """transformers draws progress bars and warns about its own future; neither is for a person who asked a question."""
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging

    before = logging.get_verbosity()
    bars = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _telling_memory() -> Iterator[None]:
    """Running out of memory comes as several exceptions with one meaning."""
    remedy = "close other programs, choose a smaller model, or set device to cpu and threads to fewer"
    try:
        yield
    except MemoryError as error:
        raise ModelError("memory ran out in the embedding model", remedy=remedy) from error
    except Exception as error:  # only looked at: it flies on where it is anything else
        words = ("out of memory", "can't allocate", "failed to allocate", "bad_alloc", "allocate memory")
        if not any(word in str(error).lower() for word in words):
            raise
        raise ModelError("memory ran out in the embedding model", remedy=remedy) from error


def _width(half: bool) -> str:
    return "fp16" if half else "fp32"


def _signs_of_cuda() -> bool:
    return any(Path(sign).exists() for sign in ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg"))


def _signs_of_mps() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
    return unit
