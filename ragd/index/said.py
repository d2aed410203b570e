"""What of a passage stands before the embedder: its words, without the signs that programs draw around them.

Marks of quoting, rules of dashes, the ends of long links, "Re:" and a list's tag are tokens that mean nothing and are
in every answer. They stay in the text, in the word index and in what is shown.
"""

import re

# At the start of a quoted line: ">", "> >", "JM> >".
QUOTING = re.compile(r"^[ \t]*(?:(?:[^\W\d_]{1,12}|[&+=*|])?>[ \t]?|\|(?:[ \t]|$))+", re.MULTILINE)
RULE = re.compile(r"([^\w\s]|_)\1{2,}")  # "-----", "...": one of its signs says as much
DRAWN = re.compile(r"([^\w\s])(?:[ \t]*[^\w\s]){5,}")  # "/\/\/\/\": likewise
LINK = re.compile(r"(?:https?|ftp)://(?:www\.)?([^\s<>\"]{1,40})[^\s<>\"]*")  # its host and the beginning of its path
# In what is quoted: addresses of people with a name, whom it went to, when somebody wrote it.
ADDRESS = re.compile(r"(?<=[\w.)\"']) ?(?:<(?:mailto:)?[^<>@\s]+@[^<>\s]+>|\[mailto:[^\]\s]*\])")
ROUTE = re.compile(
    r"^(?:(?:to|cc|sent|date|reply-to|in-reply-to|message-id|status|sender|mime-version|content-[\w-]+|x-[\w-]+)"
    r":(?:[ \t].*)?$|-+ ?(?:original|forwarded) message ?-+)\n?",
    re.IGNORECASE | re.MULTILINE,
)
WHEN = re.compile(
    r"^-{0,2}(?:on|at) [^\n]{4,60}?\d[\dapm:]*(?: [+-]\d{4})?,? (?=\D{3,60}\s(?:wrote|writes|said)\b)",
    re.IGNORECASE | re.MULTILINE,
)
ANSWER = re.compile(r"(?:(?:re|fwd?|aw|sv|wg|antw|vs|tr|rv)(?:\[\d+\])?:\s*|\[[^\[\]]{1,40}\]\s*)+", re.IGNORECASE)
# "Slates (was: Gutters)"
BEFORE = re.compile(r"(?<=\S)\s*[(\[] ?was(?::| re\b| fwd?:| \").*", re.IGNORECASE | re.DOTALL)


def words_of(text: str, *, quoted: bool) -> str:
    """A passage's text as it is embedded."""
    bare = QUOTING.sub("", text) if quoted else text
    if quoted:
        bare = WHEN.sub("", ADDRESS.sub("", ROUTE.sub("", bare)))
    if "://" in bare:
        bare = LINK.sub(r"\1", bare)
    bare = DRAWN.sub(r"\1", RULE.sub(r"\1", bare))
    return bare if bare.strip() else text


def subject_of(title: str | None) -> str | None:
    """A title as it is embedded: of an answer the subject alone, "Re: [roofs] Re: Gutters" is "Gutters"."""
    if title is None:
        return None
    found = ANSWER.match(title)
    subject = title[found.end() :] if found and ":" in found[0] else title
    return BEFORE.sub("", subject) or subject or title
