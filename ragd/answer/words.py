"""The words that carry a text's meaning: stemmed, without the small words that every text has."""

import re
import unicodedata
from functools import lru_cache

# Small words of English and its neighbours, and the words that only ask. They decide nothing about support.
_SMALL = """
a about above after again all also although am an and another any anybody anyone anything are as at away be because
been before being below between both but by can could did do does doing done down during each either else ever
every everyone few for from further get gets getting give given gives go goes going gone got had has have having he
her here hers herself him himself his how however i if in into is it its itself just know let like made make makes
making many may maybe me mine more most much must my myself of off often on once only onto or other others our ours
out over own per please quite rather really said same say says shall she should since so some somebody someone
something still such take taken takes tell than that the their theirs them themselves then there these they thing
things this those though through thus to too under until up upon us used using very via was we were what whatever
when where whether which while who whom whose why will with within would yes yet you your yours yourself
de het een en van op te dat die dit voor met aan bij naar uit om zijn is was wat wie waar wanneer hoe welke
der die das den dem des ein eine einer eines einem einen und oder von zu im mit auf für ist sind war wer wann wo wie
le la les un une des du et ou au aux dans pour par sur avec est sont qui que quoi quand où comment quel quelle
el los las una y o del al en por para con es son quien cuando donde como cual
"""
_NEGATIONS = """
no not none never nor neither nobody nothing nowhere without cannot except excluding excludes excluded exclude
exclusion excl unless lacks lacking refused declined n't niet geen nooit zonder nicht kein keine keinen nie ohne
pas jamais sans aucun nunca sin ninguno
"""
SMALL = frozenset(_SMALL.split())
NEGATIONS = frozenset(_NEGATIONS.split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English stem of a word; other languages keep their words nearly whole, which is the safe side.

    Without accents: people leave them out when they ask.
    """
    word = fold(word)
    word = word[:-2] if word.endswith("'s") else word
    return str(_stemmer().stemWord(word))


def fold(text: str) -> str:
    """A text without letter case and accents."""
    plain = text.casefold().replace("’", "'")
    if plain.isascii():
        return plain
    bare = "".join(one for one in unicodedata.normalize("NFD", plain) if not unicodedata.combining(one))
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer("english")


def tokens(text: str) -> list[str]:
    """The words of a text as they are written."""
    return _WORD.findall(text)


def content(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, with repetitions. Numbers count as words here."""
    found = (word.casefold().replace("’", "'") for word in tokens(text))
    return [stem(word) for word in found if word not in SMALL and word not in NEGATIONS and not word.endswith("n't")]


def negated(text: str) -> bool:
    """Whether a clause denies: "does not cover", "is excluded", "geen", "kein"."""
    found = (word.casefold().replace("’", "'") for word in tokens(text))
    return any(word in NEGATIONS or word.endswith("n't") for word in found)


def clauses(text: str) -> list[str]:
    """A sentence in the parts that can be denied on their own."""
    parts = re.split(r"[,;:()\n—–]\s+|\s+(?:but|although|though|whereas|however|while|and)\s+", text)
    return [part for part in parts if part.strip()]
