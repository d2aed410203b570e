"""What writes the words of an answer: one module a way to reach a model."""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Generator(Protocol):
    """Something that continues a conversation in pieces of text."""

    @property
    def name(self) -> str:
        """As an answer shows it: "llama_cpp: smollm2-135m"."""
        ...

    @property
    def window(self) -> int:
        """Tokens of context; 0: it writes nothing, and the passages speak for themselves."""
        ...

    @property
    def remote(self) -> bool:
        """Whether the text leaves this machine."""
        ...

    def stream(self, messages: Sequence[dict[str, str]], *, tokens: int) -> Iterator[str]:
        """Pieces of the reply, at most `tokens` long in all. Raises GeneratorError."""
        ...
