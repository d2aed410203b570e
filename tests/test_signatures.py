"""What stands only below a mail is found: embedded once, shown once, said to be its writer's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_shelf import mail, quoted

from ragd import Library
from ragd.index.catalog import View
from ragd.records import Hit, Progress

KEES = "Kees de Wit <kees@example.org>"
DANA = "Dana Visser <dana@example.org>"
CARD = "--\nKees de Wit\nHead of Roofs, De Wit Dakwerken\nTel: +31 20 555 0142\nKinkerstraat 96, Amsterdam"
LEGAL = (
    "This e-mail is confidential and intended solely for the addressee. If you have received it in error please"
    " destroy it and tell Wolkenkrabber Holding."
)
LINES = [
    "The gutters on the north side are full of leaves again.",
    "I can come on Tuesday with the long ladder, if it stays dry.",
    "The slates are in and the invoice follows by post.",
    "Could you leave the key with the neighbours?",
]


def letters(count: int) -> dict[str, bytes]:
    """Mails of Kees, each with his card below it, one a day."""
    return {
        f"{number:03}.eml": mail(
            number, f"{LINES[number % 4]} Job {number}.\n\n{CARD}\n", subject=f"Job {number}", author=KEES, to=DANA
        )
        for number in range(count)
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def save(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Forty mails with one card, a mail that quotes it, and a foot that a firm put below another."""
    root = tmp_path_factory.mktemp("post")
    save(root, letters(40))
    reply = (
        f"Tuesday is fine.\n\n{quoted(f'I lost the key.{chr(10)}--{chr(10)}Paul Ox{chr(10)}Tel: 06 5555 0177', 'Paul')}"
    )
    save(root, {"reply.eml": mail(50, reply, author=DANA, to=KEES, subject="Re: keys", answers=[99])})
    firm = f"The chimney is swept.\n\nCheers,\nSandy\n\n{LEGAL}\n"
    save(root, {"firm.eml": mail(51, firm, author=DANA, to=KEES, subject="Chimney")})
    with Library.open(tmp_path_factory.mktemp("home") / "ragd") as library:
        library.add([root])
        yield library


def names(hits: list[Hit]) -> list[str]:
    return [Path(hit.document.path).name for hit in hits]


@pytest.mark.parametrize("query", ["0142", "Kinkerstraat", '"Head of Roofs"', "what is Kees's phone number?"])
def test_a_card_is_found_at_its_span_and_shown_once_in_the_newest_mail(post: Library, query: str) -> None:
    hits = [hit for hit in post.search(query, 100) if hit.chunk.role == "signature" and not hit.chunk.quoted]
    assert names(hits) == ["039.eml"]
    assert hits[0].text == CARD
    assert hits[0].place == "Kees de Wit to Dana Visser, 9 April 2024 > signature"
    with View(post.home.catalog) as view:
        key = view.key_at(hits[0].document.path, None)
        assert key and view.text(key, hits[0].start, hits[0].end) == CARD


def test_a_card_is_embedded_once(post: Library) -> None:
    with View(post.home.catalog) as view:
        found = view.shared.passages(range(10_000))
        cards = [mails for passage in found.values() if len(mails := view.shared.mails(passage)) == 40]
        assert len(cards) == 1
        assert view.counts.of("passages") == view.counts.of("vectors")


def test_a_card_is_told_in_an_answer(post: Library) -> None:
    answer = post.ask("What is Kees de Wit's phone number?", model="quotes")
    assert answer.answered
    assert "+31 20 555 0142" in answer.answer
    assert all(CARD.find(citation.quote) >= 0 for citation in answer.citations)


def test_nobody_answers_with_the_number_of_whom_he_writes_to(post: Library) -> None:
    answer = post.ask("What is Dana Visser's phone number?", model="quotes")
    assert "0142" not in answer.answer


def test_what_people_wrote_comes_before_what_stands_below_it(post: Library) -> None:
    assert post.search("gutters on the north side", 5)[0].chunk.role == "body"
    roles = [hit.chunk.role for hit in post.search("Kees invoice by post", 5)]
    assert roles[0] == "body"


