"""How a command ended, and what holds of every error."""

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Ragd = Callable[..., Said]


def one_line(said: Said) -> str:
    """The one line of an error; nothing else was said."""
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("ragd: ")
    assert "Traceback" not in said.err
    return said.err
