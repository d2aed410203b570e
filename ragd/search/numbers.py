"""Telephone numbers, accounts and other long numbers of a question, found in whatever groups a text writes them.

"+442079460813" is "+44 20 7946 0813", and "(020) 7946 0813" to whoever writes within the country; an account may stand
in fours. The word index names the passages that may hold such a number; their text decides.
"""

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 8, 19  # digits; below, a number is a code like any other
COUNTRY = 3  # digits at the most that an international number has before the national one
GROUPED = 6  # digits at the end of a number by whose groups it is sought

RUN = re.compile(r"\+?\(?\d(?:[ \u00a0\u202f.()/–-]{0,3}\d)+")
GROUP = re.compile(r"\+?\d+")
TRUNK = re.compile(r"\(0\)")  # "+44 (0)20 7946 0813"
IBAN = re.compile(r"\b[A-Z]{2}\d\d(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
BLANK = re.compile(r"[\s\u00a0.-]+")


def numbers_of(question: str) -> tuple[str, ...]:
    """The long numbers of a question without blanks: "+442079460813", "02079460813", "NL91ABNA0417164300"."""
    accounts = [account for found in IBAN.finditer(question) for account in _account(found[0])]
    rest = IBAN.sub(" ", question) if accounts else question
    runs = (re.sub(r"[^\d+]", "", found[0]) for found in RUN.finditer(TRUNK.sub("", rest)))
    return tuple(dict.fromkeys([*accounts, *(run for run in runs if SHORTEST <= len(run.lstrip("+")) <= LONGEST)]))


def spellings(number: str) -> tuple[list[str], set[str]]:
    """(phrases, single words) of which every passage with the number has one; others may have them too."""
    if number[0].isalpha():
        return [number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))], set()
    core = _core(number)
    known = (core[cut:] for cut in range(COUNTRY + 1) if len(core) - cut >= SHORTEST)
    nationally = {f"{trunk}{one}" for one in known for trunk in ("", "0", "00")}
    # A pattern of any country was looked for among all words: 130 ms where a million numbers are, and this takes 25.
    abroad = {f"{trunk}{country}{core}" for country in range(1, 10**COUNTRY) for trunk in ("", "00")}
    return list(dict.fromkeys(_endings(core, GROUPED))), nationally | (set() if _is_international(number) else abroad)


def stands_in(text: str, number: str) -> bool:
    """Whether the number is written in a text, in any groups, with or without its country."""
    if number[0].isalpha():
        return number in BLANK.sub("", text).upper()
    return any(_is_same(number, other) for run in RUN.finditer(TRUNK.sub("", text)) for other in _numbers_in(run[0]))


def is_piece(code: str, number: str) -> bool:
    """Whether a code of the question is the number or some of its groups."""
    return re.sub(r"\(?0\)|[\W_]", "", code).upper() in number


def _account(written: str) -> list[str]:
    """The account at the start of these words: one whose check digits are right (ISO 13616)."""
    words = BLANK.split(written.upper())
    for count in range(len(words), 0, -1):
        solid = "".join(words[:count])
        if len(solid) >= 15 and int("".join(str(int(one, 36)) for one in solid[4:] + solid[:4])) % 97 == 1:
            return [solid]
    return []


def _endings(core: str, wanted: int) -> Iterator[str]:
    """How the last digits may be grouped: `wanted` and more, in groups of two and more, or as far as there are any."""
    for length in range(2, len(core) + 1):
        last, rest = core[-length:], core[:-length]
        if length >= wanted or not rest:
            yield last
            continue
        yield from (f"{before} {last}" for before in _endings(rest, wanted - length))
        yield f"0{rest} {last}"
        yield from (f"0{rest[cut:]} {last}" for cut in range(1, COUNTRY + 1) if len(rest) > cut + 1)


def _numbers_in(run: str) -> Iterator[str]:
    """The numbers that groups side by side may be: what follows a country is none without it."""
    groups = GROUP.findall(run)
    country = next((at for at, group in enumerate(groups) if _is_international(group)), len(groups))
    for start in range(len(groups)):
        if start > country and not groups[start].startswith(("+", "0")):
            continue
        number = ""
        for group in groups[start:]:
            number += group.lstrip("+") if number else group
            if len(number) > LONGEST + 1:
                break
            yield number


def _is_same(one: str, other: str) -> bool:
    """Whether two numbers are one: the same digits, or one has its country's and the other is national."""
    shorter, longer = sorted((one, other), key=lambda number: len(_core(number)))
    short, long = _core(shorter), _core(longer)
    if len(short) < SHORTEST or not long.endswith(short) or len(long) - len(short) > COUNTRY:
        return False
    return short == long or (not _is_national(longer) and (_is_national(shorter) or _is_international(longer)))


def _core(number: str) -> str:
    """The digits that a call from abroad and one from next door have in common, and the country's."""
    return number.lstrip("+0")


def _is_international(number: str) -> bool:
    return number.startswith(("+", "00"))


def _is_national(number: str) -> bool:
    return number.startswith("0") and not number.startswith("00")
