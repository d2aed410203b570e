"""A filter takes away what does not match, and changes nothing about what stays: no score, no order."""

from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragd import Library
from ragd.cli.show import named
from ragd.index.catalog.dates import named_day
from ragd.records import Hit
from ragd.search.query import Query, holds, matches, parse

TODAY = date(2024, 6, 1)
SUBJECTS = ["Boiler", "Roof repair", "Regatta", "Tax return", "Garden wall"]
PEOPLE = [
    "Dana Visser <dana@visser.example>",
    "Kees Hofland <kees@hofland.example>",
    "Merle Ox <merle@boilers.example>",
]
LINES = [
    "The boiler was serviced and the invoice is 340 euros.",
    "We row on Tuesday if the river is below two metres.",
    "Please send the papers for the tax office before May.",
    "The roofer found two slipped slates above the boiler room.",
    "Plant the wall with roses, the invoice can wait.",
]


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory, models_home: Path) -> Iterator[Library]:
    """Sixty mails and forty notes that share their words."""
    root = tmp_path_factory.mktemp("household")
    for number in range(60):
        mail = EmailMessage()
        mail["From"], mail["To"] = PEOPLE[number % 3], PEOPLE[(number + 1) % 3]
        mail["Subject"] = SUBJECTS[number % 5]
        mail["Date"] = f"{1 + number % 28} Mar {2019 + number % 6} 10:00:00 +0000"
        mail["Message-ID"] = f"<{number}@visser.example>"
        said = " ".join(LINES[(number * step) % 5] for step in range(1, 4))
        mail.set_content(f"{said} Number {number}, LR-{40400 + number % 7}.")
        (root / "mail").mkdir(exist_ok=True)
        (root / "mail" / f"{number}.eml").write_bytes(mail.as_bytes())
    for number in range(40):
        folder = root / ("notes" if number % 2 else "diary")
        folder.mkdir(exist_ok=True)
        text = f"# {SUBJECTS[number % 5]} {number}\n\n" + "\n".join(LINES[(number + step) % 5] for step in range(3))
        (folder / f"{number}.{'md' if number % 4 else 'txt'}").write_text(text)
    said = [
        f"{1 + n % 28:02}/03/{2019 + n // 10}, 14:0{n % 9} - {'Dana' if n % 2 else 'Kees'}: {LINES[n % 5]}"
        for n in range(60)
    ]
    (root / "WhatsApp Chat with Dana.txt").write_text("\n".join(said))
    with Library.open(tmp_path_factory.mktemp("home") / "ragd") as library:
        library.add([root])
        yield library


filters = st.sampled_from(
    [
        "from:dana", "-from:kees", 'from:"Merle Ox"', "to:visser", "after:2021", "before:2023-03-10",
        "before:2020-03-08", "type:mail", "type:chat", "type:note", "type:md", "in:notes", "in:mail", "-in:diary",
        "title:roof", "from:dana from:kees", "type:pdf",
    ]
)  # fmt: skip
wishes = st.sampled_from(
    [
        "boiler invoice",
        "when do we row",
        "roses",
        "papers tax office May",
        "slates",
        "river in the diary",
        "12.md",
        "37",
        "LR-40404",
        "invoice LR-40402 40403",
    ]
)
phrases = st.sampled_from(['"the invoice"', '"tax office"', "-boiler", "-roses"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes, st.lists(filters, max_size=3))
def test_a_filtered_search_is_the_unfiltered_one_filtered_by_hand(
    household: Library, wish: str, conditions: list[str]
) -> None:
    everything = household.search(wish, 1000)
    query = parse(" ".join([wish, *conditions]), today=TODAY)
    by_hand = [hit for hit in everything if matches(query, hit.document)]
    assert facts(household.search(query.text, 1000)) == facts(by_hand)
    assert facts(household.search(query.text, 7)) == facts(by_hand[:7])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes, st.lists(phrases, min_size=1, max_size=2))
def test_a_phrase_or_a_minus_takes_away_and_changes_no_score(
    household: Library, wish: str, conditions: list[str]
) -> None:
    query = parse(" ".join([wish, *conditions]), today=TODAY)
    by_hand = [hit for hit in household.search(query.words, 1000) if passes(query, hit)]
    assert facts(household.search(query.text, 1000)) == facts(by_hand)


def passes(query: Query, hit: Hit) -> bool:
    text = f"{hit.document.title or ''}\n{hit.text}"
    return all(holds(text, phrase) for phrase in query.phrases) and not any(holds(text, word) for word in query.without)


