"""Whose words a mail quotes: the name above each quote, as far as it is sure. No name is better than a wrong one.

How deep a quote is, its own marks say; where a program wrote none ("-----Original Message-----", HTML), only what
stands right above it does. All of it follows from one document's text, so that it is told when a passage is read and
kept nowhere.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

MARKED = re.compile(r"(?:[ \t]*(?:[^\W\d_]{1,12}|[&+*|])?>)+[ \t]?|\|(?:[ \t]|$)")  # ">", "> >", "DV> ", "| "
MOST_WORDS = 6  # of a name
LONGEST = 600  # code points of an attribution that are looked at

_FROM = re.compile(
    r"^\*{0,2}(?:from|von|van|de|da|från|fra|od|lähettäjä|feladó|expéditeur|от|发件人|差出人)"
    r" ?\*{0,2} ?[:：]\*{0,2}[ \t]*(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_DRAWN = re.compile(r">>>>> (?=[^\n]*\"[^\"\n]{1,30}\" == )")  # Emacs draws it before a name, and it quotes nothing
_FIELD = re.compile(r"[\w -]{2,20} ?[:：]|$")
_ON_BEHALF = re.compile(r".*\bOn Behalf Of\s+(?=\S)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\[(<]*(?:mailto:|smtp:)?([\w.+=%'-]+@[\w-]+(?:\.[\w-]+)+)[\])>]*", re.IGNORECASE)
_BEHIND_ADDRESS = re.compile(r"\s*\(([^()@\d]{3,60})\)")  # "dana@example.org (Dana Visser) writes:"
_IS_MESSAGE = re.compile(r"in (?:article|message|news)\S* ?$", re.IGNORECASE)  # what follows is no person's address
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")  # "From: dana@example.org (Dana Visser)", its address taken out
_VERB = re.compile(
    r"(?<![^\s>)\"'\]:\d])(?:wrote|writes|said|says|scribbled|asked|answered|replied|schrieb|schreef|geschreven|a écrit"
    r"|escribió|escreveu|ha scritto|skrev|kirjoitti|napsala?|napisała?|írta|yazdı|писала?|пишет|написала?|写道)"
    r"(?!\w)"
)
_QUOTING = re.compile(r"(?:Quoting|Zitat von|Citando a?|Citeren)\s+(?=\S)")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*\.?")
_PARTICLES = "van von de der den het ten ter te zu zur da di do dos del della la le el al bin ibn af av"
_LITTLE = frozenset(_PARTICLES.split())
# What has a capital before a name and is none of it: beginnings, days, months, zones, whoever is not said by name.
_OTHERS = """
on at am um op om le el il em den dne dnia in as and but so then when what also once here yesterday today earlier
later recently originally previously article message news mail email date time i you he she they we it who someone
somebody everyone people quoting hi hello dear re fwd pm gmt utc cet cest est edt cst cdt mst mdt pst pdt bst ist z
mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday sun sunday
jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov
november dec december
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so januar jänner februar märz
mai juni juli oktober dezember uhr maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo januari
februari maart mei augustus
lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim janvier février mars avril juin juillet
août septembre octobre novembre décembre à
lunes martes miércoles jueves viernes sábado domingo sáb dom enero febrero marzo abril mayo junio julio agosto
septiembre octubre noviembre diciembre las a.m p.m
giorno lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio aprile maggio giugno luglio
settembre ottobre dicembre alle ore kl
"""
_NO_NAME = frozenset(_OTHERS.split())


class Quoted(NamedTuple):
    """An aside that stands in a quote, and by whom it is; None: nothing says so for sure."""

    start: int
    end: int
    speaker: str | None


def quoted_in(text: str, asides: Sequence[tuple[int, int, str]]) -> list[Quoted]:
    """The asides of a mail that are others' words, in order. `asides` are (start, end, kind) of the whole text."""
    reader = _Reader(text)
    for start, end, kind in asides:
        if kind == "attribution":
            reader.names(start, end)
        elif kind == "quote":
            reader.quotes(start, end)
        else:
            reader.ends(start, end, kind)
    return reader.found


class _Said(NamedTuple):
    """An attribution: how deep it is itself, whom it names, and whether it is a header: "From: Dana"."""

    depth: int
    name: str | None
    is_header: bool


