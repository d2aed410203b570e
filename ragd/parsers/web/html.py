"""HTML: what a reader of the page sees of its matter, headings as marks, no scripts and no menus."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ragd.parsers import dates
from ragd.parsers.decode import decode
from ragd.parsers.mail.reply_markup import aside_of, heads_the_rest
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Aside, AsideKind, Document, Mark, Member

UNSEEN = frozenset(
    (
        *("script", "style", "noscript", "template", "head", "svg", "canvas", "iframe", "object", "embed", "audio"),
        *("video", "map", "select", "datalist", "button", "dialog", "progress", "meter"),
    )
)
APART = frozenset(("nav", "menu", "footer", "aside"))  # of a page; a mail has them seldom, and means them then
BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "center",
            "dd",
            "details",
            "dir",
            "div",
            "dl",
        ),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary"),
        *("table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
PARAGRAPHS = frozenset(
    ("p", "blockquote", "pre", "ul", "ol", "li", "dl", "table", "article", "section", "figure", "h1")
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
APART_ROLES = frozenset(("navigation", "menu", "menubar", "search", "banner", "contentinfo", "toolbar", "dialog"))
APART_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|(?:side|top)?menu|sidebar|breadcrumbs?|cookies?(?:-?(?:banner|consent|notice))"
    r"|pagination|skip-?link|social-?(?:share|links?|media)|share-?buttons?|sr-only|visually-?hidden|advert(?:isement)?s?"
    r"|cookie-?(?:bar|law|pop-?up|policy|dialog)|gdpr|consent|onetrust|cybotcookiebotdialog|didomi|usercentrics)"
    r"(?:$|[\s_-])|(?:^|\s)(?:(?:site|page|global|main)[_-]?)?footer(?:[_-]?(?:wrapper|container))?(?:$|\s)",
    re.IGNORECASE,
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""")
MEANT_AS = Literal["page", "mail"]
CELL = "\x1f"  # between two cells while a line grows; no text holds it
SOFT = "\x1e"  # where a line of the markup ends while a line grows: a blank to the eye
# After a hyphen it stays a line's end, as in the file: whoever compares texts passes over hyphens only there.
JOINED = re.compile("(?<![-\u2010])(?<![-\u2010][ \t])" + SOFT)
LONGEST_HEADING = 300  # characters; more is a page whose heading was never closed
ENOUGH = 0.4  # of the page's words: a <main> or <article> that holds fewer is not its matter
DATE_FIELDS = (
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="dcterms.created"]',
    'meta[name="DC.date"]',
    'meta[itemprop="datePublished"]',
    'meta[name="created"]',
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its matter as text with marks, and the facts that its head states."""

    text: str
    marks: tuple[Mark, ...] = ()
    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    asides: tuple[Aside, ...] = ()  # of a mail: what its markup says is not the writer's own


def parse(source: Source) -> Iterator[Member]:
    yield page_document(source, decode(source.data, stated_charset(source.data)))


def page_document(source: Source, markup: str, *, title: str | None = None, date: str | None = None) -> Member:
    """The document that a page is; `title` and `date` are what stands around it, for a page that states none."""
    page = read_page(markup, meant_as="page")
    if not page.text:
        raise NothingInIt("no text in it")
    document = Document(
        id=source.identity(),
        text=page.text,
        kind=source.kind,
        family=source.family,
        marks=page.marks,
        title=page.title or title or next((mark.label for mark in page.marks if mark.level == 1), None),
        author=page.author,
        date=page.date or date,
        language=page.language,
    )
    return Member(source.part, document)


def stated_charset(data: bytes) -> str | None:
    """The encoding that the page itself names."""
    found = CHARSET.search(data[:4096]) or XML_CHARSET.search(data[:200])
    return found[1].decode("ascii", "replace") if found else None


def read_page(markup: str, *, meant_as: MEANT_AS) -> Page:
    """Read a page, or the HTML body of a mail, which has no menus and in which nothing is set apart."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        tree = LexborHTMLParser(markup)
    except SelectolaxError as error:  # it takes anything for HTML, as long as there is memory
        raise Unreadable(f"is too large for a web page ({len(markup) >> 20} MB)") from error
    body = tree.body
    if body is None:
        return Page("")
    walk = _Walk(_apart if meant_as == "page" else _unseen, aside_of if meant_as == "mail" else _no_aside)
    walk.through(_matter(tree, body) if meant_as == "page" else body)
    if meant_as == "page" and not walk.reading.text:  # the page is one menu
        walk = _Walk(_unseen, _no_aside)
        walk.through(body)
    return Page(
        text=walk.reading.text,
        marks=tuple(walk.reading.marks),
        title=_title(tree),
        author=_stated(tree, ('meta[name="author"]', 'meta[property="article:author"]')),
        date=dates.iso(_stated(tree, DATE_FIELDS)),
        language=_language(tree),
        asides=tuple(walk.closed()),
    )


def _no_aside(node: Any) -> None:
    return None


def _matter(tree: Any, body: Any) -> Any:
    """The element that holds the page's matter: its one <main> or <article>, if most of the words are in it."""
    words = len(body.text().split())
    for selector in ("main", '[role="main"]', "article"):
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text().split()) >= ENOUGH * words:
            return found[0]
    return body


