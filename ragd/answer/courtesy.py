"""What stands in a letter and says nothing that could be quoted: greetings, closings, headers, signatures, rules."""

import re

_WHOM = (
    r"(?:[ ,]+(?:[A-ZÀ-Þ][\w.'’-]*"
    r"|(?i:all|there|folks|everyone|everybody|again|team|sir|madam|guys|and|de|van|von|der)\b)){0,5}"
)
_GREETING = re.compile(
    r"(?:(?i:hi|hiya|hello|hey|howdy|dear|greetings|good (?:morning|afternoon|evening|day)|hallo|hoi|dag|beste|lieve"
    r"|geachte|goede(?:morgen|middag|navond)|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen|abend)|bonjour|bonsoir"
    rf"|cher|chère|hola|buenos días|querid[oa]|ciao)\b{_WHOM}|(?i:folks|all|everyone))\s*[,!:.;–-]*"
)
_CLOSING = re.compile(
    r"(?i:(?:(?:kind|kindest|best|warm|warmest|many|with best|with kind) )?(?:regards|wishes|thanks)|thank you"
    r"|thanx|thx|tia|thanks (?:again|in advance|a lot|a million|for any help|for your help)|cheers"
    r"|(?:all the )?best|sincerely"
    r"|yours(?: sincerely| truly| faithfully)?|love|rgds|br|take care|see you|bye|(?:hartelijke |vriendelijke )?groet"
    r"(?:en|jes)?|met vriendelijke groet(?:en)?|mvg|bedankt|mit freundlichen grü(?:ß|ss)en"
    r"|(?:viele|liebe|beste) grü(?:ß|ss)e|cordialement|bien à vous|merci|saludos|gracias|slán)\b"
    r"(?:[ ,]+[A-Z][\w.'’-]*){0,3}\s*[,!.;–-]*"
)
_HEADER = re.compile(
    r"(?:from|to|cc|bcc|sent|date|subject|reply-to|message-id|importance|attachments?|van|aan|verzonden|datum|onderwerp"
    r"|von|an|gesendet|betreff|de|à|envoyé|objet)\s*:",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_]*(?:-{2,}\s*(?:original|forwarded) message\s*-{2,})?[\W_]*", re.IGNORECASE)
_QUOTES = re.compile(r"^(?:(?:>|\|(?!.*\|))[ \t]?)+", re.MULTILINE)
_FOOT = re.compile(r"^(?:-- ?|[_=*-]{20,})$", re.MULTILINE)


def unquoted(text: str) -> str:
    """A text without a reply's marks at the beginning of its lines ("> ", "| "); a table's rows keep theirs."""
    return _QUOTES.sub("", text)


def depth(line: str) -> int:
    """How deep a line is quoted: 2 for "> > so"."""
    marks = _QUOTES.match(line)
    return len(re.sub(r"\s", "", marks[0])) if marks else 0


def greets(line: str) -> bool:
    """Whether a line is a greeting or a closing alone: "Hi Kees,", "Best regards, Dana"."""
    bare = unquoted(line).strip()
    return bool(_GREETING.fullmatch(bare) or _CLOSING.fullmatch(bare))


def heads(line: str) -> bool:
    """Whether a line of a mail is a header of one that it quotes: "Sent: Monday"."""
    return bool(_HEADER.match(unquoted(line).strip()))


def rules(line: str) -> bool:
    """Whether a line has no words, or only says that another message begins."""
    return bool(_RULE.fullmatch(unquoted(line).strip()))


def foot(text: str) -> int:
    """Where a mail's signature or its list's foot begins; the length of the text where there is none."""
    found = _FOOT.search(text)
    return found.start() if found else len(text)