class _Reader:
    """Goes down a mail's asides and remembers who speaks at each depth."""

    def __init__(self, text: str) -> None:
        self.found: list[Quoted] = []
        self._text = text
        self._speakers: dict[int, str | None] = {}  # by how deep the marks say that they are quoted
        self._above: list[_Said] = []  # attributions that nothing stands below yet
        self._end_above = 0
        self._headed = False  # a header such as "From: ..." said who speaks without marks: all below it is quoted
        self._last: tuple[int, int] | None = None  # where the last quote or its signature ended, and its depth

    def names(self, start: int, end: int) -> None:
        if not self._is_right_above(start):
            self._above = []
        said = _DRAWN.sub("", self._text[start:end][:LONGEST])
        is_header = bool(_FROM.search("\n".join(map(_unmarked, said.split("\n")))))
        self._above.append(_Said(depth_of(said), speaker_in(said), is_header))
        self._end_above = end
        self._headed = self._headed or is_header

    def quotes(self, start: int, end: int) -> None:
        if not any(map(_unmarked, self._text[start:end].split("\n"))):  # an empty line of the quote around it
            self._end_above = end if self._is_right_above(start) else self._end_above
            return
        depth = depth_of(self._text[start:end])
        self._told(start, depth)
        self.found.append(Quoted(start, end, self._speakers.get(depth)))
        self._last = (end, depth)

    def ends(self, start: int, end: int, kind: str) -> None:
        """A signature or a foot; in a quote it is no more the sender's than the rest of the quote."""
        depth = depth_of(self._text[start:end])
        below = self._follows(start, depth)
        if depth or kind == "quoted signature" or (kind == "closing" and below and self._headed):
            if depth:
                self._told(start, depth)
            self.found.append(Quoted(start, end, self._speakers.get(depth) if depth or below else None))
            self._last = (end, depth)
        self._above = []

    def _told(self, start: int, depth: int) -> None:
        """Take over what stands right above a quote; where nothing does, and no mark says how deep it is, forget."""
        if self._is_right_above(start):
            self._speakers = {one: who for one, who in self._speakers.items() if one <= self._above[0].depth}
            for one in self._above:
                self._say(one, depth)
        elif depth == 0 and self._follows(start, 0):
            self._speakers = {}
        self._above = []

    def _say(self, said: _Said, depth: int) -> None:
        """Take over one attribution above a quote that is marked so deep."""
        unmarked = said.depth == depth == 0
        level = said.depth if unmarked or (said.is_header and said.depth) else said.depth + 1
        # "Dana wrote:" above "> From: Kees", "> From: Kees" above ">> so": who of them speaks is not sure
        doubtful = said.is_header and said.depth > 0 and (said.depth < depth or self._speakers.get(level) is not None)
        self._speakers = {one: who for one, who in self._speakers.items() if one < level}
        self._speakers[level] = None if doubtful else said.name

    def _is_right_above(self, start: int) -> bool:
        return bool(self._above) and not self._text[self._end_above : start].strip()

    def _follows(self, start: int, depth: int) -> bool:
        """Whether something as deep stands right above, with nothing of the sender's between."""
        return self._last is not None and self._last[1] == depth and not self._text[self._last[0] : start].strip()


def depth_of(text: str) -> int:
    """How deep its marks say that a text is quoted, by its first line; 0 where it has none."""
    for line in text.split("\n"):
        found = MARKED.match(line)
        if line.strip():
            return max(found[0].count(">"), 1) if found else 0
    return 0


def speaker_in(attribution: str) -> str | None:
    """The name that an attribution says, without its address; the address where no name is beside it."""
    lines = [_unmarked(line) for line in attribution.split("\n")]
    headers = list(_FROM.finditer("\n".join(lines)))
    if headers:
        return _in_header(headers[-1][1], "\n".join(lines)[headers[-1].end() :])
    line = " ".join(" ".join(lines).split())
    address = next((one for one in _ADDRESS.finditer(line) if not _IS_MESSAGE.match(line[: one.start()])), None)
    if address:
        behind = _BEHIND_ADDRESS.match(line, address.end())
        name = _named(behind[1]) if behind else _last_name(line[: address.start()])
        return name or address[1]
    return _by_verb(line)


def _unmarked(line: str) -> str:
    found = MARKED.match(line)
    return line[found.end() :].strip() if found else line.strip()


def _in_header(value: str, below: str) -> str | None:
    if "on behalf of" in value.casefold():  # Outlook's line is long, and often broken here
        value += " " + " ".join(takewhile(lambda line: not _FIELD.match(line), below.strip("\n").split("\n")))
    value = _ON_BEHALF.sub("", value)
    if value.casefold().rstrip().endswith("on behalf of"):  # broken off, and who it was stands at another depth
        return None
    address = _ADDRESS.search(value)
    name = " ".join(re.sub(r"[<>\"]", " ", _ADDRESS.sub(" ", value)).strip(" \t'*;,").split())
    bracketed = _IN_BRACKETS.fullmatch(name)
    name = bracketed[1].strip() if bracketed else name
    if not re.search(r"[^\W\d_]", name):
        return address[1] if address else None
    if name.count(",") == 1:  # "Visser, Dana"
        last, first = name.split(",")
        name = f"{first.strip()} {last.strip()}"
    return name if len(name.split()) <= MOST_WORDS and len(name) > len("A.") else None


def _by_verb(line: str) -> str | None:
    verbs = list(_VERB.finditer(line))
    if verbs:
        below = line[verbs[-1].end() :].strip(" :：,")
        return _named(below) or _last_name(line[: verbs[-1].start()])
    quoting = _QUOTING.match(line)
    return _named(line[quoting.end() :].strip(" :：")) if quoting else None


def _named(words: str) -> str | None:
    """The words where all of them are one name."""
    name = _last_name(words)
    return name if name and name == " ".join(words.strip(" \"'“”*").split()) else None


def _last_name(line: str) -> str | None:
    """The name at the end of a line: words with capitals, up to a date, a comma or a word that is no name."""
    line = line.rstrip(" \t,:;(<[-–—*")
    if line[-1:] in ('"', "”"):
        called = re.search(r"[\"“]([^\"“”]{2,60})[\"”]$", line)
        return _named(called[1]) if called else None
    found: list[str] = []
    for word in reversed(line.split()):
        bare = word.strip("\"'“”*")
        if not _is_of_name(bare) or (found and word[-1] in ",;:"):
            break
        found.insert(0, bare)
    if not found or all(word in _LITTLE for word in found) or len(found) > MOST_WORDS:
        return None
    return " ".join(found)


def _is_of_name(word: str) -> bool:
    if word in _LITTLE or re.match(r"[dl]['’][^\W\d_]+$", word):
        return True
    return bool(_WORD.fullmatch(word)) and not word[0].islower() and word.casefold().rstrip(".") not in _NO_NAME
