"""What in a mail is not its writer's own: quotes and who is quoted, signatures, the feet of lists and lawyers.

Places in the text, not pieces of it: the text of a mail is whole, and these are spans of it. A line can be wrongly
taken for a quote (a line of a patch, a prompt) without loss, since a quote whose message is not known is a passage like
any other; a signature is one apart, and a foot has no meaning, so only what is surely one is taken for it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from ragd.parsers.mail.reply_lines import Line, lines_of
from ragd.parsers.mail.reply_words import (
    CALLED,
    CLOSING,
    CONTACT,
    DASHES,
    DATED,
    DIVIDER,
    FIELD,
    LEGAL,
    LEGAL_OPENING,
    LIST_FOOT,
    MAILTO,
    NAMED,
    OPENER,
    ROLES,
    SENT_FROM,
    SEPARATOR,
    SEPARATOR_END,
    WROTE,
    YOU_WROTE,
)
from ragd.parsers.mail.signatures import could_be_address, is_list, is_signed, kind_of, names_and_address, names_of
from ragd.records import Aside, AsideKind

SIGNATURE_LINES = 14  # below "--"; more is a letter that goes on
RULED = 20  # characters of a rule that sets a signature off
SIGNATURE_SIZE = 1200  # code points
FOOT_LINES = 12  # of one foot
NAME_LINES = 10  # below "Best regards,": name, role, firm, street, town, telephone, address
HEADER_LINES = 12
RULES = frozenset("-_*=~")  # what a line that sets a quoted message off begins with
CARD_LINES = 6  # of a last paragraph that begins with "- " and the writer's name
LOOKED_BACK = 60  # lines at the end of a run in which its signature is looked for


def asides(text: str, *, author: str | None, given: Sequence[Aside] = ()) -> tuple[Aside, ...]:
    """The spans of a mail's text that are not its writer's own, in order, none within another.

    `given` are those that the markup of an HTML mail states. `author` is "Dana Visser <dana@example.org>".
    """
    lines = lines_of(text, given)
    _deepen_below_headers(lines)
    runs = [list(run) for _, run in groupby(_level(lines), key=lambda line: line.depth)]
    for number, run in enumerate(runs):
        last = number + 1 == len(runs)
        if not last and runs[number + 1][0].depth:
            _mark_attribution(run)
        if run[0].depth:
            _mark_fields(run, above_quote=not last and runs[number + 1][0].depth > run[0].depth)
        _mark_end(run, author if run[0].depth == 0 else None, first=number == 0)
    return tuple(_spans(lines, names_and_address(author)))


def _deepen_below_headers(lines: list[Line]) -> None:
    """What stands below "-----Original Message-----", Outlook's header or "On 3 March Dana wrote:" is quoted.

    Only where no ">" follows at once: then these lines say themselves what is quoted.
    """
    floors: list[int] = []  # how deep each header stands below which this is quoted: what is less deep is below none
    at = 0
    while at < len(lines):
        line = lines[at]
        while floors and line.words and line.depth < floors[-1]:
            floors.pop()
        floor, base = line.depth, len(floors)
        line.depth += base
        if base and SEPARATOR_END.match(line.words):
            floors.pop()
            line.kind = "attribution"
        elif line.kind is None and (":" in line.words or "：" in line.words or line.words[:1] in RULES):
            head = _header_at(lines, at) if line.words else 0
            for one in lines[at + 1 : at + head]:
                one.depth += base
            for one in lines[at : at + head]:
                one.kind = "attribution"
            if head:
                at += head - 1
                floors += [] if _marked_below(lines, at) else [floor]
        at += 1


def _marked_below(lines: list[Line], at: int) -> bool:
    """Whether the next words are marked as quoted by themselves."""
    below = next((line for line in lines[at + 1 :] if line.words), None)
    return below is not None and below.depth > lines[at].depth


def _header_at(lines: list[Line], at: int) -> int:
    """How many lines the header of a quoted message takes that begins here and marks nothing below; 0: none begins."""
    words = lines[at].words
    if SEPARATOR.match(words) and len(words) < 120:
        below = at + 1
        while below < min(at + 4, len(lines)) and not lines[below].words:
            below += 1
        return below - at + _fields_at(lines, below, least=1)
    if DIVIDER.match(words) and at + 1 < len(lines):
        fields = _fields_at(lines, at + 1, least=3)
        return fields + 1 if fields else 0
    if words[-1] in ":：" and DATED.match(words) and WROTE.search(words) and _nothing_marked(lines, at):
        return 1
    return _fields_at(lines, at, least=3) if words[0] not in "[(" else 0


def _fields_at(lines: list[Line], at: int, *, least: int) -> int:
    """How many lines of "From: ...", "Sent: ..." begin here; 0 where they are too few to be a message's header."""
    roles: set[str] = set()
    end = at
    for number in range(at, min(at + HEADER_LINES, len(lines))):
        line = lines[number]
        if line.depth != lines[at].depth or not line.words:
            break
        field = FIELD.match(line.words)
        role = ROLES.get(field[1].casefold()) if field else None
        if role is None and not roles:
            break
        if role:
            roles.add(role)
            end = number + 1
        elif number - end > 1:  # a field may go on for a line or two
            break
    return end - at if len(roles - {"more"}) >= least and "from" in roles else 0


