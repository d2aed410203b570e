"""JSON whose shape its first bytes only promised: what is read from it is looked at before it is believed."""

import json
from typing import Any

from ragd.parsers.decode import decode
from ragd.parsers.source import AnotherFormat, Source


def loaded(source: Source) -> Any:
    """The JSON of a source; raises AnotherFormat where it is none."""
    try:
        return json.loads(decode(source.data))
    except (ValueError, RecursionError) as error:
        raise AnotherFormat from error


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, whatever else is in it; none of what is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """A value that should be text; "" of anything else."""
    return value if isinstance(value, str) else ""
