"""A document's facts as the columns of its row."""

import json

from ragd.index.catalog import letters, read
from ragd.records import Document


def facts_of(document: Document) -> tuple[str | int | None, ...]:
    """Everything but the key, the id and the reading, in the order of the table."""
    return (
        document.kind,
        document.family,
        document.title,
        document.author,
        json.dumps(document.recipients, ensure_ascii=False),
        document.date,
        document.message_id,
        json.dumps(document.references, ensure_ascii=False),
        document.language,
        int(document.lined),
        read.marks_to(document.marks),
        len(document.text),
        json.dumps(document.tags, ensure_ascii=False),
        json.dumps(document.links, ensure_ascii=False),
        json.dumps(document.aliases, ensure_ascii=False),
        json.dumps([(one.start, one.end, one.kind) for one in document.asides], separators=(",", ":")),
        *letters.linkage(document),
    )
