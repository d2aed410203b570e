"""The story of a search: candidates by words and by meaning, both scores of each, one order, a few a document."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from ragd import numbered, places
from ragd.index.catalog import View
from ragd.index.catalog.record import Stored
from ragd.index.catalog.standing import Standing
from ragd.index.words import Words
from ragd.records import Found, Hit
from ragd.search import codes, fuse, numbers
from ragd.search.names import EXACT, Naming
from ragd.search.query import Query, conditions, holds, matcher, unfiltered
from ragd.search.sections import Sections
from ragd.search.taken import A_SECTION, Taken

if TYPE_CHECKING:
    import numpy

    from ragd.index.vectors import Vectors

Row = tuple[int, int]  # (key, ordinal)
T = TypeVar("T")
CANDIDATES = 200  # of each kind; both scores of every candidate are computed, so the number changes no score
FEW_KEYS = 2_000  # up to here the vectors of the documents that a filter leaves are named; above, searched deeper


@dataclass(frozen=True, slots=True)
class Sought:
    """A question as the two indexes are asked it. `meaning` is None where only words can be searched."""

    query: Query
    meaning: "tuple[Vectors, numpy.ndarray] | None"


def retrieve(sought: Sought, view: View, words: Words, *, limit: int, a_section: int = A_SECTION) -> list[Hit]:
    """The best `limit` passages that the query's conditions leave, best first; equal scores by path, then start.

    At most `a_section` of those that stand on one page below one heading.
    """
    if not sought.query.words.strip():
        return _newest(sought.query, view, words, limit)
    sought = _aimed(sought, view, words)
    named = _Named(sought.query, view, words)
    depth = max(CANDIDATES, limit)
    while True:
        candidates = _candidates(sought, view, words, depth, named=named)
        hits = _hits(sought, view, words, candidates=candidates, limit=limit, a_section=a_section)
        if len(hits) >= limit or candidates.exhausted:
            return hits
        depth *= 4  # a few long documents hold all candidates: look past them


def _aimed(sought: Sought, view: View, words: Words) -> Sought:
    """The question's vector moved towards the two passages that answer it best, whatever the query's filters say."""
    if sought.meaning is None:
        return sought
    vectors, question = sought.meaning
    anywhere = Sought(unfiltered(sought.query), sought.meaning)
    candidates = _candidates(anywhere, view, words, CANDIDATES, named=None)
    passages = candidates.passages
    best = fuse.best(_scores(anywhere, view, words, candidates=candidates), fuse.FEEDBACK)
    known = vectors.cosines(question, {passages[row] for row in best})
    towards = vectors.vectors([passages[row] for row in best if passages[row] in known])
    return Sought(sought.query, (vectors, fuse.towards(question, towards)))


@dataclass(frozen=True, slots=True)
class _Candidates:
    words: Mapping[Row, int]  # row -> rank, from 1
    meaning: Mapping[Row, int]
    passages: Mapping[Row, int]
    named: Mapping[int, float]  # key -> what its names add to its score
    called: Mapping[int, frozenset[str]]  # key -> words of the question in its names
    written: Mapping[Row, frozenset[str]]  # codes of the question that a row has in any groups
    there: frozenset[Row]  # in the clause or on the page that is asked about, of the named documents
    exhausted: bool  # no more are to be had


def _candidates(sought: Sought, view: View, words: Words, depth: int, *, named: "_Named | None") -> _Candidates:
    passes = _Conditions(sought.query, view, words)
    by_words = _deep(lambda limit: _sharing(sought, words, passes.word_keys, limit), passes.rows, depth)
    by_meaning = _deep(lambda limit: _closest(sought, view, passes.keys, limit), passes.rows, depth)
    by_name = list(passes.rows(named.rows(sought, depth, among=passes.keys))) if named else []
    there = frozenset(passes.rows(named.numbered(among=passes.keys))) if named else frozenset[Row]()
    written = _written(sought.query, view, words, passes)
    exhausted = len(by_words) < depth and len(by_meaning) < depth
    by_words = list(dict.fromkeys([*by_words, *sorted(written)]))
    passages = view.passages_of_rows(dict.fromkeys([*by_words, *by_meaning, *by_name, *sorted(there)]))
    adds, called = named.look_at({key for key, _ in passages}) if named else ({}, {})
    return _Candidates(
        words={row: rank for rank, row in enumerate(by_words, start=1)},
        meaning={row: rank for rank, row in enumerate(by_meaning, start=1)},
        passages=passages,
        named=adds,
        called=called,
        written=written,
        there=there,
        exhausted=exhausted,
    )


class _Named:
    """The documents that a question names, as the snapshot has their names."""

    def __init__(self, query: Query, view: View, words: Words) -> None:
        self._view = view
        self._words = words
        self._naming = Naming(query.words, words.terms(query.words), words.stems)
        self._numbered = numbered.asked(query.words)
        needles = self._naming.needles
        self._places = self._naming.learn(view.names_with(needles), view.counts.of("places")) if needles else []

    def rows(self, sought: Sought, depth: int, *, among: Collection[int] | None) -> list[Row]:
        """Passages of the named documents: their first, and those that are closest to the question."""
        named = self._view.keys_of(self._places, depth)
        keys = {key for key in named if among is None or key in among}
        if not keys:
            return []
        by_words = _sharing(sought, self._words, keys, depth)
        return [*by_words, *_closest(sought, self._view, keys, depth), *((key, 0) for key in keys)]

    def numbered(self, *, among: Collection[int] | None) -> list[Row]:
        """Passages of the named documents in the clause or on the page that the question asks about by its number."""
        if self._numbered is None:
            return []
        keys = self._view.keys_of(self._places, CANDIDATES)
        return self._view.numbered([key for key in keys if among is None or key in among], self._numbered)

    def look_at(self, keys: Collection[int]) -> tuple[dict[int, float], dict[int, frozenset[str]]]:
        """Of each document what its names add to its score, the most one does, and the question's words in them."""
        most: dict[int, float] = {}
        said: dict[int, frozenset[str]] = {}
        for key, path, part in self._view.places_of(keys):
            most[key] = max(most.get(key, 0.0), self._naming.adds(path, part))
            said[key] = said.get(key, frozenset()) | self._naming.said(path, part)
        return most, said


