"""The query language: what a person may write, and which documents a filter leaves."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragd.errors import QueryError
from ragd.places import day
from ragd.records import Found
from ragd.search.hints import hints
from ragd.search.query import Query, first_day, holds, matches, parse

TODAY = date(2024, 3, 31)  # a Sunday


def read(text: str) -> Query:
    return parse(text, today=TODAY)


def found(**facts: object) -> Found:
    known: dict[str, object] = {
        "id": "1", "uri": "", "path": "/home/dana/Taxes/2024/report.md", "part": None, "title": "Annual report",
        "kind": "note", "author": None, "date": None, "thread": None, "also_at": (),
    }  # fmt: skip
    return Found(**{**known, **facts})  # type: ignore[arg-type]


def passes(text: str, **facts: object) -> bool:
    return matches(read(text), found(**facts))


def test_a_query_is_taken_apart() -> None:
    query = read('leaking roof from:"Dana Visser" -type:pdf "two parts" -draft -"old plan"')
    assert query.words == "leaking roof two parts"
    assert query.phrases == ("two parts",)
    assert query.without == ("draft", "old plan")
    assert [(one.name, one.value, one.excludes) for one in query.filters] == [
        ("from", "Dana Visser", False),
        ("type", "pdf", True),
    ]


@pytest.mark.parametrize(
    "text", ["see http://x.y/z", "at 10:30", "foo:bar", "C:", "std::vector", "well-known", "a - b"]
)
def test_a_colon_or_a_hyphen_that_is_no_filter_is_text(text: str) -> None:
    assert read(text) == Query(text, text, (), (), ())


@pytest.mark.parametrize("name", ["from", "to", "after", "before", "type", "in", "title"])
@pytest.mark.parametrize("value", ["", " dana", '""', '" "'])
def test_a_filter_without_a_value_is_an_error_with_a_remedy(name: str, value: str) -> None:
    with pytest.raises(QueryError, match=f"{name}: has no value: write {name}:"):
        read(f"roof {name}:{value}")


@pytest.mark.parametrize("value", ["maybe", "2024-13", "2024-02-30", "02.03.2024", "99999", "last-tuesday", "٢٠٢٤"])
def test_a_date_that_is_none_is_an_error_with_a_remedy(value: str) -> None:
    with pytest.raises(QueryError, match="is no date: write 2024"):
        read(f"after:{value}")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024", (2024, 1, 1)),
        ("2024-03", (2024, 3, 1)),
        ("2024-03-02", (2024, 3, 2)),
        ("2024/3/2", (2024, 3, 2)),
        ("2 March 2024", (2024, 3, 2)),
        ("march-2-2024", (2024, 3, 2)),
        ("Mar 2024", (2024, 3, 1)),
        ("today", (2024, 3, 31)),
        ("yesterday", (2024, 3, 30)),
        ("last week", (2024, 3, 18)),
        ("this-week", (2024, 3, 25)),
        ("last-month", (2024, 2, 1)),
        ("this-year", (2024, 1, 1)),
        ("last-year", (2023, 1, 1)),
        ("3-days-ago", (2024, 3, 28)),
        ("1 month ago", (2024, 2, 29)),
        ("13-months-ago", (2023, 2, 28)),
    ],
)
def test_dates_as_a_person_writes_them(value: str, day: tuple[int, int, int]) -> None:
    assert first_day(value, TODAY) == date(*day)


@given(st.integers(0, 30_000), st.sampled_from(("day", "week", "month", "year")), st.dates())
def test_a_time_ago_is_a_day_before_or_none(count: int, unit: str, today: date) -> None:
    day = first_day(f"{count} {unit}s ago", today)
    assert day is None or day <= today


SNIPPETS = st.sampled_from(
    [
        "from:",
        "after:",
        "2024-03",
        '"',
        "-",
        " ",
        "in:",
        "*",
        "[",
        "dana",
        "type:pdf",
        "title:",
        "“",
        "://",
        "\x00",
        "é",
    ]
)


@given(st.lists(SNIPPETS | st.text(max_size=5)).map("".join), st.text(max_size=20))
def test_no_text_raises_anything_but_a_query_error(text: str, fact: str) -> None:
    try:
        query = read(text)
    except QueryError as error:
        assert error.remedy
        return
    matches(query, found(author=fact, title=fact, path=f"/{fact}", date=fact, part=fact, recipients=(fact,)))


@given(st.text())
def test_only_query_errors_for_any_text(text: str) -> None:
    with contextlib.suppress(QueryError):
        assert read(text).text == text


def test_different_filters_narrow_the_same_one_widens_and_a_minus_excludes() -> None:
    facts = {"author": "Dana Visser <dana@example.org>", "kind": "mail"}
    assert passes("from:dana type:mail", **facts)
    assert not passes("from:dana type:pdf", **facts)
    assert passes("from:kees from:dana", **facts)
    assert not passes("from:dana -type:mail", **facts)
    assert not passes("-from:kees -from:dana", **facts)
    assert passes("-from:kees", author=None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("dana", True),
        ("DANA", True),
        ("visser", True),
        ('"visser, dana"', True),
        ("dan", False),
        ("danae", False),
        ("example.org", True),
        ("dana.visser@example.org", True),
        ("visser@example.org", True),
        ("dana@example.org", False),
        ("josé", False),
    ],
)
def test_people_match_by_whole_words_of_name_or_address(value: str, expected: bool) -> None:
    person = "Dana Visser <dana.visser@example.org>"
    assert passes(f"from:{value}", author=person) is expected
    assert passes(f"to:{value}", recipients=("Kees <k@example.com>", person)) is expected


def test_accents_do_not_count_in_names_and_words_of_two_people_do_not_mix() -> None:
    assert passes("from:jose", author="José Peña")
    assert not passes('to:"dana peña"', recipients=("Dana Visser", "José Peña"))


@pytest.mark.parametrize("offset", ["+00:00", "-08:00", "+13:00"])
def test_after_includes_its_day_and_before_does_not_as_the_day_is_shown(offset: str) -> None:
    late = f"2024-03-01T23:30:00{offset}"  # another day where the person is, and shown as the first of March
    assert day(late) == "1 March 2024"
    assert passes("after:2024-03-01 before:2024-03-02", date=late)
    assert not passes("after:2024-03-02", date=late)
    assert not passes("before:2024-03-01", date=late)
    assert passes("after:2024-03-02", date="2024-03-02")
    assert not passes("before:2024-03-02", date="2024-03-02")
    assert not passes("after:2024", date=None)
    assert passes("-after:2024", date=None)
    assert not passes("after:2024", date="no date")


@pytest.mark.parametrize(
    ("value", "path", "part", "kind", "expected"),
    [
        ("note", "/a/b.md", None, "note", True),
        ("md", "/a/b.MD", None, "note", True),
        (".md", "/a/b.md", None, "note", True),
        ("tar.gz", "/a/b.tar.gz", None, "other", True),
        ("d", "/a/b.md", None, "note", False),
        ("pdf", "/a/mail.mbox", "<1@x.com> > bill.pdf", "office", True),
        ("mbox", "/a/mail.mbox", "<1@x.com> > bill.pdf", "pdf", False),
        ("mbox", "/a/mail.mbox", "<1@x.com>", "mail", True),
        ("com>", "/a/mail.mbox", "<1@x.com>", "mail", False),
        ("docx", "/a/b.zip", "c.docx #2", "office", True),
    ],
)
def test_type_takes_a_kind_or_a_suffix(value: str, path: str, part: str | None, kind: str, expected: bool) -> None:
    assert passes(f"type:{value}", path=path, part=part, kind=kind) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("taxes", True),
        ("report.md", True),
        ("report", False),
        ("tax", False),
        ("*.md", True),
        ("rep*", True),
        ("*.pdf", False),
        ("taxes/2024", True),
        ("taxes/2023", False),
        ("2024/taxes", False),
        ("/home/dana", True),
        ("/dana", False),
        ("/home/**/report.md", True),
        ("dana/*/2024", True),
        ("202[34]", True),
        ("**", True),
    ],
)
def test_in_takes_a_folder_or_file_name_or_a_glob(value: str, expected: bool) -> None:
    assert passes(f"in:{value}") is expected


def test_in_knows_a_name_however_its_accents_are_stored() -> None:
    assert passes("in:cafe\u0301", path="/home/café/a.md")


def test_title_takes_words_in_a_row_and_falls_back_to_the_file_s_name() -> None:
    assert passes("title:report")
    assert passes('title:"annual report"')
    assert not passes('title:"report annual"')
    assert not passes("title:rep")
    assert passes("title:minutes", title=None, path="/a/minutes-2024.txt")


def test_label_takes_words_in_a_row_and_the_names_of_mail_programs() -> None:
    assert passes("label:legal", labels=("Legal, mill lane",))
    assert passes('label:"mill lane"', labels=("Legal, mill lane",))
    assert not passes("label:leg", labels=("Legal, mill lane",))
    for value, label in (("Starred", "flagged"), ("trash", "trashed"), ("Deleted", "trashed"), ("drafts", "draft")):
        assert passes(f"label:{value}", labels=(label,))
        assert passes(f"label:{label}", labels=(label,))
        assert not passes(f"label:{value}", labels=("unread",))
    assert passes("label:opened", kind="mail", labels=("Inbox",))
    assert not passes("label:opened", kind="mail", labels=("Inbox", "unread"))
    assert not passes("label:read", kind="note")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("frm:dana boiler", "frm: is no filter and is searched as a word; do you mean from:? There are from: "),
        ("subject:boiler", "subject: is no filter and is searched as a word; do you mean title:?"),
        ("has:attachment boiler", "has: is no filter and is searched as a word; do you mean type:?"),
        ("date:2021 rent", "date: is no filter and is searched as a word; do you mean after:?"),
        ("-tpye:mail boiler", "tpye: is no filter and is searched as a word; do you mean type:?"),
        ('boiler "mill lane', "a quote is opened and not closed"),
        ('from:"dana visser', "a quote is opened and not closed"),
    ],
)
def test_a_slip_gets_a_hint(query: str, said: str) -> None:
    (hint,) = hints(query)
    assert hint.startswith(said)


@pytest.mark.parametrize(
    "query",
    ["from:dana boiler", "https://example.org", "at 10:30", "foo:bar", "re: boiler", '"frm:dana"', '24" screen'],
)
def test_what_is_no_slip_gets_none(query: str) -> None:
    assert hints(query) == []


def test_a_phrase_is_held_word_by_word() -> None:
    assert holds("He paid, in two\nparts.", "two parts")
    assert not holds("He paid in two partsongs", "two parts")


@pytest.mark.parametrize(
    ("query", "facts", "fits"),
    [
        ("from:山田", {"author": "山田太郎 <taro@example.org>"}, True),
        ("from:太郎", {"author": "山田太郎 <taro@example.org>"}, True),
        ('from:"太郎 山田"', {"author": "山田太郎"}, True),
        ("from:山田太郎", {"author": "山田 太郎"}, True),
        ("from:田中", {"author": "山田太郎 <taro@example.org>"}, False),
        ("from:ジャクソン", {"author": "マイケル・ジャクソン"}, True),
        ("from:かき", {"author": "がぎ"}, False),
        ("from:김", {"author": "김철수"}, True),
        ("from:기", {"author": "김철수"}, False),
        ("from:กิตติ", {"author": "นายกิตติศักดิ์"}, True),
        ("to:王", {"recipients": ("王小明 <w@example.org>",)}, True),
        ("-from:山田", {"author": "山田太郎"}, False),
        ("from:Yama", {"author": "Yamada Taro"}, False),
        ("title:会議", {"title": "第3回定例会議の議事録"}, True),
        ('title:"report 会議"', {"title": "annual report会議の記録"}, True),
        ('title:"port 会議"', {"title": "annual report会議"}, False),
        ("title:議会", {"title": "第3回定例会議の議事録"}, False),
    ],
)
def test_of_a_name_in_a_script_without_spaces_a_part_counts(query: str, facts: dict[str, object], fits: bool) -> None:
    assert passes(query, **facts) is fits


def test_a_phrase_stands_in_a_text_without_spaces() -> None:
    assert holds("明日の定例会議は中止です。", "会議")
    assert holds("明日の定例 会議は中止です。", "定例会議")
    assert not holds("明日の定例会議は中止です。", "会長")
    assert not holds("The roofers came.", "roof")
