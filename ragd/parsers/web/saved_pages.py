"""Web pages that a browser saved with what they show: Safari's .webarchive and Firefox's .maff, read like any page."""

import plistlib
import re
from typing import Any
from xml.parsers.expat import ExpatError

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree
from ragd.parsers.web.html import page_document, stated_charset

MAFF = "Firefox web archive"
PAGE = re.compile(r"(?:^|/)index\.x?html?$", re.IGNORECASE)


def parse_webarchive(source: Source) -> Parsed:
    """A property list: the page itself, its encoding, and beside it pictures and frames."""
    whole = property_list(source.data)
    main = whole.get("WebMainResource")
    page: dict[str, Any] = main if isinstance(main, dict) else {}
    data = page.get("WebResourceData")
    if not isinstance(data, bytes):
        raise Unreadable("is not a saved web page (no page in it)")
    charset = page.get("WebResourceTextEncodingName")
    stated = charset if isinstance(charset, str) else stated_charset(data)
    if not str(page.get("WebResourceMIMEType", "text/html")).startswith(("text/", "application/xhtml")):
        raise NothingInIt("a saved picture or recording, not a page")
    yield page_document(source, decode(data, stated))


def property_list(data: bytes) -> dict[str, Any]:
    """The dictionary that a property list is; raises Unreadable where it is none."""
    try:
        found = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, OverflowError, RecursionError, LookupError) as error:
        raise Unreadable("damaged property list") from error
    except (TypeError, AttributeError) as error:  # plistlib takes the shape of what it reads for granted
        raise Unreadable("damaged property list") from error
    if not isinstance(found, dict):
        raise Unreadable("is a property list of another kind")
    return found


def parse_maff(source: Source) -> Parsed:
    """A ZIP archive: a folder a page, in it the page and an index.rdf that says where it was and when."""
    archive = Zipped(source.data, MAFF)
    pages = [name for name in archive.names if PAGE.search(name) and name.count("/") == 1]
    if not pages:
        raise Unreadable("is not a saved web page (no page in it)")
    for name in pages:
        folder = name.partition("/")[0]
        facts = _rdf(archive.find(f"{folder}/index.rdf"))
        data = archive.read(name)
        part = source.part if len(pages) == 1 else source.unique(f"{source.part} > {folder}" if source.part else folder)
        inner = source.inner(source.name, data, part or "", source.format)
        inner.part = part
        yield page_document(
            inner,
            decode(data, stated_charset(data)),
            title=facts.get("title"),
            date=dates.iso(facts.get("archivetime")),
        )


def _rdf(data: bytes | None) -> dict[str, str]:
    try:
        root = tree(data, MAFF) if data else None
    except Unreadable:
        root = None
    return {local(one): attribute(one, "resource") for one in root.iter()} if root is not None else {}
