"""Numbers of a spreadsheet as people see them: a number, the cell's format code, and the words that are shown."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

TOKENS = re.compile(
    r"""(?P<text>"[^"]*"? | \\.)                      # words in the format
      | (?P<gap>_. | \*.)                              # room as wide as a letter; what fills the cell
      | \[(?P<elapsed>h+|m+|s+)\]
      | \[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]           # a currency; the language after it is no text
      | (?P<other>\[[^\]]*\])                          # a colour, a condition
      | (?P<general>General)
      | (?P<half>AM/PM | A/P)
      | (?P<date>y+ | m+ | d+ | h+ | s+ | e(?![+-]))
      | (?P<power>E[+-]0+)
      | (?P<digits>[0\#?][0\#?,]*)
      | (?P<point>\.)
      | (?P<percent>%)
      | (?P<as_is>@)
      | (?P<plain>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
SECTION = re.compile(r"""((?:"[^"]*"?|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|\Z)""")
# Codes with a number of their own; those of dates follow the reader's country, which the file does not say: ISO then.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "hh:mm",
    21: "hh:mm:ss", 22: "yyyy-mm-dd hh:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "hh:mm:ss"),
}  # fmt: skip
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
LAST_DAY = 2_958_466  # 31 December 9999


class Token(NamedTuple):
    """A piece of a format code; `minutes` says of an m that it is no month."""

    kind: str
    text: str
    minutes: bool = False


def shown(number: float, code: str, *, since_1904: bool = False) -> str:
    """What a cell with this format code shows of `number`."""
    sections = _sections(code)
    if not sections:
        return general(number)
    which = 1 if number < 0 and len(sections) > 1 else 2 if number == 0 and len(sections) > 2 else 0
    tokens = sections[which]
    if not tokens:
        return general(number)
    if any(token.kind in ("date", "elapsed") for token in tokens):
        return _date(number, tokens, since_1904=since_1904)
    return _number(abs(number) if which == 1 else number, tokens)


def general(number: float) -> str:
    """A number without a format: as short as it goes, never with an exponent where digits do."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    words = f"{number:.10g}"
    return f"{number:.15f}".rstrip("0") if "e-0" in words and abs(number) >= 1e-9 else words


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[tuple[Token, ...], ...]:
    if not code or code.lower() in ("general", "@", "standard"):
        return ()
    return tuple(_tokens(found[1]) for found in SECTION.finditer(code[:1000]) if found[0])[:3]


def _tokens(section: str) -> tuple[Token, ...]:
    found = [Token(str(one.lastgroup), one[0]) for one in TOKENS.finditer(section)]
    found = [
        token._replace(text=(TOKENS.match(token.text) or [""])["money"]) if token.kind == "money" else token  # type: ignore[call-overload]
        for token in found
        if token.kind not in ("other", "gap")
    ]
    times = [at for at, token in enumerate(found) if token.kind in ("date", "elapsed")]
    for at in times:
        if found[at].text.lower() in ("m", "mm") and found[at].kind == "date" and _beside_hours(found, times, at):
            found[at] = found[at]._replace(minutes=True)
    return tuple(found)


def _beside_hours(tokens: list[Token], times: list[int], at: int) -> bool:
    """An m after hours or before seconds is minutes."""
    for before, after in pairwise(times):
        if after == at and "h" in tokens[before].text.lower():
            return True
        if before == at and "s" in tokens[after].text.lower():
            return True
    return False


def _number(number: float, tokens: tuple[Token, ...]) -> str:
    kinds = [token.kind for token in tokens]
    if "digits" not in kinds:
        return "".join(general(abs(number)) if one.kind in ("general", "as_is") else _literal(one) for one in tokens)
    if "power" in kinds or any(one.kind == "plain" and one.text == "/" for one in tokens):
        return general(number)  # powers of ten and fractions: the number says as much
    number *= 100 ** kinds.count("percent")
    point = kinds.index("point") if "point" in kinds else len(kinds)
    whole = "".join(one.text for one in tokens[:point] if one.kind == "digits")
    part = "".join(one.text for one in tokens[point:] if one.kind == "digits")
    number /= 1000 ** (len(whole) - len(whole.rstrip(",")) if not part else len(part) - len(part.rstrip(",")))
    places = len(part.replace(",", ""))
    digits, _, decimals = f"{abs(number):.{min(places, 15)}f}".partition(".")
    optional = len(part.rstrip(",")) - len(part.rstrip(",").rstrip("#?"))
    decimals = decimals[: places - optional] + decimals[places - optional :].rstrip("0")
    sign = "-" if number < 0 and float(f"{digits}.{decimals or 0}") else ""
    return sign + _filled(tokens, point, digits, decimals, grouped="," in whole.rstrip(","))


def _filled(tokens: tuple[Token, ...], point: int, digits: str, decimals: str, *, grouped: bool) -> str:
    """The format's words with the digits in their places; the first place takes all that are left over."""
    places = [at for at in range(point) if tokens[at].kind == "digits"]
    least = len("".join(tokens[at].text for at in places).replace(",", "").lstrip("#?"))  # from the first 0 on
    digits = digits.lstrip("0").rjust(least, "0")
    if grouped:
        digits = f"{int(digits or 0):,}".rjust(least, "0") if digits else ""
        cut = {places[0]: digits} if places else {}
    else:
        cut = {}
        for at in reversed(places):
            room = len(tokens[at].text.rstrip(","))
            cut[at] = digits if at == places[0] else digits[-room:]
            digits = "" if at == places[0] else digits[:-room]
    if not places:
        cut = {point: digits}
    pieces = []
    for at, token in enumerate(tokens):
        if token.kind == "point":
            pieces.append(cut.get(at, "") + ("." + decimals if decimals else ""))
        elif token.kind == "digits":
            pieces.append(cut.get(at, ""))
        else:
            pieces.append(_literal(token))
    return "".join(pieces).strip()


def _literal(token: Token) -> str:
    if token.kind == "text":
        return token.text[1:] if token.text[0] == "\\" else token.text.strip('"')
    return token.text if token.kind in ("plain", "percent", "money") else ""


def _date(number: float, tokens: tuple[Token, ...], *, since_1904: bool) -> str:
    if not 0 <= number < LAST_DAY:
        return general(number)
    seconds = round(number * 86_400)
    when = (EPOCH_1904 if since_1904 else EPOCH) + timedelta(seconds=seconds)
    if number < 61 and not since_1904:
        when += timedelta(days=1)  # Excel's 1900 has a 29 February
    half = any(token.kind == "half" for token in tokens)
    return "".join(_date_piece(token, when, seconds, half=half) for token in tokens).strip()


def _date_piece(token: Token, when: datetime, seconds: int, *, half: bool) -> str:
    if token.kind == "elapsed":
        unit = {"h": 3600, "m": 60, "s": 1}[token.text.strip("[]")[0].lower()]
        return str(seconds // unit).rjust(len(token.text) - 2, "0")
    if token.kind == "half":
        return ("AM" if when.hour < 12 else "PM")[: 2 if "/P" in token.text and len(token.text) > 3 else 1]
    if token.kind == "date":
        return _stretch(token, when, (when.hour + 11) % 12 + 1 if half else when.hour)
    return "" if token.kind in ("digits", "as_is", "general") else "." if token.kind == "point" else _literal(token)


def _stretch(token: Token, when: datetime, hour: int) -> str:
    letter, length = token.text[0].lower(), len(token.text)
    if letter in "ye":
        return f"{when.year % 100:02}" if letter == "y" and length <= 2 else f"{when.year}"
    if letter == "m" and not token.minutes and length > 2:
        name = MONTHS[when.month - 1]
        return name if length == 4 else name[0] if length == 5 else name[:3]
    if letter == "d" and length > 2:
        return DAYS[when.weekday()] if length > 3 else DAYS[when.weekday()][:3]
    values = {"m": when.minute if token.minutes else when.month, "d": when.day, "h": hour, "s": when.second}
    return str(values[letter]).rjust(min(length, 2), "0")
