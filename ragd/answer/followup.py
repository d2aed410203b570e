"""A follow-up question made whole with the words of the question before it, without asking a model."""

import re

from ragd.answer import words

SHORT = 3  # content words: with fewer, a question in a conversation leans on the one before
CARRIED = 12  # words taken over at most

_POINTS_BACK = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs|that|this|those|these|there|then|one|same|former"
    r"|latter|such)\b|^(?:and|but|or|so|also|what about|how about)\b",
    re.IGNORECASE,
)


def standalone(question: str, history: tuple[str, ...] = ()) -> str:
    """The question as it can be searched on its own.

    `history` are the earlier questions, oldest first, each already made whole. A question that points back ("and when
    does it end?") or has hardly a word of its own gets the content words of the last one appended.
    """
    question = question.strip()
    if not history or not (_POINTS_BACK.search(question) or len(words.content(question)) < SHORT):
        return question
    own = set(words.content(question))
    carried = [word for word in words.tokens(history[-1]) if (stems := words.content(word)) and not own & set(stems)]
    about = " ".join(dict.fromkeys(carried[:CARRIED]))
    return f"{question} ({about})" if about else question
