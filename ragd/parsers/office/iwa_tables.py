"""The tables in a document of Numbers, Pages or Keynote: their rows, and what the cells show.

Apple wrote none of this down: which field says what is as numbers-parser (MIT) has it, of which no code is here. Cells
are read as they are kept since 2018; those of older tables are not.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ragd.parsers.office.iwa import fields
from ragd.parsers.office.number_format import shown
from ragd.parsers.office.rows import Cell, Row

BOOK, SHEET, TABLE, PAYLOAD = 1, 2, 6000, 6218  # types of objects; the first two in Numbers alone
DAMAGE = (ArithmeticError, IndexError, ValueError, struct.error)  # what nonsense in a table comes to
VERSION = 5  # of the layout of a cell
TILE_ROWS = 256  # of a tile, where the table does not say
EPOCH = datetime(2001, 1, 1)
NUMBER, WORDS, DATE, YES_OR_NO, DURATION, RICH, MONEY = 2, 3, 5, 6, 7, 9, 10  # kinds of cells
# What a cell holds, bit by bit of its flags, each with its bytes: a decimal, two doubles, then keys of lists.
PARTS = ((0, 16), (1, 8), (2, 8), *((bit, 4) for bit in range(3, 20)))
DECIMAL, DOUBLE, SECONDS, STRING, RICH_TEXT, NUMBER_FORMAT, MONEY_FORMAT = 0, 1, 2, 3, 4, 13, 14
BIAS = 0x1820  # of the exponent of a decimal
LARGEST_EXPONENT = 60
AUTOMATIC = 253  # as many decimal places as there are
PERCENT, CURRENCY = 258, 257
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "CNY": "CN¥", "INR": "₹", "KRW": "₩"}
UNITS = (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
Objects = Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is called, and its rows that show something."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the cells of a table point at by key."""

    strings: dict[int, str]
    rich: dict[int, str]
    formats: dict[int, str]  # codes as those of Excel; "" for a number as it is


def on_sheets(objects: Objects) -> Iterator[tuple[str, int]]:
    """The tables of a document of Numbers, each with the name of its sheet. Raises one of DAMAGE."""
    for book in (message for kind, message in objects.values() if kind == BOOK):
        for sheet in _targets(book, 1):
            _, message = objects.get(sheet, (SHEET, b""))
            for drawn in _targets(message, 2):
                if objects.get(drawn, (0, b""))[0] == TABLE:
                    yield _text(message, 1), drawn


def table(objects: Objects, identity: int) -> Table:
    """The table of this number. Raises one of DAMAGE."""
    model = b"".join(objects.get(one, (0, b""))[1] for one in _targets(objects[identity][1], 2))
    store = _first(model, 4)
    lists = _Lists(
        strings={key: _text(entry, 3) for key, entry in _entries(objects, store, 4)},
        rich={key: _rich(objects, entry) for key, entry in _entries(objects, store, 17)},
        formats={key: _code(_first(entry, 6)) for key, entry in _entries(objects, store, 22)},
    )
    return Table(_text(model, 8), tuple(_rows(objects, _first(store, 3), lists)))


def _rows(objects: Objects, tiles: bytes, lists: _Lists) -> Iterator[Row]:
    high = _whole(tiles, 2) or TILE_ROWS
    found: dict[int, Row] = {}
    for told in _all(tiles, 1):
        for tile in _targets(told, 2):
            for info in _all(objects.get(tile, (0, b""))[1], 5):
                number = _whole(told, 1) * high + _whole(info, 1) + 1
                cells = tuple(_cells(info, lists)) if number not in found else ()
                if cells:
                    found[number] = Row(number, cells)
    yield from (found[number] for number in sorted(found))


