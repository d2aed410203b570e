"""The embedder that a configuration names: its tokenizer at once, the model itself when something is to be embedded."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import cast

from ragd.config import Config
from ragd.errors import RagdError
from ragd.index import vectors
from ragd.index.catalog import Catalog
from ragd.index.chunk import Chunker
from ragd.index.embed import Embedder, Precision, choose_device, open_embedder
from ragd.index.recipe import load_tokenizer, read_recipe
from ragd.models import convert, known


class Embedding:
    """One model, one device, one precision. Opened once; safe to ask again."""

    def __init__(self, config: Config, models_home: Path) -> None:
        self._config = config
        self._models_home = models_home
        self._embedder: Embedder | None = None
        self._opening = threading.Lock()
        self._early: threading.Thread | None = None

    @cached_property
    def folder(self) -> Path:
        """The model's folder. Raises ModelError where there is none."""
        return known.resolve(self._config.embedder, self._models_home)

    @cached_property
    def chunker(self) -> Chunker:
        """Cuts documents for this model. Needs its tokenizer only, so that words need not wait for the model."""
        words = (self.folder / "tokenizer.json").read_bytes()
        name = hashlib.sha256(words).hexdigest()[:8]
        return Chunker(load_tokenizer(self.folder), read_recipe(self.folder).window, name)

    def open(self, say: Callable[[str], None]) -> Embedder:
        """The embedder, ready. The first time on a CPU a fast copy of the model is made, which `say` is told."""
        with self._opening:
            if self._embedder is None:
                self._embedder = open_embedder(
                    self.folder,
                    convert.fast_copy(self.folder, self._models_home, precision=self._of_copy(), say=say),
                    device=self._config.device,
                    threads=self._config.threads,
                    precision=cast(Precision, self._config.precision),
                )
            return self._embedder

    def foresee(self) -> None:
        """Open the embedder in a thread, and the store of its vectors with it, so that who asks later need not wait.

        Not where a copy must be made first: that takes half a minute and is told. An error is for who asks.
        """
        if self._early is None:
            self._early = threading.Thread(target=self._open_early, name="ragd-foresee", daemon=True)
            self._early.start()

    def close(self) -> None:
        """Wait for what is being opened: a process that ends while ONNX Runtime starts its threads is aborted by it."""
        if self._early is not None:
            self._early.join()

    def _open_early(self) -> None:
        with suppress(RagdError, OSError, ImportError):
            if convert.nothing_to_make(self.folder, self._models_home, precision=self._of_copy()):
                self.open(lambda line: None)
                vectors.load()

    def _of_copy(self) -> str:
        # On a GPU passages go through sentence-transformers; a question is ready sooner on an exact copy.
        return self._config.precision if choose_device(self._config.device) == "cpu" else "fp32"

    def space(self, catalog: Catalog, embedder: Embedder) -> int:
        """The space of this embedder's vectors; the first one is searched at once, a later one when it is filled."""
        space = catalog.spaces.of(embedder.fingerprint, wish=self._wish(), dimensions=embedder.dimensions)
        if catalog.setting("space") is None:
            catalog.put("space", str(space))
        return space

    def is_satisfied(self, catalog: Catalog) -> bool:
        """Whether nothing is owed to this model: told without opening it, which takes a third of a second."""
        space = catalog.setting("space")
        if space is None:
            return catalog.word_rows() == 0
        spaces = catalog.spaces
        return spaces.wish(int(space)) == self._wish() and (
            spaces.is_nothing_owed(int(space)) or not spaces.owed(int(space), limit=1)
        )

    def _wish(self) -> str:
        """What decides which model is opened, cheaply: where any of it changes, the fingerprint is looked at."""
        weights = sorted(self.folder.rglob("*.safetensors"))
        sizes = [path.stat().st_size for path in weights]
        return f"{self._config.embedder} {sizes} {self._config.device} {self._config.precision}"
