"""What a person typed becomes a query: several words need no quotes, and `-word` is no option."""

import re
from collections.abc import Sequence

_NUMBER_OPTION = re.compile(r"-n\d*")
_WITHOUT = re.compile(r"-[^-\s]\S+|-[^-\s]*\s.*", re.DOTALL)  # one dash and at least two characters
_FILTER = re.compile(r"(-?[a-z]+:|-)?(.*)", re.DOTALL | re.IGNORECASE)


def options_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with words such as `-soup` and `-from:dana` behind `--`, so that they are not taken for options."""
    arguments = list(arguments)
    at = arguments.index("--") if "--" in arguments else len(arguments)
    before, after = arguments[:at], arguments[at + 1 :]
    without = [one for one in before if _WITHOUT.fullmatch(one) and not _NUMBER_OPTION.fullmatch(one)]
    return [*(one for one in before if one not in without), "--", *without, *after]


def query_of(words: Sequence[str]) -> str:
    """One query of several words. The shell took the quotes off `from:"Dana Visser"` and "tax office"; they return.

    A single word is a whole query: `ragd search 'tax office'` asks for two words, not for a phrase.
    """
    return words[0] if len(words) == 1 else " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    filtered = _FILTER.fullmatch(word)
    if filtered is None or '"' in word or not re.search(r"\s", filtered[2]):
        return word
    return f'{filtered[1] or ""}"{filtered[2]}"'
