"""Which messages belong together: one thread for all that are linked, in whatever order they came.

A thread is named by the smallest name among the messages that it links, those of missing messages included: a name that
depends on the set and not on the order in which it was met. Adding a message touches the threads that it joins and no
other.
"""

import sqlite3
from collections.abc import Iterable

from ragd.index.catalog.letters import FACTS, Letter, letter, letter_of, relatives
from ragd.index.catalog.read import batched

AT_ONCE = 400


def link(connection: sqlite3.Connection, key: int) -> None:
    """Make a mail, all that it refers to and all that is related to it one thread."""
    one = letter_of(connection, key)
    if one is not None:
        _join(connection, one)


def _join(connection: sqlite3.Connection, one: Letter) -> None:
    others = (other.node for other in relatives(connection, one))
    nodes = sorted({one.node, *one.references, *others})
    known: set[str] = set()
    for some in batched(nodes, AT_ONCE):
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT DISTINCT thread FROM threads WHERE message_id IN ({marks})", some)
        known.update(row[0] for row in rows)
    name = min([*known, nodes[0]])
    for other in known - {name}:
        connection.execute("UPDATE threads SET thread = ? WHERE thread = ?", (name, other))
    connection.executemany("INSERT OR REPLACE INTO threads VALUES (?, ?)", [(node, name) for node in nodes])


def unlink(connection: sqlite3.Connection, gone: Iterable[str]) -> None:
    """Compute anew the threads that held these messages (their names among the threads), of those that are left."""
    names: set[str] = set()
    for node in gone:
        row = connection.execute("SELECT thread FROM threads WHERE message_id = ?", (node,)).fetchone()
        names.update(row or ())
    for name in sorted(names):
        nodes = [row[0] for row in connection.execute("SELECT message_id FROM threads WHERE thread = ?", (name,))]
        connection.execute("DELETE FROM threads WHERE thread = ?", (name,))
        for one in _left(connection, nodes):
            _join(connection, one)


def _left(connection: sqlite3.Connection, nodes: Iterable[str]) -> list[Letter]:
    found: list[Letter] = []
    for some in batched(nodes, AT_ONCE):
        for column, names in (
            ("message_id", some),
            ("message_id IS NULL AND id", [node[1:] for node in some if node.startswith("#")]),
        ):
            marks = ",".join("?" * len(names))
            sql = f"SELECT {FACTS} FROM documents WHERE {column} IN ({marks}) AND kind = 'mail'"
            found += map(letter, connection.execute(sql, tuple(names)).fetchall())
    return found
