"""Whether a passage answers a question, and with which words: read by one small model that sees both together."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragd.records import Verdict

WINDOW = 256  # tokens of question and passage together, special ones included
QUESTION = 64  # tokens of the question at most
HEAD = 48  # tokens of what stands above a passage


class Judge:
    """A cross-encoder with three heads over its hidden states: yes, where the answer starts, where it ends.

    Question answering with the option of none, as Devlin et al. 2019 (section 4.3) do it on SQuAD 2.0. Safe to share
    between threads.
    """

    def __init__(self, copy: Path, *, threads: int) -> None:
        """`copy` is the folder that `models.judge.judge_copy` made."""
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a passage a call and a thread, as in index/embed.py
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(copy / "model.onnx"),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        with np.load(copy / "heads.npz") as heads:
            self._span, self._span_bias = heads["span.weight"], heads["span.bias"]  # (2, d), (2,)
            self._yes, self._yes_bias = heads["yes.weight"], heads["yes.bias"]  # (1, d), (1,)
        self._tokenizer = Tokenizer.from_file(str(copy / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._threads = threads

    def verdicts(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict a passage, given as what stands above it and its text; answers are looked for in the text.

        What does not fit the window is not seen.
        """
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION]
        with ThreadPoolExecutor(self._threads, thread_name_prefix="ragd-judge") as callers:
            return list(callers.map(lambda passage: self._verdict(asked, passage), passages))

    def _verdict(self, asked: list[int], passage: tuple[str, str]) -> Verdict:
        head, text = passage
        above = self._tokenizer.encode(head, add_special_tokens=False).ids[:HEAD]
        read = self._tokenizer.encode(text, add_special_tokens=False)
        start, end = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        first = len(asked) + 2 + len(above)
        shown = read.ids[: WINDOW - first - 1]
        ids = np.array([[start, *asked, end, *above, *shown, end]], dtype=np.int64)
        hidden = self._session.run(None, {"input_ids": ids})[0][0]  # (tokens, d)
        yes = float((hidden[0] @ self._yes.T + self._yes_bias)[0])
        scores = hidden @ self._span.T + self._span_bias  # (tokens, 2): starts and ends here
        none = float(scores[0].sum())
        return Verdict(yes, _best(scores[first : first + len(shown)] - none / 2, read.offsets))


def _best(scores: NDArray[np.float32], offsets: Sequence[tuple[int, int]]) -> tuple[tuple[int, int, float], ...]:
    """The likeliest spans of at most 24 tokens that do not overlap, best first."""
    if not len(scores):
        return ()
    starts = np.argsort(-scores[:, 0])[:8]
    found: list[tuple[float, int, int]] = []
    for start in starts:
        ends = scores[start : start + 24, 1]
        end = int(start) + int(ends.argmax())
        found.append((float(scores[start, 0] + ends.max()), int(start), end))
    chosen: list[tuple[float, int, int]] = []
    for score, start, end in sorted(found, reverse=True):
        if all(end < a or start > b for _, a, b in chosen):
            chosen.append((score, start, end))
    return tuple((offsets[start][0], offsets[end][1], score) for score, start, end in chosen[:3])