def test_a_persons_own_words_come_before_those_that_they_quote(library: Library, folder: Path) -> None:
    asked = "Are the slates next to the chimney loose again?"
    save(folder, {"asked.eml": mail(1, f"Good morning.\n\n{asked} I can look on Monday.\n", author=DANA, to=KEES)})
    answer = f"Yes.\n\n{quoted(asked, 'Paul')}\n"
    save(folder, {"quote.eml": mail(2, answer, author=DANA, to=KEES, answers=[9])})
    library.add([folder])
    hits = library.search('from:"dana visser" slates', 10)
    assert names(hits)[:2] == ["asked.eml", "quote.eml"]
    assert [hit.chunk.quoted for hit in hits[:2]] == [False, True]


def test_a_quoted_card_is_found_and_is_not_the_repliers(post: Library) -> None:
    (hit,) = [hit for hit in post.search("0177", 10) if "0177" in hit.text]
    assert hit.chunk.quoted and hit.chunk.role == "signature"
    assert re.search(r"> quoted(?: from [^>]+)?$", hit.place)
    assert "0177" not in post.ask("What is Dana Visser's phone number?", model="quotes").answer


def test_a_foot_is_found_by_its_words_only(post: Library) -> None:
    (hit,) = [hit for hit in post.search("Wolkenkrabber", 3) if "words" in hit.ranks]
    assert names([hit]) == ["firm.eml"] and hit.chunk.role == "foot" and hit.text == LEGAL
    assert "meaning" not in hit.ranks
    assert names(post.search("Sandy", 3))[0] == "firm.eml"
    assert not any(hit.chunk.role == "foot" for hit in post.search("is this letter secret?", 100))


def test_a_filter_shows_a_card_in_the_newest_mail_that_it_leaves(post: Library) -> None:
    for conditions, name in (("before:2024-03-11", "009.eml"), ("title:job in:004.eml", "004.eml")):
        hits = [hit for hit in post.search(f"0142 {conditions}", 50) if hit.chunk.role == "signature"]
        assert names(hits) == [name]
    assert not any("0142" in hit.text for hit in post.search("0142 from:dana", 50))


def test_an_excluded_word_leaves_out_the_card_only(post: Library) -> None:
    hits = post.search("Kees ladder -Dakwerken", 100)
    assert hits and not any("Dakwerken" in hit.text for hit in hits)
    assert not post.search("from:kees -Dakwerken", 100), "a mail in which the word stands anywhere is not listed"


def test_more_mails_with_a_known_card_embed_only_what_they_say(library: Library, folder: Path) -> None:
    save(folder, letters(3))
    library.add([folder])
    save(folder, {name: data for name, data in letters(5).items() if name > "002.eml"})
    done: list[int] = []

    def meter(progress: Progress) -> None:
        done.append(progress.texts_done)

    library.sync(meter=meter)
    assert max(done) == 2
    assert names([hit for hit in library.search("0142", 10) if "0142" in hit.text]) == ["004.eml"]


def test_a_card_moves_to_the_newest_mail_that_is_left_and_goes_with_the_last(library: Library, folder: Path) -> None:
    save(folder, letters(3))
    library.add([folder])
    (folder / "002.eml").unlink()
    library.sync()
    assert names([hit for hit in library.search("0142", 10) if "0142" in hit.text]) == ["001.eml"]
    library.forget([folder / "001.eml"])
    assert names([hit for hit in library.search("0142", 10) if "0142" in hit.text]) == ["000.eml"]
    library.forget([folder / "000.eml"])
    assert not library.search("0142", 10)
    with View(library.home.catalog) as view:
        assert view.shared.count() == 0
        assert view.counts.of("passages") == 0


def test_the_word_index_built_anew_has_the_cards_too(library: Library, folder: Path) -> None:
    save(folder, letters(3))
    library.add([folder])
    before = [(hit.document.path, hit.start, hit.score) for hit in library.search("Kees 0142", 10)]
    home = library.home
    library.close()
    for file in home.words.rglob("*.store"):
        file.unlink()
    with Library.open(home.path) as again:
        again.sync()
        assert [(hit.document.path, hit.start, hit.score) for hit in again.search("Kees 0142", 10)] == before


def test_show_gives_the_whole_mail(post: Library) -> None:
    post.keep(post.find("0142", 1))
    shown = post.passage(1)
    whole = shown.before + shown.text + shown.after
    assert whole.startswith(LINES[3]) and whole.endswith(CARD)
