"""The word index: which passages share words with a question, and how much (BM25), kept by tantivy.

A row is a passage: `(key, ordinal)`. Every score is the sum of the BM25 scores (k1 1.2, b .75) of the question's words
in the passage and, with a small weight, in the title; it depends on the question, the passage and the collection only.
"""

import json
import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragd.errors import RagdError

if TYPE_CHECKING:
    import tantivy

Row = tuple[int, int]  # (key, ordinal)

# The number is raised when tokens change: an index made with other tokens is then refused, and built anew.
TOKENIZER = "ragd-1"
TITLE_WEIGHT = 0.3
LONGEST_QUESTION = 64  # words; of a pasted page the rarest are kept
FEW_KEYS = 5_000  # up to here tantivy filters (15 ms for 5,000 keys); above, searching deeper and dropping is faster
ORDINAL_BITS = 24
K1 = 1.2

# Question words too: without them words alone lost .017 nDCG@10 (design, section 5).
STOP_WORDS = """
a about am an and any are as at be been being but by can could d did do does doing done don down for from had
has have having he her here hers him his how i if in into is isn it its just ll m me more most my no nor not of
off on only or our ours out over own re s same she should so some such t than that the their theirs them then
there these they this those through to too under until up us ve very was we were what when where which while who
whom whose why will with would you your yours
"""

# Scripts that put no space between words are cut into overlapping pairs of letters, as Lucene's CJK analyser does.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
UNPAIRED = re.compile("[\ud800-\udfff]")  # half a character: tantivy takes none
# A word to mark goes on through the marks of Hebrew, Arabic and the scripts of India, which are no letters to `re`.
WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f\u0591-\u05bd\u0610-\u065f\u0900-\u0dff\u200c\u200d])*")


class WordsDamaged(RagdError):
    """The word index on the disk cannot be used; it is built anew from the catalog."""


@dataclass(frozen=True, slots=True)
class WordRow:
    """A passage to index: the words of `header` and `body` count fully, those of `title` a little more."""

    key: int
    ordinal: int
    title: str
    header: str
    body: str