def _sharing(sought: Sought, words: Words, keys: Collection[int] | None, limit: int) -> list[Row]:
    """Rows that share words with the question, best first."""
    return [(key, ordinal) for key, ordinal, _ in words.search(sought.query.words, limit, keys=keys)]


class _Conditions:
    """Which rows a query's conditions leave, of those that the snapshot knows."""

    def __init__(self, query: Query, view: View, words: Words) -> None:
        self._query = query
        self._view = view
        self.keys = view.keys_where(conditions(query)) if query.filters else None
        self._outside = view.rows_outside(conditions(query)) if query.filters else set[Row]()
        self.word_keys = self.keys and self.keys | view.shared.keys_in(self.keys)
        self._ending: dict[int, Row | None] = {}  # passages that end mails, and the mail that each is shown in
        # By stems and with the header: supersets, which the exact look at a passage and its title narrows.
        self._may_hold = words.matching(query.phrases, ())
        self._may_offend = set().union(*map(words.containing, query.without))

    def rows(self, rows: Collection[Row]) -> Iterator[Row]:
        """Those of the rows that pass, in their order; of signatures that are the same that of the newest mail."""
        named = [row for row in rows if self._may_hold is None or row in self._may_hold]
        passing = self._in_sight(named)
        doubtful = [row for row, as_named in passing.items() if self._query.phrases or as_named in self._may_offend]
        failing = {(one.key, one.ordinal) for one in self._view.stored(doubtful) if not self._passes(one)}
        yield from (row for row in passing if row not in failing)

    def _in_sight(self, rows: Sequence[Row]) -> dict[Row, Row]:
        """The chunks to show for rows of the word index, each with its row."""
        keys = {key for key, _ in rows}
        ending = self._view.shared.passages(keys)
        visible = self._view.visible(keys)
        covered = self._view.covered(visible)
        found: dict[Row, Row] = {}
        for row in rows:
            if row[0] in ending:
                shown = self._shown_at(ending[row[0]])
                found |= {shown: row} if shown else {}
            elif self.keys is not None and (row[0] not in self.keys or row in self._outside):
                continue
            elif row[0] in visible and row not in covered:
                found[row] = row
        return found

    def _shown_at(self, passage: int) -> Row | None:
        if passage not in self._ending:
            mails = self._view.shared.mails(passage)
            among = (row for row in mails if self.keys is None or row[0] in self.keys)
            self._ending[passage] = next(among, None)
        return self._ending[passage]

    def _passes(self, stored: Stored) -> bool:
        text = f"{stored.title or ''}\n{stored.chunk.text}"
        wanted = all(holds(text, phrase) for phrase in self._query.phrases)
        return wanted and not any(holds(text, word) for word in self._query.without)


