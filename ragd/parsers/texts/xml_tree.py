"""One part of an office file as an XML tree: entities are never followed, small damage is passed over."""

import io
from collections.abc import Iterator
from typing import Any

from ragd.parsers.source import Unreadable


def tree(data: bytes, what: str) -> Any:
    """The root element of `data`; raises Unreadable, in a person's words `what`, where nothing can be made of it."""
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"damaged {what}") from error
    if root is None:
        raise Unreadable(f"damaged {what}")
    return root


def ends(data: bytes, *tags: str) -> Iterator[Any]:
    """The elements called `tags` as each is complete, emptied afterwards: for parts that are too large for a tree."""
    from lxml import etree

    walk = etree.iterparse(
        io.BytesIO(data), tag=tags, resolve_entities=False, no_network=True, huge_tree=True, recover=True
    )
    try:
        for _, element in walk:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        return  # cut off: what came before stands


def local(element: Any) -> str:
    """An element's name without its namespace; "" of a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its local name, in whatever namespace the program wrote it; "" where it is absent."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
