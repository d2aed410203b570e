"""E-books (EPUB): chapters in the order of reading, called as the book's own contents call them."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.office import properties
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree
from ragd.parsers.web.html import Page, read_page, stated_charset
from ragd.records import Document, Member

WHAT = "e-book"
CONTAINER = "META-INF/container.xml"
LOCKS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # hidden fonts, no locked text
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def parse(source: Source) -> Iterator[Member]:
    archive = Zipped(source.data, WHAT)
    _refuse_locked(archive)
    package = _package(archive)
    root = tree(archive.read(package), WHAT)
    items = {attribute(one, "id"): one for one in root.iter() if local(one) == "item"}
    contents = _contents(archive, package, items, root)
    text, read = _Text(), set[str]()  # a chapter is read once, however often the list of pages names it
    for one in (one for one in root.iter() if local(one) == "itemref"):
        item = items.get(attribute(one, "idref"))
        if item is None or attribute(item, "media-type") not in PAGES or "nav" in attribute(item, "properties").split():
            continue
        name = _target(package, attribute(item, "href"))
        data = archive.find(name) if name not in read else None
        read.add(name)
        if data is not None:
            text.add(read_page(decode(data, stated_charset(data)), meant_as="mail"), contents.get(name))
    if not text.reading.text:
        raise NothingInIt("no text in it")
    yield Member(source.part, _document(source, text, root))


def _document(source: Source, text: "_Text", root: Any) -> Document:
    stated: dict[str, list[str]] = {}
    for one in root.iter():
        if "purl.org/dc/" in str(one.tag) and (words := fact(one.text)):
            stated.setdefault(local(one), []).append(words)
    return Document(
        id=source.identity(),
        text=text.reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(text.reading.marks),
        title=properties.title(next(iter(stated.get("title", ())), None)),
        author=", ".join(filter(None, map(properties.author, stated.get("creator", ())))) or None,
        date=next(filter(None, map(dates.iso, stated.get("date", ()))), None),
        language=properties.language(next(iter(stated.get("language", ())), None)),
        tags=tuple(dict.fromkeys(tag for one in stated.get("subject", ()) for tag in properties.keywords(one))),
    )


class _Text:
    """The book's text as it grows, page by page."""

    def __init__(self) -> None:
        self.reading = Reading()

    def add(self, page: Page, title: str | None) -> None:
        """A page; where it begins with no heading of its own, the name that the contents give it stands above."""
        if not page.text:
            return
        own = [mark for mark in page.marks if mark.kind == "heading"]
        if title and properties.title(title) and not any(_same(mark.label, title) for mark in own[:3]):
            self.reading.heading(title, 1)
            own = [replace(mark, level=mark.level + 1) for mark in own]
        self.reading.graft(page.text, own)


def _same(one: str, other: str) -> bool:
    return "".join(filter(str.isalnum, one.lower())) == "".join(filter(str.isalnum, other.lower()))


def _refuse_locked(archive: Zipped) -> None:
    data = archive.find("META-INF/encryption.xml")
    for method in (one for one in tree(data, WHAT).iter() if local(one) == "EncryptionMethod") if data else ():
        if attribute(method, "Algorithm") not in LOCKS:
            raise Unreadable("is locked by its seller (DRM)")


def _package(archive: Zipped) -> str:
    data = archive.find(CONTAINER)
    for one in tree(data, WHAT).iter() if data else ():
        if local(one) == "rootfile" and attribute(one, "full-path") in archive:
            return attribute(one, "full-path")
    found = next((name for name in archive.names if name.endswith(".opf")), None)
    if found is None:
        raise Unreadable("damaged e-book (it has no list of its pages)")
    return found


def _target(base: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def _contents(archive: Zipped, package: str, items: dict[str, Any], root: Any) -> dict[str, str]:
    """The title of each page by the book's contents: the newer form (a page of links) or the older (NCX)."""
    spine = next((one for one in root.iter() if local(one) == "spine"), None)
    older = items.get(attribute(spine, "toc")) if spine is not None else None
    newer = next((one for one in items.values() if "nav" in attribute(one, "properties").split()), None)
    found: dict[str, str] = {}
    for item, read in ((newer, _links), (older, _points)):
        name = _target(package, attribute(item, "href")) if item is not None else ""
        data = archive.find(name)
        for href, title in read(tree(data, WHAT)) if data else ():
            found.setdefault(_target(name, href), title)
    return found


def _links(nav: Any) -> Iterator[tuple[str, str]]:
    for link in (one for one in nav.iter() if local(one) == "a"):
        title = fact("".join(link.itertext()))
        if title:
            yield attribute(link, "href"), title


def _points(ncx: Any) -> Iterator[tuple[str, str]]:
    for point in (one for one in ncx.iter() if local(one) == "navPoint"):
        label = next((one for one in point if local(one) == "navLabel"), None)
        content = next((one for one in point if local(one) == "content"), None)
        title = fact("".join(label.itertext())) if label is not None else None
        if content is not None and title:
            yield attribute(content, "src"), title
