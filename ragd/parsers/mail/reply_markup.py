"""What the markup of an HTML mail says of a block: that it is quoted, who is quoted, a signature.

The classes and ids are those of the programs that write them; quotequail and talon know the same.
"""

import re
from typing import Any

from ragd.records import AsideKind

QUOTES = re.compile(
    r"\b(?:gmail_quote(?!_container)|gmail_extra|yahoo_quoted|moz-forward-container|protonmail_quote|tutanota_quote"
    r"|zmail_extra|qt|quoted-text|WordSection_quote|OLK_SRC_BODY_SECTION|ms-outlook-mobile-reference-message|reply_message)\b"
)
ATTRIBUTIONS = re.compile(
    r"\b(?:gmail_attr|moz-cite-prefix|divRplyFwdMsg|moz-email-headers-table|yahoo-quoted-prefix)\b"
)
SIGNATURES = re.compile(
    r"(?:^|[\s_])(?:gmail_signature(?!_prefix)|moz-signature|[sS]ignature|ms-outlook-mobile-signature|AppleMailSignature"
    r"|protonmail_signature_block(?:-user)?|ydp\w*signature|zm-signature)(?:$|\s)"
)
# Outlook and Windows Mail draw a line above the header of what they quote.
RULE = re.compile(r"border(?:-top)?:\s*(?:none;\s*border-top:\s*)?solid #(?:E1E1E1|B5C4DF|e1e1e1|b5c4df) 1\.0pt")
HEADS_THE_REST = re.compile(r"\bdivRplyFwdMsg\b")


def aside_of(node: Any) -> AsideKind | None:
    """What a block of a mail is, if its markup says that it is not the writer's own."""
    attributes = node.attributes
    if node.tag == "blockquote":
        return "quote" if _is_cited(attributes) else None
    if not attributes:
        return None
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
    if named:
        if ATTRIBUTIONS.search(named):
            return "attribution"
        if SIGNATURES.search(named):
            return "signature"
        if QUOTES.search(named) and not node.css_first("blockquote"):
            return "quote"  # with one inside, that is the quote, and who is quoted stands before it
    return "attribution" if _is_rule(attributes) else None


def heads_the_rest(node: Any) -> bool:
    """Whether all that follows an attribution is quoted, with nothing around it."""
    attributes = node.attributes
    return bool(HEADS_THE_REST.search(attributes.get("id") or "")) or _is_rule(attributes)


def _is_cited(attributes: dict[str, str | None]) -> bool:
    """A blockquote that only sets a paragraph in has neither the type nor the line at its side."""
    if attributes.get("type") == "cite" or attributes.get("cite"):
        return True
    said = f"{attributes.get('class') or ''} {attributes.get('style') or ''}"
    return "gmail_quote" in said or "border-left" in said.lower() or "quote" in said.lower()


def _is_rule(attributes: dict[str, str | None]) -> bool:
    return bool(RULE.search(attributes.get("style") or ""))