def test_a_score_does_not_depend_on_the_limit(household: Library) -> None:
    assert facts(household.search("boiler invoice", 100))[:5] == facts(household.search("boiler invoice", 5))


def test_filters_alone_list_the_newest_first(household: Library) -> None:
    hits = household.search("from:dana after:2020", 50)
    dates = [hit.document.date or "" for hit in hits]
    assert dates and dates == sorted(dates, reverse=True)
    assert all("Dana" in (hit.document.author or "") for hit in hits)


def test_what_was_said_in_a_chat_is_found_by_the_day_on_which_it_was_said(household: Library) -> None:
    for query in ("slates type:chat after:2020 before:2020-03-15", "type:chat after:2020 before:2020-03-15"):
        hits = household.search(query, 50)
        assert hits and {hit.document.date for hit in hits} <= {f"2020-03-{day}" for day in range(11, 15)}
        assert all(hit.text.startswith(f"{hit.document.date[-2:]}/03/2020") for hit in hits if hit.document.date)


def test_a_phrase_that_stands_nowhere_brings_the_nearest(household: Library) -> None:
    found = household.find('"purple boiler"')
    assert not found.hits
    assert found.nearest
    assert any("quoted words" in note for note in found.notes)


def facts(hits: list[Hit]) -> list[tuple[str, str | None, int, float]]:
    return [(hit.document.path, hit.document.part, hit.start, hit.score) for hit in hits]


@pytest.mark.parametrize(
    ("path", "part", "day"),
    [
        ("/diary/2026-04-20.md", "", "2026-04-20"),
        ("/diary/20260421.md", "", "2026-04-21"),
        ("/diary/2026-04-22 Wednesday.md", "", "2026-04-22"),
        ("/journals/2026_03_05.md", "", "2026-03-05"),
        ("/vault.zip", "daily/2026-04-20.md", "2026-04-20"),
        ("/diary/2026-02-30.md", "", None),
        ("/notes/1066-10-14 Hastings.md", "", None),
        ("/notes/2026-04-201.md", "", None),
        ("/notes/2026-04_20.md", "", None),
        ("/2026-04-20/list.md", "", None),
        ("/2026-04-20.zip", "list.md", None),
    ],
)
def test_a_name_that_begins_with_a_day_tells_it(path: str, part: str, day: str | None) -> None:
    assert named_day(path, part) == day


def test_a_diarys_page_is_of_the_day_in_its_name_unless_it_states_another(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    diary.mkdir()
    for name in ("2026-04-20.md", "20260421.md", "2026-04-22 Wednesday.txt", "2026-04-24.csv"):
        (diary / name).write_text(f"an aardvark,{name}\n")
    (diary / "2026-04-23.md").write_text("---\ndate: 2020-01-01\n---\nan aardvark, dated\n")
    with Library.open(tmp_path / "home") as library:
        library.add([diary])
        (hit,) = library.search("aardvark after:2026-04-20 before:2026-04-21")
        assert (hit.document.date, hit.document.date_from) == ("2026-04-20", "name")
        assert hit.document.own_date is None  # the place, not the content, says so
        assert "· 20 April 2026" in named(hit.document, hit.place).plain
        newest = [Path(hit.document.path).name for hit in library.search("in:diary before:2026-04-23")]
        assert newest == ["2026-04-22 Wednesday.txt", "20260421.md", "2026-04-20.md", "2026-04-23.md"]


def test_an_attached_message_is_its_writers_and_not_his_who_forwards_it(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = PEOPLE[0], PEOPLE[2], "Quince"
    inner.set_content("The quinces are ripe.")
    inner.add_attachment("quinces,3\n", subtype="csv", filename="quince.csv")
    outer["From"], outer["To"], outer["Subject"] = PEOPLE[1], "ivo@example.org", "Fwd: Quince"
    outer.set_content("See the quinces below.")
    outer.add_attachment(inner)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "fwd.eml").write_bytes(outer.as_bytes())
    with Library.open(tmp_path / "home") as library:
        library.add([tmp_path / "mails"])

        def titles(query: str) -> set[str | None]:
            return {hit.document.title or hit.document.part for hit in library.search(query)}

        assert titles("quinces from:kees") == titles("quinces to:ivo") == {"Fwd: Quince"}
        assert len(titles("quinces from:dana")) == 2  # the message, and what is attached to it
        found = library.find("from:dana", 1)
        assert found.notes[-1] == "no words to look for: by date, the newest 1 of 2 documents that the filters leave"