class Words:
    """The passages' words. Any number of processes read; one, which the caller's lock names, writes."""

    @classmethod
    def open(cls, folder: Path) -> "Words":
        """The index in `folder`, an empty one where there is none; WordsDamaged if what lies there is not usable."""
        return cls(folder)

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._folder = folder
        self._tantivy = tantivy
        self._schema = _schema()
        self._stems = _analyzer()
        self._asked = _analyzer(stop_words=STOP_WORDS.split())
        self._writer: tantivy.IndexWriter | None = None
        self._beside: tempfile.TemporaryDirectory[str] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, str(folder if os.access(folder, os.W_OK) else self._shadow()))
            self._index.register_tokenizer(TOKENIZER, self._stems)
            self._index.config_reader("manual")
        except (ValueError, OSError) as error:
            raise WordsDamaged(f"the word index cannot be read ({error})", remedy="ragd sync builds it anew") from error
        self.reload()

    def _shadow(self) -> Path:
        """A folder of links to the index's files: tantivy locks a file to read, which it cannot in a closed folder."""
        self._beside = tempfile.TemporaryDirectory(prefix="ragd-words-")
        shadow = Path(self._beside.name)
        for file in self._folder.iterdir():
            if file.suffix != ".lock":
                (shadow / file.name).symlink_to(file)
        return shadow

    def __enter__(self) -> "Words":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def add(self, rows: Iterable[WordRow]) -> None:
        """Rows to be found after the next commit. Never half a document between two commits: that is the caller's."""
        writer = self._writing()
        for row in rows:
            document = self._tantivy.Document()
            document.add_unsigned("key", row.key)
            document.add_unsigned("row", _pack((row.key, row.ordinal)))
            document.add_text("body", _spaced(f"{row.header}\n{row.body}"))
            document.add_text("title", _spaced(row.title))
            writer.add_document(document)

    def delete(self, keys: Iterable[int]) -> None:
        """Drop all rows of these keys at the next commit; unknown keys are no error.

        By query: in tantivy-py 0.27 `delete_documents_by_term` finds no unsigned number and says nothing.
        """
        gone = list(keys)
        if gone:
            query = self._tantivy.Query.term_set_query(self._schema, "key", gone)
            self._writing().delete_documents_by_query(query)

    def commit(self) -> None:
        """Make what was added and deleted visible and lasting (synced to the disk) in one step."""
        if self._writer is not None:
            self._writer.commit()
        self.reload()

    def rollback(self) -> None:
        """Drop what was not committed."""
        if self._writer is not None:
            self._writer.rollback()

    def close(self) -> None:
        """Let go of the writer's lock; what was not committed is dropped."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer.wait_merging_threads()
            self._writer = None
        if self._beside is not None:
            self._beside.cleanup()
            self._beside = None

    def _writing(self) -> "tantivy.IndexWriter":
        if self._writer is None:
            try:
                # One thread keeps rows in the order of arrival; 50 MB hold about 20,000 passages before a flush.
                self._writer = self._index.writer(50_000_000, 1)
            except ValueError as error:
                raise WordsDamaged(f"the word index cannot be written ({error})", remedy="try again") from error
        return self._writer

    # Reading

    def reload(self) -> None:
        """See the newest commit, this process's or another's (under 1 ms)."""
        try:
            self._index.reload()
            self._searcher = self._index.searcher()
            segments = json.loads((self._folder / "meta.json").read_bytes())["segments"]
        except (ValueError, OSError) as error:
            raise WordsDamaged(f"the word index cannot be read ({error})", remedy="ragd sync builds it anew") from error
        # With the deleted rows that no merge has removed: tantivy's statistics count them.
        self._total = sum(segment["max_doc"] for segment in segments)

    def rows(self) -> int:
        """How many rows can be found."""
        return self._searcher.num_docs

    def keys(self) -> set[int]:
        """The keys that have rows."""
        return {key for key, _ in self._all(self._tantivy.Query.all_query())}

    def deleted(self) -> int:
        """How many deleted rows are still in the files and in the statistics that scores are made of."""
        return int(self._total - self._searcher.num_docs)

    def search(self, question: str, limit: int, *, keys: Collection[int] | None = None) -> list[tuple[int, int, float]]:
        """The best `limit` rows as (key, ordinal, BM25), best first; equal scores by key, then ordinal.

        `keys` keeps only the rows of these documents and changes no score.
        """
        query = self._question(question)
        if query is None or limit < 1 or (keys is not None and not keys):
            return []
        allowed: Callable[[int], bool] = lambda key: True  # noqa: E731
        if keys is not None and len(keys) <= FEW_KEYS:
            query = self._only(query, "key", keys)
        elif keys is not None:
            allowed = frozenset(keys).__contains__
        return [(*_unpack(row), score) for row, score in self._best(query, limit, allowed)]

    def scores(self, question: str, rows: Collection[Row]) -> dict[Row, float]:
        """The same BM25 for given rows; a row that shares no word with the question is left out (its score is 0)."""
        query = self._question(question)
        if query is None or not rows:
            return {}
        packed = [_pack(row) for row in rows]
        found = self._hits(self._only(query, "row", packed), len(packed))
        return {_unpack(row): score for row, score in found}

    def ceiling(self, question: str) -> float:
        """What no passage can exceed: the sum of idf * (k1 + 1) over the question's words, in body and title."""
        total = 0.0
        for term, times in self.terms(question).items():
            total += times * (self._rarity("body", term) + TITLE_WEIGHT * self._rarity("title", term))
        return total * (K1 + 1)

    def containing(self, phrase: str) -> set[Row]:
        """The rows with these words in this order (stems, no letter case): a superset of the exact matches."""
        query = self._in_order(phrase)
        return self._all(query) if query else set()

    def spelled(self, phrases: Iterable[str], numbers: Collection[str]) -> set[Row]:
        """The rows that have one of the phrases as `containing` finds it, or one of the numbers as a word."""
        make, occur = self._tantivy.Query, self._tantivy.Occur
        queries = [query for phrase in phrases if (query := self._in_order(phrase))]
        queries += [make.term_set_query(self._schema, "body", list(numbers))] if numbers else []
        return self._all(make.boolean_query([(occur.Should, query) for query in queries])) if queries else set()

    def holding(self, phrase: str, rows: Collection[Row]) -> set[Row]:
        """The given rows that have these words in this order, as `containing` finds them."""
        query = self._in_order(phrase)
        if query is None or not rows:
            return set()
        packed = [_pack(row) for row in rows]
        return {_unpack(row) for row, _ in self._hits(self._only(query, "row", packed), len(packed))}

    def matching(self, phrases: Collection[str], without: Collection[str]) -> set[Row] | None:
        """The rows with all the phrases and none of the words in `without`; None where nothing is asked."""
        if not phrases and not without:
            return None
        wanted = [self.containing(phrase) for phrase in phrases]
        rows = set.intersection(*wanted) if wanted else self._all(self._tantivy.Query.all_query())
        return rows.difference(*(self.containing(word) for word in without))

    def marked(self, text: str, question: str) -> list[tuple[int, int]]:
        """Where the question's words stand in `text`: (start, end) in code points, in order, not overlapping."""
        terms = set(self.terms(question))
        spans = []
        for match in WORD.finditer(text):
            if terms & set(self._stems.analyze(_spaced(match[0]))):
                spans.append(match.span())
        pairs = [pair for run in UNSPACED.finditer(text) for pair in _pairs(run[0], run.start()) if pair[0] in terms]
        return _merged(sorted(spans + [(start, end) for _, start, end in pairs]))

    def stems(self, text: str) -> list[str]:
        """The words of a text as the index has them, stop words too."""
        return list(self._stems.analyze(_spaced(text)))

    def rarity(self, term: str) -> float:
        """How rare a word of the index is among the passages: 0 where none has it."""
        return self._rarity("body", term)

    # Queries

    def terms(self, question: str) -> dict[str, int]:
        """The question's words as the index has them, and how often it says each (a long question's repeated word is
        its subject: nDCG@10 .492 to .542 on cacm). Stop words only where there is nothing else."""
        text = _spaced(question)
        terms = Counter(self._asked.analyze(text) or self._stems.analyze(text))
        if len(terms) <= LONGEST_QUESTION:
            return terms
        rarest = sorted(terms, key=lambda term: (self._searcher.doc_freq("body", term), term))[:LONGEST_QUESTION]
        return {term: terms[term] for term in rarest}

    def _question(self, question: str) -> "tantivy.Query | None":
        make, occur = self._tantivy.Query, self._tantivy.Occur
        parts = []
        for term, times in self.terms(question).items():
            for field, weight in (("body", 1.0), ("title", TITLE_WEIGHT)):
                one = make.term_query(self._schema, field, term)
                parts.append((occur.Should, make.boost_query(one, times * weight)))
        return make.boolean_query(parts) if parts else None

    def _in_order(self, phrase: str) -> "tantivy.Query | None":
        words, make = self.stems(phrase), self._tantivy.Query
        if len(words) < 2:
            return make.term_query(self._schema, "body", words[0]) if words else None
        return make.phrase_query(self._schema, "body", list(words))

    def _only(self, query: "tantivy.Query", field: str, values: Collection[int]) -> "tantivy.Query":
        """The query among rows whose field has one of the values; at score 0, so that no filter changes a score."""
        make, occur = self._tantivy.Query, self._tantivy.Occur
        among = make.const_score_query(make.term_set_query(self._schema, field, list(values)), 0.0)
        return make.boolean_query([(occur.Must, query), (occur.Must, among)])

    def _rarity(self, field: str, term: str) -> float:
        """BM25's idf, as tantivy (and Lucene) have it."""
        with_term = self._searcher.doc_freq(field, term)
        return log(1 + (self._total - with_term + 0.5) / (with_term + 0.5)) if with_term else 0.0

    # Hits

    def _best(self, query: "tantivy.Query", limit: int, allowed: Callable[[int], bool]) -> list[tuple[int, float]]:
        """The best allowed rows. Looks deeper until the cut does not go through rows of equal score, whose order in
        tantivy is that of its files and would differ between two indexes of the same documents."""
        total = self._searcher.num_docs
        depth = limit + 56
        while True:
            hits = self._hits(query, min(depth, total))
            kept = [hit for hit in hits if allowed(hit[0] >> ORDINAL_BITS)]
            exhausted = len(hits) < depth
            if exhausted or (len(kept) >= limit and hits[-1][1] < kept[limit - 1][1]):
                return sorted(kept, key=lambda hit: (-hit[1], hit[0]))[:limit]
            depth *= 4

    def _hits(self, query: "tantivy.Query", limit: int) -> list[tuple[int, float]]:
        if limit < 1:
            return []
        searcher = self._searcher
        hits = searcher.search(query, limit, count=False).hits
        rows: list[Any] = searcher.fast_field_values("row", [address for _, address in hits])
        return [(row, score) for row, (score, _) in zip(rows, hits, strict=True)]

    def _all(self, query: "tantivy.Query") -> set[Row]:
        constant = self._tantivy.Query.const_score_query(query, 0.0)
        return {_unpack(row) for row, _ in self._hits(constant, self._searcher.num_docs)}