def _nothing_marked(lines: list[Line], at: int) -> bool:
    """Neither by ">" nor by a mark of a program's own ("--]", "#")."""
    first = next((line.words for line in lines[at + 1 :] if line.words), "")
    return first[:1].isalnum() and all(line.depth == 0 for line in lines[at : at + 40])


def _level(lines: list[Line]) -> list[Line]:
    """Empty lines belong to what is before them, unless that is not as deep as what is before and after."""
    depth = 0
    for line in lines:
        if line.words or line.kind or (line.depth and not depth):
            depth = line.depth
        else:
            line.depth = depth
    return lines


def _mark_attribution(run: list[Line]) -> None:
    """The line or lines before a quote that say whose it is."""
    last = len(run) - 1
    while last >= 0 and not run[last].words:
        last -= 1
    if last < 0 or run[last].kind:
        return
    words = run[last].words
    if not (_names_who(words) or _stands_alone(run, last)):
        wrapped = f"{run[last - 1].words} {words}" if last and words.endswith((":", "：")) else ""
        if not wrapped or not (WROTE.search(wrapped) or NAMED.match(wrapped)):
            return
        last -= 1
        run[last + 1].kind = "attribution"
    first = last
    while first > 0 and last - first < 2 and not OPENER.match(run[first].words) and run[first - 1].words:
        first -= 1
    if not OPENER.match(run[first].words):  # nothing above began it
        first = last
    for line in run[first : last + 1]:
        line.kind = "attribution"


def _names_who(words: str) -> bool:
    named = WROTE.search(words) or NAMED.match(words) or YOU_WROTE.search(words)
    return named is not None and words.endswith((":", "："))


def _stands_alone(run: list[Line], last: int) -> bool:
    """Whether the last line is a name and nothing else, between an empty line and the quote."""
    return last + 1 == len(run) and not (last and run[last - 1].words) and CALLED.match(run[last].words) is not None


def _mark_fields(run: list[Line], *, above_quote: bool) -> None:
    """Two lines or more such as "From: ...", "Date: ..." at the top of a quote say who is quoted."""
    first = next((number for number, line in enumerate(run) if line.words), len(run))
    least = 1 if first < len(run) and MAILTO.search(run[first].words) else 2
    end = first + (_fields_at(run, first, least=least) if first < len(run) else 0)
    if end > first:
        end = next((number for number in range(end, len(run)) if run[number].words), len(run))
    if above_quote or end < len(run):
        _mark((line for line in run[first:end] if line.kind is None), "attribution")


def _mark_end(run: list[Line], author: str | None, *, first: bool) -> None:
    """A signature at the end of what one person wrote, and the foot that a list or a firm put below it."""
    own = [line for line in run if line.kind is None][-LOOKED_BACK:]
    own = _without_feet(own, first=first)
    _mark_legal(own)  # which stands below the signature more often than above it
    _mark_signature([line for line in own if line.kind is None], author)


def _without_feet(lines: list[Line], *, first: bool) -> list[Line]:
    """Feet below dividers, last first; and a last paragraph that tells how to leave the list."""
    lines = _armour(lines)
    lines = _without_list_page(lines, first=first)
    while (divider := _last_divider(lines)) is not None:
        foot = lines[divider:]
        said = [line.words for line in foot if line.words and not DIVIDER.match(line.words)]
        if len(said) > FOOT_LINES or not (LIST_FOOT.search("\n".join([foot[0].words, *said])) or not said):
            break
        _mark(foot, "footer")
        lines = lines[:divider]
    while begin := _last_paragraph(lines):
        said = [line.words for line in lines[begin:] if line.words]
        if len(said) > 6 or sum(bool(LIST_FOOT.search(one)) for one in said) * 2 < len(said):
            break
        _mark(lines[begin:], "footer")
        lines = lines[:begin]
    return lines


def _without_list_page(lines: list[Line], *, first: bool) -> list[Line]:
    """A list's own page, which it puts right below the last line of the letter: no letter says that and no more."""
    last = max((number for number, line in enumerate(lines) if line.words), default=-1)
    if last < first or not is_list(lines[last].words):
        return lines
    _mark(lines[last:], "footer")
    return lines[:last]


