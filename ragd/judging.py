"""The judge of answers, opened when a question is asked."""

import threading
from collections.abc import Callable
from pathlib import Path

from ragd.answer.judging import Judge
from ragd.config import Config
from ragd.index.embed import available_cores
from ragd.models.judge import judge_copy


class Judging:
    """One judge for a library. Safe to ask from threads."""

    def __init__(self, config: Config, models_home: Path) -> None:
        self._config = config
        self._models_home = models_home
        self._judge: Judge | None = None
        self._opening = threading.Lock()

    def open(self, say: Callable[[str], None]) -> Judge | None:
        """The judge, made ready for this machine the first time, which `say` is told; None where that cannot be."""
        with self._opening:
            if self._judge is None:
                copy = judge_copy(self._models_home, say=say)
                if copy is not None:
                    from ragd.search.rerank import Judge as Model

                    self._judge = Model(copy, threads=self._config.threads or available_cores()).verdicts
            return self._judge
