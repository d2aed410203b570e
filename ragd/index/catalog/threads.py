"""Which messages belong together: one thread for all that are linked, in whatever order they came.

A thread is named by the smallest name among the messages that it links, those of missing messages included: a name that
depends on the set and not on the order in which it was met. Adding messages touches the threads that they join and no
other. What a mail program knows of conversations (Gmail's numbers, Outlook's) links as a missing message would; it is a
fact of the place, and goes with it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ragd.index.catalog import subjects
from ragd.index.catalog.letters import FACTS, Letter, having, letter, letters_of
from ragd.index.catalog.read import labels_from, rows_in

CONVERSATION = "~"  # begins a conversation's name: it comes after message ids, which name threads


def link(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Make each of these mails, all that it refers to and all that is related to it one thread."""
    _join(connection, letters_of(connection, keys))


def unlink(connection: sqlite3.Connection, gone: Iterable[str]) -> None:
    """Compute anew the threads that held these messages (their names among the threads), of those that are left."""
    _anew(connection, set(_threads_of(connection, gone).values()))


def leave(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Compute anew the threads of mails that lost a place, where it may have told the conversation that they are in."""
    names = set(_threads_of(connection, (one.node for one in letters_of(connection, keys))).values())
    sql = "SELECT 1 FROM threads WHERE thread = ? AND message_id >= ? AND message_id < ?"
    span = (CONVERSATION, chr(ord(CONVERSATION) + 1))
    _anew(connection, {name for name in names if connection.execute(sql, (name, *span)).fetchone()})


def messages(connection: sqlite3.Connection, thread: str) -> list[int]:
    """The mails of a thread that have a place and words or a subject, by date."""
    sql = (
        "SELECT d.key FROM threads t JOIN documents d ON {} WHERE t.thread = ?1 AND d.kind = 'mail'"
        " AND EXISTS (SELECT 1 FROM places p WHERE p.key = d.key)"
        " AND EXISTS (SELECT 1 FROM chunks c WHERE c.key = d.key)"
    )
    named = sql.format("d.message_id = t.message_id")
    bare = sql.format("d.id = substr(t.message_id, 2) AND d.message_id IS NULL") + " AND t.message_id LIKE '#%'"
    order = "SELECT key FROM documents WHERE key IN ({}) ORDER BY coalesce(moment, 0), id"
    return [row[0] for row in connection.execute(order.format(f"{named} UNION ALL {bare}"), (thread,))]


def _join(connection: sqlite3.Connection, letters: list[Letter]) -> None:
    joined = _Joined()
    told = _conversations(connection, letters)
    for one in letters:
        for name in (one.node, *one.references, *told.get(one.key, ())):
            joined.put(one.node, name)
    for pair in subjects.pairs(connection, letters):
        joined.put(*pair)
    known = _threads_of(connection, list(joined))
    for node, thread in known.items():
        joined.put(node, thread)
    for group in joined.groups():
        name = min(group)
        for other in {known[node] for node in group if node in known} - {name}:
            connection.execute("UPDATE threads SET thread = ? WHERE thread = ?", (name, other))
        new = [(node, name) for node in group if node not in known]
        connection.executemany("INSERT OR REPLACE INTO threads VALUES (?, ?)", new)


def _anew(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    nodes: list[str] = []
    for name in sorted(names):
        nodes += (row[0] for row in connection.execute("SELECT message_id FROM threads WHERE thread = ?", (name,)))
        connection.execute("DELETE FROM threads WHERE thread = ?", (name,))
    _join(connection, _left(connection, nodes))


def _left(connection: sqlite3.Connection, nodes: Iterable[str]) -> list[Letter]:
    names = list(nodes)
    bare = f"SELECT {FACTS} FROM documents WHERE message_id IS NULL AND id IN ({{}}) AND kind = 'mail'"
    without = rows_in(connection, bare, (node[1:] for node in names if node.startswith("#")))
    return [*having(connection, names), *map(letter, without)]


def _threads_of(connection: sqlite3.Connection, nodes: Iterable[str]) -> dict[str, str]:
    """The thread of each of these messages that is in one."""
    return dict(rows_in(connection, "SELECT message_id, thread FROM threads WHERE message_id IN ({})", nodes))


def _conversations(connection: sqlite3.Connection, letters: Iterable[Letter]) -> dict[int, set[str]]:
    """The conversations of each mail, as all of its places tell them."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    sql = "SELECT key, conversations FROM places WHERE key IN ({}) AND conversations != ''"
    for key, names in rows_in(connection, sql, (one.key for one in letters)):
        found[key].update(CONVERSATION + name for name in labels_from(names))
    return found


class _Joined:
    """Names put together two by two: which are in one group?"""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}  # towards the one that stands for its group, which is its own

    def __iter__(self) -> Iterator[str]:
        return iter(self._next)

    def put(self, one: str, other: str) -> None:
        self._next[self._of(one)] = self._of(other)

    def groups(self) -> Iterable[list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._next:
            found[self._of(name)].append(name)
        return found.values()

    def _of(self, name: str) -> str:
        after = self._next.setdefault(name, name)
        while after != name:
            self._next[name] = self._next[after]  # half the way, for whoever asks next
            name, after = after, self._next[after]
        return name
