"""Texts become a model's tokens, and each different word is read by the tokenizer once.

Reading 1.6 MB of English took the tokenizer .6 s (4 % of the time that embedding it takes), and only one word in
fifteen is new: the others are looked up, which takes a third of that.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

KEPT_WORDS = 100_000  # about 20 MB
GAPS = " \n"  # between words;
WORD = re.compile(rf"[^{GAPS}]+")  # other white space stays inside: some of it is a control character to a tokenizer


class Measured(NamedTuple):
    """Where the words of a text begin, in code points, and how many tokens stand before each; last, how many in all."""

    starts: Sequence[int]
    before: Sequence[int]


class Tokens:
    """Reads texts exactly as a tokenizer does. Safe to share between threads."""

    def __init__(self, tokenizer: Any) -> None:
        """`tokenizer` is a tokenizers.Tokenizer that neither truncates nor pads."""
        self._tokenizer = tokenizer
        self._apart = reads_words_apart(tokenizer)
        self._known: dict[str, tuple[int, ...]] = {}  # the ids of a word's tokens
        self._before, self._after = _special_around(tokenizer)

    def ids(self, text: str) -> list[int]:
        """The ids of a text's tokens, without special ones."""
        if not self._apart:
            return list(self._tokenizer.encode(text, add_special_tokens=False).ids)
        words = WORD.findall(text)
        return list(chain.from_iterable(map(self._learned(words).__getitem__, words)))

    def measured(self, texts: Sequence[str]) -> Iterator[Measured]:
        """How many tokens stand where in each text, without special ones; a tokenizer's tokens may be its words."""
        if self._apart:
            yield from map(self._measured, texts)
            return
        for read in self._tokenizer.encode_batch(list(texts), add_special_tokens=False):
            yield Measured([start for start, _ in read.offsets], range(len(read.offsets) + 1))

    def for_model(self, text: str, window: int) -> list[int]:
        """The ids of a text with the model's special tokens, at most `window`."""
        if not self._apart:
            return _for_model(self._tokenizer, text, window)
        room = window - len(self._before) - len(self._after)
        return [*self._before, *self.ids(text)[:room], *self._after]

    def _measured(self, text: str) -> Measured:
        words, starts = WORD.findall(text), [match.start() for match in WORD.finditer(text)]
        sizes = map(len, map(self._learned(words).__getitem__, words))
        return Measured(starts, list(accumulate(sizes, initial=0)))

    def _learned(self, words: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """What is known of words, of these for certain. Another thread may begin a new dictionary meanwhile."""
        known = self._known
        new = list(set(words).difference(known))
        if new and len(known) > KEPT_WORDS:
            known = self._known = {}
            new = list(set(words))
        if new:
            known.update(zip(new, self._read(new), strict=True))
        return known

    def _read(self, words: Sequence[str]) -> Iterator[tuple[int, ...]]:
        """The ids of each word's tokens, all read at once."""
        read = self._tokenizer.encode("\n".join(words), add_special_tokens=False)
        ids, starts = read.ids, [start for start, _ in read.offsets]
        first, begin = 0, 0
        for word in words:
            begin += len(word) + 1
            last = bisect_left(starts, begin, first)
            yield tuple(ids[first:last])
            first = last


def reads_words_apart(tokenizer: Any) -> bool:
    """Whether the tokens of a text are those of its words, one after the other: true of BERT's way of reading."""
    kinds = [type(part).__name__ for part in (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.model)]
    added = tokenizer.get_added_tokens_decoder().values()
    return kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"] and not any(
        token.lstrip or token.rstrip or token.single_word or len(token.content.split()) > 1 for token in added
    )


def _special_around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The special tokens before and after every text."""
    read = tokenizer.encode("a")
    own = [number for number, special in enumerate(read.special_tokens_mask) if not special]
    return read.ids[: own[0]], read.ids[own[-1] + 1 :]


def _for_model(tokenizer: Any, text: str, window: int) -> list[int]:
    ids: list[int] = tokenizer.encode(text).ids
    if len(ids) > window:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        encoding.truncate(window - tokenizer.num_special_tokens_to_add(False))
        ids = tokenizer.post_process(encoding).ids
    return ids
