"""ragd answers questions from a person's own files, on their own machine, with sources that can be opened."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ragd.errors import RagdError as RagdError
    from ragd.library import Library as Library

__version__ = "0.1.0"
__all__ = ["Library", "RagdError"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: `import ragd` costs nothing."""
    if name == "Library":
        from ragd.library import Library

        return Library
    if name == "RagdError":
        from ragd.errors import RagdError

        return RagdError
    raise AttributeError(f"module 'ragd' has no attribute {name!r}")