def _armour(lines: list[Line]) -> list[Line]:
    """PGP's armour around a signed letter."""
    for number, line in enumerate(lines):
        if line.words.startswith("-----BEGIN PGP SIGNATURE-----"):
            ends = [at for at in range(number, len(lines)) if lines[at].words.startswith("-----END PGP SIGNATURE")]
            end = ends[0] + 1 if ends else len(lines)
            _mark(lines[number:end], "footer")
            return lines[:number] + lines[end:]
        if line.words.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
            _mark(lines[number : number + 2], "footer")
    return [line for line in lines if line.kind is None]


def _last_divider(lines: list[Line]) -> int | None:
    for number in range(len(lines) - 1, -1, -1):
        if DIVIDER.match(lines[number].words):
            return number
        if len(lines) - number > FOOT_LINES * 2:
            return None
    return None


def _last_paragraph(lines: list[Line]) -> int:
    """Where the last paragraph begins; 0 where there is one only."""
    end = len(lines)
    while end and not lines[end - 1].words:
        end -= 1
    while end and lines[end - 1].words:
        end -= 1
    return end


def _mark_signature(lines: list[Line], author: str | None) -> None:
    for begins in (_below_dashes, _below_closing, _own_name):
        first = begins(lines, author)
        if first is not None:
            _mark(lines[first:], "signature")
            return


def _below_dashes(lines: list[Line], author: str | None) -> int | None:
    for number, line in enumerate(lines):
        ruled = len(line.words) >= RULED and DIVIDER.match(line.words)
        if line.words in DASHES or (ruled and number):
            below = [one.words for one in lines[number + 1 :] if one.words]
            size = sum(map(len, below))
            if len(below) <= SIGNATURE_LINES and size <= SIGNATURE_SIZE and (not ruled or _tells_who(below, author)):
                return number
    return None


def _tells_who(lines: list[str], author: str | None) -> bool:
    """Whether lines below a rule are the writer's card: near its top a way to reach somebody, or the writer's name."""
    top = "\n".join(lines[:5])
    return bool(CONTACT.search(top)) and bool(names_of(author) & set(top.casefold().replace(",", " ").split()))


def _below_closing(lines: list[Line], author: str | None) -> int | None:
    """ "Sent from my telephone", or "Best regards," with nothing but short lines below it."""
    for number in range(len(lines) - 1, -1, -1):
        words = lines[number].words
        below = [one.words for one in lines[number + 1 :] if one.words]
        if len(below) > NAME_LINES:
            return None
        if SENT_FROM.match(words) and len(below) <= 2:
            return number
        if below and CLOSING.match(words):
            return number if all(map(could_be_address, below)) else None
    return None


def _own_name(lines: list[Line], author: str | None) -> int | None:
    """The writer's name alone on the last line."""
    last = len(lines) - 1
    while last > 0 and not lines[last].words:
        last -= 1
    if last <= 0 or not author:
        return None
    first, names = _last_paragraph(lines), names_of(author)
    if first and last - first < CARD_LINES and is_signed(lines[first].words, names):
        return first
    said = lines[last].words.casefold().strip(" -–—~*/.,!:()").split()
    return last if said and len(said) <= 4 and set(said) <= names else None


def _mark_legal(lines: list[Line]) -> None:
    """Paragraphs near the end that a firm's lawyers wrote."""
    for paragraph in _paragraphs(lines):
        if LEGAL_OPENING.match(paragraph[0].words):
            found = {match[0].casefold() for line in paragraph for match in LEGAL.finditer(line.words)}
            if len(found) >= 2:
                _mark(paragraph, "footer")


def _paragraphs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    for has_words, group in groupby(lines, key=lambda line: bool(line.words)):
        if has_words:
            yield list(group)


def _mark(lines: Iterable[Line], kind: AsideKind) -> None:
    for line in lines:
        line.kind = kind


def _spans(lines: Sequence[Line], names: Collection[str]) -> Iterator[Aside]:
    """Neighbouring lines of one kind and depth as one span, without the empty lines at its ends."""

    def said_by(line: Line) -> tuple[AsideKind | None, int]:
        return line.kind or ("quote" if line.depth else None), line.depth

    for (kind, depth), group in groupby(lines, key=said_by):
        held = [line for line in group if line.end > line.start]
        if kind and held:
            said = [line.words for line in held if line.words]
            ends = kind_of(said, frozenset() if depth else names, quoted=depth > 0) if kind == "signature" else kind
            yield Aside(held[0].start, held[-1].end, ends)