def _deep(ask: Callable[[int], list[Row]], passing: Callable[[list[Row]], Iterable[Row]], wanted: int) -> list[Row]:
    """The first `wanted` rows that pass; asks for more until there are as many or no more."""
    depth = wanted
    while True:
        found = ask(depth)
        kept = list(passing(found))
        if len(kept) >= wanted or len(found) < depth:
            return kept[:wanted]
        depth *= 4


def _closest(sought: Sought, view: View, keys: Collection[int] | None, limit: int) -> list[Row]:
    """Rows by cosine, closest first; rows of one passage in the order of their keys."""
    if sought.meaning is None or (keys is not None and not keys):
        return []
    vectors, question = sought.meaning
    among = None
    if keys is not None and len(keys) <= FEW_KEYS:
        among = {passage for passage, *_ in view.passages_of_keys(keys)}
    found = vectors.search(question, limit, ids=among)
    rows: dict[int, list[Row]] = {}
    for passage, key, ordinal in view.rows_of_passages([passage for passage, _ in found]):
        rows.setdefault(passage, []).append((key, ordinal))
    closest = [row for passage, _ in found for row in rows.get(passage, [])]
    # As many as were found, so that the caller knows whether there are more; a passage without a row counts as one.
    return closest + [(-1, -1)] * max(0, len(found) - len(closest))


def _hits(
    sought: Sought, view: View, words: Words, *, candidates: _Candidates, limit: int, a_section: int
) -> list[Hit]:
    standing = view.standing(candidates.passages)
    scores = _in_place(sought, view, words, candidates=candidates, standing=standing)
    show, taken = (
        _Shown(view, matcher(sought.query)),
        Taken(
            candidates.passages,
            _sections(standing),
            view.days.of_keys({key for key, _ in candidates.passages}),
            view.length,
            a_section=a_section,
        ),
    )
    # Equal scores are ordered by path and start, which only the documents tell: those of the best rows are read.
    best = sorted(candidates.passages, key=lambda row: -scores[row])
    hits: list[Hit] = []
    for tied in _ties(best, scores):
        for stored, found in show.in_order([row for row in tied if taken.has_room(row)]):
            row = (stored.key, stored.ordinal)
            if taken.has_room(row):
                taken.add(row)
                hits.append(_hit(stored, found, scores[row], candidates))
        if len(hits) >= limit:
            break
    return hits[:limit]


def _sections(standing: Mapping[Row, Standing]) -> dict[Row, Hashable]:
    """What the eye sees together: a page, below the heading that a passage begins with or stands below."""
    return {row: (row[0], one.page, *one.headings[-1:]) for row, one in standing.items() if one.page is not None}


def _in_place(
    sought: Sought, view: View, words: Words, *, candidates: _Candidates, standing: Mapping[Row, Standing]
) -> dict[Row, float]:
    """The score of each candidate with what its place adds: the section that it stands in, the passages around it."""
    around = {
        row: [(row[0], row[1] - 1), (row[0], row[1] + 1)] for row, one in standing.items() if one.page is not None
    }
    more = view.passages_of_rows({row for rows in around.values() for row in rows} - candidates.passages.keys())
    passages = {**candidates.passages, **more}
    scores = _scores(sought, view, words, candidates=replace(candidates, passages=passages))
    sections = Sections(words.terms(sought.query.words), words.terms, words.rarity)
    full = {row: scores[row] + sections.adds(one.headings, one.title) for row, one in standing.items()}
    return {
        row: full.get(row, scores[row])
        + fuse.beside(scores[row], [scores[other] for other in around.get(row, ()) if other in passages])
        for row in candidates.passages
    }