def _schema() -> "tantivy.Schema":
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True)
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name=TOKENIZER, index_option="position")
    builder.add_text_field("title", tokenizer_name=TOKENIZER, index_option="freq")
    return builder.build()


def _analyzer(*, stop_words: Collection[str] = ()) -> "tantivy.TextAnalyzer":
    """Letters and digits, lower case, no accents, English stems. Over 60 bytes it is data, not a word."""
    import tantivy

    make = tantivy.Filter
    steps = [make.remove_long(60), make.lowercase(), make.ascii_fold()]
    steps += [make.custom_stopword(list(stop_words))] if stop_words else []
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in [*steps, make.stemmer("english")]:
        builder = builder.filter(step)
    return builder.build()


def _pack(row: Row) -> int:
    return row[0] << ORDINAL_BITS | row[1]


def _unpack(row: int) -> Row:
    return row >> ORDINAL_BITS, row & ((1 << ORDINAL_BITS) - 1)


def _spaced(text: str) -> str:
    """Composed letters, and the words of scripts without spaces as pairs of letters that the tokenizer can split."""
    text = unicodedata.normalize("NFC", UNPAIRED.sub(" ", text))
    return UNSPACED.sub(lambda run: f" {' '.join(pair for pair, _, _ in _pairs(run[0], 0))} ", text)


def _pairs(run: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """Overlapping pairs of letters with their place; marks above and below letters do not count."""
    letters = [(letter, offset + at) for at, letter in enumerate(run) if letter.isalnum()]
    if len(letters) == 1:
        yield letters[0][0], letters[0][1], letters[0][1] + 1
    for (first, start), (second, end) in pairwise(letters):
        yield first + second, start, end + 1


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
