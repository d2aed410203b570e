"""Shortcuts to web pages, .url of Windows and .webloc of macOS: a bookmark each; their name is that of the file."""

import re

from ragd.parsers.decode import decode
from ragd.parsers.life.bookmarks import WEB, Bookmark, bookmark_document
from ragd.parsers.source import NothingInIt, Parsed, Source
from ragd.parsers.web.saved_pages import property_list
from ragd.records import Member

ADDRESS = re.compile(r"^[ \t]*URL[ \t]*=[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)


def parse(source: Source) -> Parsed:
    data = source.data
    if data.startswith(b"bplist00") or b"<plist" in data[:1024]:
        stated = property_list(data).get("URL")
    else:
        found = ADDRESS.search(decode(data))
        stated = found[1] if found else None
    address = stated.strip() if isinstance(stated, str) else ""
    if not address.lower().startswith(WEB):
        raise NothingInIt("no web address in it")
    yield Member(source.part, bookmark_document(source, Bookmark("", address, "")))
