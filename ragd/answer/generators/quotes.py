"""No model at all: the best passages answer in their own words."""

from collections.abc import Iterator, Sequence


class Quotes:
    """A generator that writes nothing, so that the answer is made of verbatim passages."""

    name = "quotes"
    window = 0
    remote = False

    def stream(self, messages: Sequence[dict[str, str]], *, tokens: int) -> Iterator[str]:
        return iter(())