def _cells(row: bytes, lists: _Lists) -> Iterator[Cell]:
    data, offsets = _first(row, 6), _first(row, 7)
    times = 4 if _whole(row, 8) else 1
    for column, (offset,) in enumerate(struct.iter_unpack("<h", offsets[: len(offsets) // 2 * 2]), start=1):
        if offset >= 0:
            words = _shown(data, offset * times, lists)
            if words:
                yield Cell(column, words, data[offset * times + 1] in (NUMBER, MONEY, DURATION))


def _shown(data: bytes, at: int, lists: _Lists) -> str:
    version, kind = data[at], data[at + 1]
    if version != VERSION:
        raise ValueError("a cell of another version")
    flags = int.from_bytes(data[at + 8 : at + 12], "little")
    at += 12
    held: dict[int, bytes] = {}
    for bit, size in PARTS:
        if flags >> bit & 1:
            held[bit] = data[at : at + size]
            at += size
    if kind in (NUMBER, MONEY):
        key = _key(held, MONEY_FORMAT if MONEY_FORMAT in held and kind == MONEY else NUMBER_FORMAT)
        return _number(_decimal(held[DECIMAL]), lists.formats.get(key, "")) if DECIMAL in held else ""
    if kind in (WORDS, RICH):
        return lists.strings.get(_key(held, STRING), "") if kind == WORDS else lists.rich.get(_key(held, RICH_TEXT), "")
    return _moment(kind, held)


def _moment(kind: int, held: dict[int, bytes]) -> str:
    """A date, a duration, yes or no; "" of what shows nothing, or an error."""
    if kind == DATE and SECONDS in held:
        when = EPOCH + timedelta(seconds=_double(held[SECONDS]))
        return when.date().isoformat() if not (when.hour or when.minute) else f"{when:%Y-%m-%d %H:%M}"
    if kind == DURATION and DOUBLE in held:
        return _duration(round(_double(held[DOUBLE])))
    return str(_double(held[DOUBLE]) > 0).upper() if kind == YES_OR_NO and DOUBLE in held else ""


def _duration(seconds: int) -> str:
    """2h 30m, as Numbers shows it where nobody chose otherwise."""
    left, parts = abs(seconds), []
    for unit, length in UNITS:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0s")


def _number(value: Decimal, code: str) -> str:
    return shown(float(value), code) if code else f"{value.normalize():f}"


def _decimal(data: bytes) -> Decimal:
    low, high = data[14], data[15]
    exponent = ((high & 0x7F) << 7 | low >> 1) - BIAS
    if abs(exponent) > LARGEST_EXPONENT:
        raise ValueError("a number beyond all measure")
    value = Decimal(int.from_bytes(data[:14], "little") | (low & 1) << 112).scaleb(exponent)
    return -value if high & 0x80 else value


def _code(form: bytes) -> str:
    """The code that Excel would have for a format of numbers."""
    kind, places = _whole(form, 1), _whole(form, 2)
    automatic = places >= AUTOMATIC
    if kind not in (CURRENCY, PERCENT) and (automatic or kind != CURRENCY - 1):
        return ""
    digits = "#,##0" if _whole(form, 5) or kind == CURRENCY else "0"
    places = min(places, 30) if not automatic else 2 if kind == CURRENCY else 0
    written = digits + ("." + "0" * places if places else "")
    if kind == PERCENT:
        return f"{'0.##' if automatic else written}%"
    name = _text(form, 3)
    return f"[${SIGNS.get(name, f'{name} ')}]{written}" if kind == CURRENCY else written


def inside(objects: Objects) -> set[int]:
    """The texts that stand in cells: read with their tables, they are not read again."""
    return {text for kind, message in objects.values() if kind == PAYLOAD for text in _targets(message, 1)}


def _rich(objects: Objects, entry: bytes) -> str:
    """The words of a cell with several fonts: its list points at what points at them."""
    for payload in _targets(entry, 9):
        for storage in _targets(objects.get(payload, (0, b""))[1], 1):
            return _text(objects.get(storage, (0, b""))[1], 3)
    return ""


def _entries(objects: Objects, store: bytes, field: int) -> Iterator[tuple[int, bytes]]:
    """The entries of one of a table's lists, which may be cut into segments."""
    for identity in _targets(store, field):
        listed = objects.get(identity, (0, b""))[1]
        segments = (objects.get(one, (0, b""))[1] for one in _targets(listed, 4))
        for entry in (*_all(listed, 3), *(one for segment in segments for one in _all(segment, 3))):
            yield _whole(entry, 1), entry


def _key(held: dict[int, bytes], part: int) -> int:
    return int.from_bytes(held.get(part, b""), "little")


def _double(data: bytes) -> float:
    (value,) = struct.unpack("<d", data)
    return float(value)


def _all(message: bytes, field: int) -> list[bytes]:
    return [value for name, value in fields(message) if name == field and isinstance(value, bytes)]


def _first(message: bytes, field: int) -> bytes:
    return next(iter(_all(message, field)), b"")


def _whole(message: bytes, field: int) -> int:
    return next((value for name, value in fields(message) if name == field and isinstance(value, int)), 0)


def _text(message: bytes, field: int) -> str:
    return _first(message, field).decode("utf-8", "replace").replace("\ufffc", "")


def _targets(message: bytes, field: int) -> list[int]:
    """The objects that a field points at."""
    return [_whole(reference, 1) for reference in _all(message, field)]