def _unseen(node: Any) -> bool:
    if node.tag in UNSEEN:
        return True
    attributes = node.attributes
    return bool(attributes) and ("hidden" in attributes or bool(HIDDEN.search(attributes.get("style") or "")))


def _apart(node: Any) -> bool:
    """Whether an element is no matter of the page: unseen, a menu, a banner, the foot."""
    if _unseen(node) or node.tag in APART:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    if attributes.get("aria-hidden") == "true" and node.tag != "span":
        return True
    if attributes.get("role") in APART_ROLES:
        return True
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return node.tag not in ("body", "html") and bool(APART_NAMES.search(named))


@dataclass(slots=True)
class _Walk:
    """A walk through the tree in the order of reading. It keeps no stack: a page may be a million elements deep."""

    skipped: Callable[[Any], bool]
    aside_of: Callable[[Any], AsideKind | None]
    reading: Reading = field(default_factory=Reading)
    _line: list[str] = field(default_factory=list)
    _gap: str = ""  # what the next line is set off by
    _heading: int = 0  # level of the heading that we are in
    _verbatim: int = 0  # how many <pre> we are in
    _asides: list[Aside] = field(default_factory=list)
    _open: list[tuple[int, int, AsideKind]] = field(default_factory=list)  # node, where it began, kind
    _quoted_from: int | None = None  # a header below which all is quoted ended here

    def through(self, top: Any) -> None:
        node, last = top, top.mem_id
        while True:
            if self._enter(node) and node.first_child is not None:
                node = node.first_child
                continue
            while node.mem_id != last and node.next is None:
                self._leave(node)
                node = node.parent
            self._leave(node)
            if node.mem_id == last:
                break
            node = node.next
        self._break("")

    def _enter(self, node: Any) -> bool:
        """Take in what stands at the start of a node; whether there is something to go into."""
        if node.is_text_node:
            text = node.text_content or ""
            text = text.replace(CELL, "")
            self._line.append(text if self._verbatim else text.replace("\n", SOFT))
            return False
        if not node.is_element_node or self.skipped(node):
            return False
        tag = node.tag
        if tag in BLOCKS or tag == "br":
            self._break(_gap_of(node))
            kind = self.aside_of(node)
            if kind:
                self._open.append((node.mem_id, len(self.reading), kind))
        if tag in HEADINGS and not self._heading:
            self._heading = HEADINGS[tag]
        elif tag in ("td", "th") and "".join(self._line).strip():
            self._line.append(CELL)
        self._verbatim += tag == "pre"
        return True

    def _leave(self, node: Any) -> None:
        if not node.is_element_node or node.tag not in BLOCKS or self.skipped(node):
            return
        tag = node.tag
        self._verbatim -= tag == "pre"
        if self._heading and HEADINGS.get(tag) == self._heading:
            self._end_heading()
        self._break(_gap_of(node))
        if self._open and self._open[-1][0] == node.mem_id:
            self._close(node)

    def _close(self, node: Any) -> None:
        _, start, kind = self._open.pop()
        if len(self.reading) > start:
            self._asides.append(Aside(start, len(self.reading), kind))
            if kind == "attribution" and heads_the_rest(node) and self._quoted_from is None:
                self._quoted_from = len(self.reading)

    def closed(self) -> list[Aside]:
        """The asides that were met, outer ones after those in them."""
        if self._quoted_from is not None and self._quoted_from < len(self.reading):
            return [*self._asides, Aside(self._quoted_from, len(self.reading), "quote")]
        return self._asides

    def _end_heading(self) -> None:
        words = " ".join("".join(self._line).split())
        level, self._heading = self._heading, 0
        if 0 < len(words) <= LONGEST_HEADING:
            self._line.clear()
            self.reading.heading(words, level, gap=self._gap)
            self._gap = ""

    def _add(self, line: str) -> bool:
        if CELL in line:
            return self.reading.row(line.split(CELL), gap=self._gap)
        return self.reading.block(line, gap=self._gap)

    def _break(self, gap: str) -> None:
        """End the line, and set the next one off by at least `gap`."""
        if self._heading:
            self._line.append(" ")
            return
        line = JOINED.sub(" ", "".join(self._line))
        self._line.clear()
        seen = self._add(line)
        if seen:
            self._gap = ""
        self._gap = max(self._gap, gap, key=len)


def _gap_of(node: Any) -> str:
    """An empty line around paragraphs and their like; a list's items are such, for the text has no marks of its own."""
    tag = node.tag
    return "\n\n" if tag in PARAGRAPHS or tag in HEADINGS else "\n"


def _title(tree: Any) -> str | None:
    named = tree.css_first("head > title")
    return fact(named.text() if named is not None else None) or _stated(tree, ('meta[property="og:title"]',))


def _stated(tree: Any, selectors: tuple[str, ...]) -> str | None:
    for selector in selectors:
        found = tree.css_first(selector)
        if found is not None and fact(found.attributes.get("content")):
            return fact(found.attributes.get("content"))
    return None


def _language(tree: Any) -> str | None:
    root = tree.root
    stated = fact(root.attributes.get("lang")) if root is not None else None
    return stated if stated and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", stated) else None
