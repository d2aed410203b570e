"""Which messages belong together: one thread for all that are linked by message ids, in whatever order they came.

A thread is named by the smallest message id among those that it links, those of missing messages included: a name that
depends on the set and not on the order in which it was met.
"""

import json
import sqlite3
from collections.abc import Iterable


def link(connection: sqlite3.Connection, message_id: str | None, references: Iterable[str]) -> None:
    """Make the message and all that it refers to one thread."""
    ids = sorted({name for name in (message_id, *references) if name})
    if not ids:
        return
    marks = ",".join("?" * len(ids))
    known = connection.execute(f"SELECT DISTINCT thread FROM threads WHERE message_id IN ({marks})", ids).fetchall()
    threads = sorted({row[0] for row in known})
    name = min([*threads, ids[0]])
    for other in threads:
        if other != name:
            connection.execute("UPDATE threads SET thread = ? WHERE thread = ?", (name, other))
    connection.executemany("INSERT OR REPLACE INTO threads VALUES (?, ?)", [(one, name) for one in ids])


def unlink(connection: sqlite3.Connection, message_ids: Iterable[str]) -> None:
    """Compute anew the threads that held these messages, of the messages that are left."""
    names: set[str] = set()
    for one in message_ids:
        row = connection.execute("SELECT thread FROM threads WHERE message_id = ?", (one,)).fetchone()
        names.update(row or ())
    for name in names:
        ids = [row[0] for row in connection.execute("SELECT message_id FROM threads WHERE thread = ?", (name,))]
        connection.execute("DELETE FROM threads WHERE thread = ?", (name,))
        for one in ids:
            rows = connection.execute("SELECT message_id, refs FROM documents WHERE message_id = ?", (one,))
            for message_id, references in rows.fetchall():
                link(connection, message_id, json.loads(references))
