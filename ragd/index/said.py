"""What of a passage stands before the embedder: its words, without the marks that programs draw around them.

Marks of quoting, rules of dashes, "Re:" and a list's tag are tokens that mean nothing and are in every answer. They
stay in the text, in the word index and in what is shown.
"""

import re

# At the start of a quoted line: ">", "> >", "JM> >".
QUOTING = re.compile(r"^[ \t]*(?:(?:[^\W\d_]{1,12})?>[ \t]?)+", re.MULTILINE)
RULE = re.compile(r"([-_=*~#+.])\1{3,}")  # one of its signs says as much
ANSWER = re.compile(r"(?:(?:re|fwd?|aw|sv|wg|antw|vs|tr|rv)(?:\[\d+\])?:\s*|\[[^\[\]]{1,40}\]\s*)+", re.IGNORECASE)


def words_of(text: str, *, quoted: bool) -> str:
    """A passage's text as it is embedded."""
    bare = RULE.sub(r"\1", QUOTING.sub("", text) if quoted else text)
    return bare if bare.strip() else text


def subject_of(title: str | None) -> str | None:
    """A title as it is embedded: of an answer the subject alone, "Re: [roofs] Re: Gutters" is "Gutters"."""
    found = ANSWER.match(title or "")
    if title is None or found is None or ":" not in found[0]:
        return title
    return title[found.end() :] or title
