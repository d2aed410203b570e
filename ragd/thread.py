"""The thread around a mail, as `show` lists it: the messages nearest to it, in the order in which they were written."""

from ragd import places
from ragd.index.catalog import View
from ragd.records import Found, Hit, Thread

LISTED = 11  # of a thread's messages


def around(view: View, key: int, document: Found, *, number: int) -> Thread | None:
    """The thread of a mail, or of the mail that a document is attached to; None where that stands alone.

    `number` is the one that the first of the messages is given.
    """
    keys = view.thread(document.thread) if document.thread else []
    message = key if document.within is None else view.key_at(document.path, document.within.part)
    if len(keys) < 2 or message not in keys:
        return None
    here = keys.index(message)
    first = max(0, min(here - LISTED // 2, len(keys) - LISTED))
    listed = keys[first : first + LISTED]
    messages = tuple(_message(view, one) for one in listed)
    return Thread(messages, number, here - first, before=first, after=len(keys) - first - len(listed))


def _message(view: View, key: int) -> Hit:
    """A message by its first passage."""
    found = view.found(key, lambda _: True)
    (stored,) = view.stored([(key, 0)])
    assert found is not None, "what a thread lists has a place in this snapshot"
    chunk = stored.chunk
    place = places.describe(chunk, found, chunk.start, chunk.end)
    return Hit(chunk, found, 0.0, {}, place, None, places.lines_of(chunk, chunk.start, chunk.end))
