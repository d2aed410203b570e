"""Whose words a question asks for, and whose a span's are: what Dana quotes from Clara is nothing that Dana said."""

import re

from ragd import places
from ragd.answer import words
from ragd.answer.spans import Span

_WHO = r"(?P<who>(?:[^\W\d_][\w.'’-]*\s+){1,4}?)"
_SAY = (
    r"(?:say|write|ask|demand|claim|argue|think|believe|mention|propose|suggest|tell|answer|reply|respond|report|want|promise|offer"
    r"|state|explain|announce|agree|request|warn|complain|recommend|advise|confirm|insist|note|describe|object|add|expect)"
)
_SAID = (
    r"(?:said|says|wrote|writes|written|asked|demanded|claimed|argued|thought|believed|mentioned|proposed|suggested|told"
    r"|answered|replied|responded|reported|wanted|promised|offered|stated|explained|announced|agreed|requested|warned"
    r"|complained|recommended|advised|confirmed|insisted|noted|described|objected|added|expected)"
)
_WORDS = (
    r"(?:views?|opinions?|positions?|answers?|repl(?:y|ies)|responses?|demands?|questions?|proposals?|suggestions?"
    r"|statements?|arguments?|requests?|advice|words|comments?|remarks?)"
)
_SPOKEN = (
    r"(?:gesagt|geschrieben|gefragt|gefordert|behauptet|vorgeschlagen|geantwortet|erwähnt|versprochen|gewollt"
    r"|gezegd|geschreven|gevraagd|geëist|beweerd|voorgesteld|geantwoord|genoemd|beloofd)"
)
_ASKED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:did|does|do|has|had|have)\s+{_WHO}(?:\w+ly\s+)?(?:{_SAY}|{_SAID})\b",
        rf"\b(?:what|that|which|when|where|why|how|whether|if)\s+{_WHO}(?:has\s+|had\s+|have\s+)?{_SAID}\b",
        rf"(?P<who>(?:[^\W\d_][\w.-]*\s+){{0,2}}[^\W\d_][\w.-]*)['’]s\s+(?:\w+\s+){{0,2}}{_WORDS}\b",
        rf"\baccording\s+to\s+{_WHO.replace('+)', '*)', 1)}",
        rf"\b(?:hat|haben|heeft|hebben)\s+{_WHO}(?:.*\s)?{_SPOKEN}\b",
        rf"\b(?:sagte?|schrieb|schreibt|fragte?|forderte?|meinte?|zei|zegt|schreef|schrijft|vroeg|vindt|wil|dijo|escribió)"
        rf"\s+{_WHO.replace('+)', '*)', 1)}",
    )
]
_VOCATIVE = r"(?:(?:^|[.!?\n])[ \t>]*(?:[^\W\d_]+\s+)?{0}[ \t]*[,!:–-]|,\s*{0}\s*[,.!?])"


def asked_of(question: str) -> frozenset[str]:
    """The stems of the words that stand for who is asked about as the speaker; empty where nobody is."""
    found = next(filter(None, (pattern.search(question) for pattern in _ASKED)), None)
    said = words.tokens(found["who"]) if found else []
    return frozenset(words.stem(word) for word in said if word.casefold() not in words.SMALL)


def may_say(speakers: frozenset[str], span: Span) -> bool:
    """Whether a span can tell what these people said: quoted from another it does only where it speaks of them."""
    speaker = span.hit.chunk.speaker
    if not speakers or not speaker or not places.is_quoted(span.hit.chunk, span.end):
        return True
    document = span.hit.document
    people = [_stems(person) for person in (speaker, document.author or "", *document.recipients)]
    own = [person for person in people if people[0] <= person]  # "Dana" is "Dana Okafor"
    if any(speakers & person for person in own):
        return True
    if not any(speakers & person for person in people):
        return True  # nobody's name: "what did the letter say"
    return any(_speaks_of(word, span.shown) for word in words.tokens(span.shown) if words.stem(word) in speakers)


def _speaks_of(name: str, text: str) -> bool:
    """Whether a text says a name otherwise than to call somebody by it."""
    return name in re.sub(_VOCATIVE.format(re.escape(name)), " ", text)


def _stems(person: str) -> frozenset[str]:
    return frozenset(words.stem(word) for word in words.tokens(person))
