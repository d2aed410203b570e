"""Made-up notes with questions in other words; half of the questions ask for what the note does not say.

What notes are about, how they say it and how it is asked for stands in `judge_notes.toml`. A question without an answer
asks for something that the note does not tell of its thing; often the note tells it of another thing beside.
`judge_written.toml` holds notes that were written one by one, with questions of both kinds.
"""

import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
WORDS: dict[str, list[str]] = TABLE["words"] | {"x": TABLE["other"]["subjects"]}
WRITTEN: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("judge_written.toml").read_text("utf-8"))["note"]
SENTENCE = re.compile(r"(?<=[.!?:]) +|\n+")
HOLE = re.compile(r"\{(?:(\d+)-(\d+)|([a-z]+))\}")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that notes are about, as a note and as a question call it."""

    says: dict[str, Any]
    noted: str
    asked: str


def made_up(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Fields of `train_judge.Example`."""
    return [_example(chance) for _ in range(count)]


def written(chance: random.Random) -> list[dict[str, Any]]:
    """Fields of `train_judge.Example` of every written question, half of the answered ones without their answer too.

    Sentences are left out at random and another note may stand beside, so no two passes read the same.
    """
    found = []
    for note in WRITTEN:
        text = " ".join(note["text"].split())
        for question, answer in note["ask"]:
            for _ in range(2):
                found.append(_read(question, answer, _shown(text, answer, chance)))
            rest = [sentence for sentence in SENTENCE.split(text) if answer not in sentence]
            if chance.random() < 0.5 and answer not in " ".join(rest):
                found.append(_read(question, None, _beside(" ".join(rest), None, chance)))
        found += [_read(question, None, _shown(text, None, chance)) for question in note["none"]]
    return found


def _shown(text: str, answer: str | None, chance: random.Random) -> str:
    sentences = SENTENCE.split(text)
    kept = [one for one in sentences if chance.random() < 0.8 or (answer and answer in one)]
    whole = " ".join(kept)
    return _beside(whole if kept and (answer is None or answer in whole) else text, answer, chance)


def _beside(text: str, answer: str | None, chance: random.Random) -> str:
    other = " ".join(chance.choice(WRITTEN)["text"].split())
    if chance.random() < 0.6 or (answer and answer in other):
        return text
    return f"{text}\n\n{other}" if chance.random() < 0.6 else f"{other}\n\n{text}"


def _read(question: str, answer: str | None, passage: str) -> dict[str, Any]:
    start = passage.find(answer) if answer else -1
    end = start + len(answer) if answer else -1
    return {"question": question, "passage": passage, "start": start, "end": end, "answers": start >= 0}


def filled(pattern: str, chance: random.Random) -> str:
    """A pattern with every hole filled, and the holes in what fills it."""

    def fill(hole: re.Match[str]) -> str:
        if hole[1]:
            return str(chance.randint(int(hole[1]), int(hole[2])))
        return filled(chance.choice(WORDS[hole[3]]), chance)

    return HOLE.sub(fill, pattern)


def _thing(chance: random.Random, kind: dict[str, Any]) -> Thing:
    noted, asked = chance.choice(kind["names"])
    names = filled(f"{noted}\0{asked}", _same(chance, noted)).split("\0") if "{" in noted else (noted, asked)
    return Thing(kind["says"], *names)


class _Same(random.Random):
    """Chance that fills the same hole in both names of a thing with the same."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._chosen: dict[int, Any] = {}

    def choice(self, seq: Any) -> Any:
        return self._chosen.setdefault(id(seq), super().choice(seq))


def _same(chance: random.Random, noted: str) -> random.Random:
    return _Same(chance.randrange(1 << 30))


def _example(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(TABLE["thing"])
    thing, other = _thing(chance, kind), _other(chance, kind)
    keys = list(thing.says)
    chance.shuffle(keys)
    told = keys[: chance.randint(1, min(4, len(keys) - 1))]
    flows = chance.random() < 0.4  # one sentence after the other, "it" for the thing
    lines = [_line(thing, key, chance, it=flows and place > 0) for place, key in enumerate(told)]
    beside: list[str] = []
    if other.noted != thing.noted and chance.random() < 0.6:
        beside = chance.sample(list(other.says), chance.randint(1, 3))
        lines += [(None, line, value) for _, line, value in (_line(other, key, chance, it=False) for key in beside)]
    fillers = chance.choices(TABLE["other"]["filler"], k=chance.randint(0, 4))
    lines += [(None, filled(line, chance), "") for line in fillers]
    if not flows and chance.random() < 0.8:
        chance.shuffle(lines)
    if chance.random() < 0.5:
        return _asked(thing, chance.choice(told), lines, chance, answers=True)
    near = [key for key in beside if other.says is thing.says and key not in told]
    key = chance.choice(near if near and chance.random() < 0.6 else keys[len(told) :])
    return _asked(thing, key, lines, chance, answers=False)


def _other(chance: random.Random, kind: dict[str, Any]) -> Thing:
    return _thing(chance, kind if chance.random() < 0.65 else chance.choice(TABLE["thing"]))


def _line(thing: Thing, key: str, chance: random.Random, *, it: bool) -> tuple[str | None, str, str]:
    known = thing.says[key]
    value = filled(known["value"] if isinstance(known["value"], str) else chance.choice(known["value"]), chance)
    pattern = chance.choice(known["note"])
    name = chance.choice(("it", "this")) if it and pattern.startswith("{E} ") else thing.noted
    return key, _capital(pattern.replace("{E}", name).replace("{V}", value)), value


def _asked(
    thing: Thing, key: str, lines: list[tuple[str | None, str, str]], chance: random.Random, *, answers: bool
) -> dict[str, Any]:
    name = thing.asked if chance.random() < 0.75 else thing.noted
    question = _capital(chance.choice(thing.says[key]["ask"]).replace("{Q}", name))
    manner = chance.random()
    if manner < 0.12:
        question = question.lower().rstrip("?")
    elif manner < 0.2:
        question = f"Do you know {question[:1].lower()}{question[1:]}"
    named = _capital(thing.noted)
    heads = ("", "", "", f"# {named}\n\n", filled("Hi {given},\n\n", chance), f"{named}\n", filled("{date}\n", chance))
    between = chance.choice((" ", " ", "\n", "\n- "))
    text = chance.choice(heads) + ("- " if between == "\n- " else "")
    start = end = -1
    for number, (about, line, value) in enumerate(lines):
        text += between if number else ""
        if answers and about == key and start < 0:
            start = len(text) + line.casefold().find(value.casefold())
            end = start + len(value)
        text += line
    return {"question": question, "passage": text, "start": start, "end": end, "answers": answers}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
