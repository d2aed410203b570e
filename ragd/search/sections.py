"""Which sections a question names: by the words of their headings.

Who asks to "use the cash flow statement" means the section of that name, and every page around it has the words too.
What a heading adds depends on the question, the heading, the document's title and how rare words are in the
collection: no filter changes it.
"""

from collections.abc import Callable, Collection, Iterable

WEIGHT = 0.1  # set on tests/bench/filing_pages.toml
ENOUGH = 2  # words of a heading that the question says; one alone names a section half


class Sections:
    """One question against the headings that passages stand below."""

    def __init__(
        self, terms: Collection[str], terms_of: Callable[[str], Collection[str]], rarity: Callable[[str], float]
    ) -> None:
        """`terms` are the question's words as the word index has them, `terms_of` takes those of a heading."""
        self._terms = frozenset(terms)
        self._terms_of = terms_of
        self._rarity = rarity
        self._rare: dict[str, float] = {}
        self._known: dict[tuple[str, str], float] = {}

    def adds(self, headings: Iterable[str], title: str) -> float:
        """What the headings of a passage add to its score: the most that one of them does."""
        return WEIGHT * max((self._named(heading, title) for heading in headings), default=0.0)

    def _named(self, heading: str, title: str) -> float:
        """The share of a heading's words, by rarity, that the question says. Those of the title are every section's."""
        if (heading, title) not in self._known:
            words = frozenset(self._terms_of(heading)) - frozenset(self._terms_of(title))
            said = words & self._terms
            share = self._weight(said) / self._weight(words) if said else 0.0
            self._known[heading, title] = share * min(1.0, len(said) / ENOUGH)
        return self._known[heading, title]

    def _weight(self, words: Iterable[str]) -> float:
        for word in words:
            if word not in self._rare:
                self._rare[word] = self._rarity(word)
        return sum(self._rare[word] for word in sorted(words)) or 1.0
