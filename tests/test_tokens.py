"""A text's tokens are the same whether the tokenizer reads it whole or each of its words once."""

import sys
import threading
from bisect import bisect_left
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from ragd.index import tokens
from ragd.index.recipe import load_tokenizer
from ragd.index.tokens import Tokens, reads_words_apart
from ragd.models import known
from ragd.models.sample import texts_to_compare

TOKENIZER = load_tokenizer(known.file_of(known.known("all-MiniLM-L6-v2"), Path()).parent)
READER = Tokens(TOKENIZER)
ODD = " \n\t\r\x00\x1c\x85\xa0\u2028\u3000\u0301\u1100\u1161ΣσIİß[MASK]中éÅ’a.1\u200b\ufffd\U0001f600"
TEXTS = st.text() | st.text(alphabet=ODD) | st.lists(st.sampled_from([*ODD, "[CLS]", "unaffable", " "])).map("".join)


@given(text=TEXTS)
@example(text="a \u0301b")
@example(text="\x1c \x00\n[MASK] x[SEP]y\u200b")
def test_any_text_is_read_as_the_tokenizer_reads_it(text: str) -> None:
    whole = TOKENIZER.encode(text, add_special_tokens=False)
    assert READER.ids(text) == whole.ids
    (read,) = READER.measured([text])
    begins = [start for start, _ in whole.offsets]
    assert list(read.before) == [bisect_left(begins, start) for start in (*read.starts, len(text) + 1)]
    assert READER.for_model(text, 100_000) == TOKENIZER.encode(text).ids


def test_a_text_beyond_the_window_keeps_its_special_tokens() -> None:
    ids = READER.for_model("bicycle " * 600, 256)
    assert len(ids) == 256
    assert (ids[0], ids[-1]) == (101, 102)
    assert ids[1:255] == READER.ids("bicycle " * 254)


def test_the_words_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "KEPT_WORDS", 100)
    reader = Tokens(TOKENIZER)
    for number in range(0, 3000, 10):
        text = " ".join(f"w{each}" for each in range(number, number + 10))
        assert reader.ids(text) == TOKENIZER.encode(text, add_special_tokens=False).ids
        assert len(reader._known) <= 120


def test_threads_may_share_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "KEPT_WORDS", 50)
    reader = Tokens(TOKENIZER)
    texts = texts_to_compare()
    expected = [TOKENIZER.encode(text).ids for text in texts]
    wrong: list[str] = []

    def read() -> None:
        for text, ids in zip(texts, expected, strict=True):
            if reader.for_model(text, 100_000) != ids:
                wrong.append(text)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not wrong


def test_a_tokenizer_that_looks_across_words_reads_whole_texts() -> None:
    other = Tokenizer(Unigram([("<unk>", 0.0), ("▁a", -1.0), ("▁b", -1.0), ("▁a▁b", -0.5)], unk_id=0))
    other.pre_tokenizer = Metaspace(split=False)
    assert not reads_words_apart(other)
    reader = Tokens(other)
    assert reader.ids("a b") == other.encode("a b").ids == [3]
    assert [(list(starts), list(before)) for starts, before in reader.measured(["a b", "b"])] == [([0], [0, 1])] * 2