def _scores(sought: Sought, view: View, words: Words, *, candidates: _Candidates) -> dict[Row, float]:
    passages, named = candidates.passages, candidates.named
    ending = view.shared.rows(passages.values())
    roles = view.shared.roles(row for row, passage in passages.items() if passage in ending)
    rows = {row: ending[passages[row]] if roles.get(row, "body") != "body" else row for row in passages}
    found = words.scores(sought.query.words, set(rows.values()))
    by_words = {row: found[as_named] for row, as_named in rows.items() if as_named in found}
    by_meaning: dict[Row, float] = {}
    if sought.meaning is not None:
        vectors, question = sought.meaning
        cosines = vectors.cosines(question, set(passages.values()))
        by_meaning = {row: cosines[passage] for row, passage in passages.items() if passage in cosines}
    fused = fuse.fuse(passages, by_words, by_meaning, ceiling=words.ceiling(sought.query.words), named=named)
    fused |= {row: min(fused[row], fuse.FOOT_MOST) for row, role in roles.items() if role == "foot"}
    fused |= {row: fused[row] - fuse.QUOTED for row in view.shared.quoted(passages)}
    exact = codes.Exact(sought.query.words, words.terms)
    indexed = set(rows.values())
    having = {code: words.holding(code, indexed) for code in exact.asked}
    for row, as_named in rows.items():
        said = candidates.written.get(row, frozenset()) | {code for code in exact.asked if as_named in having[code]}
        is_named = bool(exact.asked) and candidates.named.get(as_named[0], 0.0) >= EXACT
        called = candidates.called.get(as_named[0], frozenset())
        fused[row] += exact.adds(said, called=called, is_meant=is_named or row in candidates.there)
    return fused


def _written(query: Query, view: View, words: Words, passes: "_Conditions") -> dict[Row, frozenset[str]]:
    """Rows that pass and have a long number of the question in any groups, with the codes of it that it is made of."""
    asked = codes.codes_of(query.words)
    found: dict[Row, frozenset[str]] = {}
    for number in numbers.numbers_of(query.words) if asked else ():
        made_of = frozenset(code for code in asked if numbers.is_piece(code, number))
        rows = passes.rows(words.spelled(*numbers.spellings(number))) if made_of else ()
        for one in view.stored(rows):
            if numbers.stands_in(one.chunk.text, number):
                row = one.key, one.ordinal
                found[row] = found.get(row, frozenset()) | made_of
    return found


def _ties(rows: Iterable[Row], scores: Mapping[Row, float]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        if group and scores[row] != scores[group[0]]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


class _Shown:
    """Rows as they are shown; a document's facts are read once, of a conversation once a day."""

    def __init__(self, view: View, matches: Callable[[Found], bool]) -> None:
        self._view = view
        self._matches = matches
        self._documents: dict[tuple[int, str | None], Found | None] = {}

    def in_order(self, rows: Collection[Row]) -> list[tuple[Stored, Found]]:
        """By path, then start."""
        shown = []
        for stored in self._view.stored(rows):
            day = places.day_of(stored.chunk)
            if (stored.key, day) not in self._documents:
                self._documents[stored.key, day] = self._view.found(stored.key, self._matches, day=day)
            found = self._documents[stored.key, day]
            if found is not None:
                shown.append((stored, found))
        return sorted(shown, key=lambda one: (one[1].path, one[1].part or "", one[0].chunk.start))


def _hit(stored: Stored, found: Found, score: float, candidates: _Candidates) -> Hit:
    row, chunk = (stored.key, stored.ordinal), stored.chunk
    ranks = {
        name: among[row]
        for name, among in (("words", candidates.words), ("meaning", candidates.meaning))
        if row in among
    }
    if adds := candidates.named.get(stored.key):
        ranks["name"] = 1 + sum(other > adds for other in candidates.named.values())
    pages = places.pages_of(chunk, chunk.start, chunk.end)
    return Hit(
        chunk=chunk,
        document=found,
        score=score,
        ranks=ranks,
        place=places.describe(chunk, found, chunk.start, chunk.end),
        page=pages[0] if pages else None,
        lines=places.lines_of(chunk, chunk.start, chunk.end),
        pages=pages,
        rows=places.rows_of(chunk, chunk.start, chunk.end),
    )


def _newest(query: Query, view: View, words: Words, limit: int) -> list[Hit]:
    """Where a query has filters only: the newest documents that they leave, each by its first passage.

    A document in which a word stands that must not is left out whole.
    """
    show = _Shown(view, matcher(query))
    offending = _offending(query, view, words)
    rows = (row for row in view.newest(conditions(query)) if row[0] not in offending)
    nothing = _Candidates({}, {}, {}, {}, {}, {}, frozenset(), exhausted=True)
    listed = (one for row in rows for one in show.in_order([row]))
    return [_hit(stored, found, 0.0, nothing) for stored, found in islice(listed, limit)]


def _offending(query: Query, view: View, words: Words) -> set[int]:
    rows = set().union(*map(words.containing, query.without))
    for passage in view.shared.passages({key for key, _ in rows}).values():
        rows |= set(view.shared.mails(passage))
    texts = ((one.key, f"{one.title or ''}\n{one.chunk.text}") for one in view.stored(rows))
    return {key for key, text in texts if any(holds(text, word) for word in query.without)}
