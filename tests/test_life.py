"""Events, contacts and bookmarks: a document each, with the facts that a person would look for."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import only, parsed

from ragd.records import Document, Member, Outcome

ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Our Zone
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.org
DTSTART;TZID=Europe/Amsterdam:20240302T140000
DTEND;TZID=Europe/Amsterdam:20240302T150000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20240601T000000Z
SUMMARY:Dentist\\, again
LOCATION:Main Street 4
ORGANIZER;CN=Dana Visser:mailto:dana@example.org
ATTENDEE;CN="de Wit, Kees";PARTSTAT=ACCEPTED:mailto:kees@example.org
ATTENDEE:mailto:ann@example.org
CATEGORIES:health,home
DESCRIPTION:Bring the papers\\nand the card that is written on a line so lon
 g that it goes on
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20240701
DTEND;VALUE=DATE:20240715
SUMMARY:Holidays
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID="W. Europe Standard Time":20240302T090000
RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=10
SUMMARY:Holidays
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Our Zone:20240302T090000
SUMMARY:Own zone
END:VEVENT
BEGIN:VEVENT
DTSTART:nonsense
garbage
SUMMARY:Still an event
END:VEVENT
BEGIN:VTODO
DUE:20240310T120000Z
STATUS:COMPLETED
SUMMARY:Pay the rent
END:VTODO
END:VCALENDAR
"""


def members(path: Path) -> dict[str | None, Document]:
    return {member.part: member.document for member in parsed(path) if isinstance(member, Member)}


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_an_event_says_when_how_often_where_and_with_whom(tmp_path: Path) -> None:
    events = members(written(tmp_path / "a.ics", ICS))
    assert list(events) == [
        "Dentist, again, 2024-03-02",
        "Holidays, 2024-07-01",
        "Holidays, 2024-03-02",
        "Own zone, 2024-03-02",
        "Still an event",
        "Pay the rent, 2024-03-10",
    ]
    dentist = events["Dentist, again, 2024-03-02"]
    assert (dentist.kind, dentist.title, dentist.date) == ("event", "Dentist, again", "2024-03-02T14:00:00+01:00")
    assert dentist.author == "Dana Visser <dana@example.org>"
    assert dentist.recipients == ("de Wit, Kees <kees@example.org>", "ann@example.org")
    assert dentist.tags == ("health", "home")
    assert dentist.text == (
        "Dentist, again\n\n"
        "Saturday 2 March 2024, 14:00 to 15:00 (Europe/Amsterdam)\n"
        "every 2 weeks on Tuesday and Thursday until 1 June 2024\n"
        "Where: Main Street 4\n"
        "Organizer: Dana Visser <dana@example.org>\n"
        "With: de Wit, Kees <kees@example.org> (accepted), ann@example.org\n\n"
        "Bring the papers\nand the card that is written on a line so long that it goes on"
    )
    assert "Monday 1 July 2024 to Sunday 14 July 2024" in events["Holidays, 2024-07-01"].text
    assert "every month on the first Monday 10 times" in events["Holidays, 2024-03-02"].text
    assert (events["Holidays, 2024-03-02"].date or "").endswith("+01:00")  # a zone as Windows calls it
    assert (events["Own zone, 2024-03-02"].date or "").endswith("+03:00")  # a zone that only the file knows
    assert "done" in events["Pay the rent, 2024-03-10"].text


def test_an_event_that_comes_back_says_when_it_does_not_or_at_another_time(tmp_path: Path) -> None:
    rowing, moved, off = members(written(tmp_path / "a.ics", ROWING)).values()
    assert rowing.text.splitlines()[3:] == [
        "every week",
        "not on 14 May 2024, 21 May 2024, 28 May 2024, 11 June 2024",
        "also on Sunday 2 June 2024",
        "on 4 June 2024 moved to Wednesday 5 June 2024, 14:00 (Europe/Berlin)",
    ]
    assert "Instead of Tuesday 4 June 2024, 10:00" in moved.text and (moved.date or "")[:10] == "2024-06-05"
    assert off.text.endswith("cancelled")


def test_what_is_no_calendar_says_so(tmp_path: Path) -> None:
    assert [
        outcome.note for outcome in parsed(written(tmp_path / "a.ics", "hello")) if isinstance(outcome, Outcome)
    ] == ["is not a calendar"]
    assert only(tmp_path / "invite.txt", ICS[: ICS.index("BEGIN:VEVENT\nDTSTART;V")] + "END:VCALENDAR").kind == "event"


ROWING = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1@example.org
DTSTART;TZID=Europe/Berlin:20240507T100000
DTEND;TZID=Europe/Berlin:20240507T110000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Europe/Berlin:20240514T100000,20240521T100000
EXDATE:20240528T080000Z
EXDATE:nonsense
RDATE;VALUE=DATE:20240602
SUMMARY:Rowing
END:VEVENT
BEGIN:VEVENT
UID:1@exam
 ple.org
RECURRENCE-ID:20240604T080000Z
DTSTART;TZID=Europe/Berlin:20240605T140000
SUMMARY:Rowing
END:VEVENT
BEGIN:VEVENT
UID:1@example.org
RECURRENCE-ID:20240611T080000Z
DTSTART;TZID=Europe/Berlin:20240611T100000
STATUS:CANCELLED
SUMMARY:Rowing
END:VEVENT
END:VCALENDAR
"""


VCF = """BEGIN:VCARD
VERSION:3.0
N:Visser;Dana;;Dr.;
FN:Dr. Dana Visser
ORG:Boiler Works;Service
item1.TEL;TYPE=CELL,pref:+31 6 1234 5678
TEL;type=WORK:+31 20 123 4567
EMAIL;TYPE=INTERNET:dana@example.org
ADR;TYPE=HOME:;;Main Street 4\\, back;Amsterdam;;1011 AB;Netherlands
BDAY:1980-05-06
NOTE:met at the\\nhousewarming\\; likes tea
CATEGORIES:friends,boiler
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
 AAAQABAAD
X-ABLABEL:x
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg
TEL;HOME;CELL:0123
ADR;WORK;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Stra=C3=9Fe 1=
;M=C3=BCnchen;;80331;Deutschland
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Kees de Wit
TEL;VALUE=uri;TYPE="voice,home":tel:+31-20-7654321
NICKNAME:Keesje
IMPP:xmpp:kees@example.org
END:VCARD
"""


def test_contacts_of_all_versions_are_read(tmp_path: Path) -> None:
    contacts = members(written(tmp_path / "a.vcf", VCF))
    assert list(contacts) == ["Dr. Dana Visser", "Jörg Müller", "Kees de Wit"]
    dana = contacts["Dr. Dana Visser"]
    assert (dana.kind, dana.title, dana.tags) == ("contact", "Dr. Dana Visser", ("friends", "boiler"))
    assert dana.text == (
        "Dr. Dana Visser\n\nOrganization: Boiler Works, Service\nPhone (cell): +31 6 1234 5678\n"
        "Phone (work): +31 20 123 4567\nMail: dana@example.org\n"
        "Address (home): Main Street 4, back, Amsterdam, 1011 AB, Netherlands\nBirthday: 1980-05-06\n"
        "Note: met at the\nhousewarming; likes tea"
    )
    assert contacts["Jörg Müller"].text == (
        "Jörg Müller\n\nPhone (home, cell): 0123\nAddress (work): Straße 1, München, 80331, Deutschland"
    )
    assert contacts["Kees de Wit"].aliases == ("Keesje",)
    assert "Phone (home): +31-20-7654321" in contacts["Kees de Wit"].text


NETSCAPE = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE><H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1" PERSONAL_TOOLBAR_FOLDER="true">Bar</H3>
    <DL><p>
        <DT><H3>House</H3>
        <DL><p>
            <DT><A HREF="https://example.org/boiler" ADD_DATE="1709388300" TAGS="warm,home">Boiler &amp; more</A>
            <DD>How it is serviced
        </DL><p>
        <DT><A HREF="https://example.org/two">Two</A>
    </DL><p>
    <DT><A HREF="https://example.org/three">Three</A>
    <DT><A HREF="javascript:alert(1)">A script</A>
</DL><p>
"""
CHROME = {
    "checksum": "x",
    "roots": {
        "bookmark_bar": {"name": "Bar", "type": "folder", "children": [
            {"type": "url", "name": "Boiler", "url": "https://example.org/boiler", "date_added": "13353861900000000"}
        ]},
        "other": {"name": "Other", "type": "folder", "children": []},
        "sync_transaction_version": "1",
    },
    "version": 1,
}  # fmt: skip
FIREFOX = {
    "guid": "root________", "title": "", "type": "text/x-moz-place-container", "root": "placesRoot",
    "children": [{"title": "menu", "children": [
        {"title": "Boiler", "uri": "https://example.org/boiler", "tags": "warm,home", "dateAdded": 1709388300000000}
    ]}],
}  # fmt: skip


def labelled(path: Path) -> list[tuple[str | None, str, tuple[str, ...]]]:
    return [(one.part, one.document.text, one.labels) for one in parsed(path) if isinstance(one, Member)]


def test_exported_bookmarks_keep_their_folders(tmp_path: Path) -> None:
    path = written(tmp_path / "bookmarks.html", NETSCAPE)
    assert labelled(path) == [
        (
            "https://example.org/boiler",
            "Boiler & more\nhttps://example.org/boiler\n\nHow it is serviced",
            ("Bar/House",),
        ),
        ("https://example.org/two", "Two\nhttps://example.org/two", ("Bar",)),
        ("https://example.org/three", "Three\nhttps://example.org/three", ()),
    ]
    boiler = members(path)["https://example.org/boiler"]
    assert (boiler.kind, boiler.tags, (boiler.date or "")[:10]) == ("bookmark", ("warm", "home"), "2024-03-02")


def test_the_browsers_own_files_are_read(tmp_path: Path) -> None:
    said = ("https://example.org/boiler", "Boiler\nhttps://example.org/boiler")
    assert labelled(written(tmp_path / "Bookmarks", json.dumps(CHROME, indent=3))) == [(*said, ("Bar",))]
    plain = json.dumps(FIREFOX).encode()
    assert labelled(written(tmp_path / "bookmarks.json", plain)) == [(*said, ("menu",))]
    # LZ4 may leave everything as it is: one run of literals
    run = bytes([0xF0]) + b"\xff" * ((len(plain) - 15) // 255) + bytes([(len(plain) - 15) % 255])
    packed = b"mozLz40\0" + struct.pack("<I", len(plain)) + run + plain
    assert labelled(written(tmp_path / "bookmarks.jsonlz4", packed)) == [(*said, ("menu",))]


def test_a_copy_within_lz4_may_overlap_itself() -> None:
    from ragd.parsers.life.bookmarks import _unpacked

    packed = b"mozLz40\0" + struct.pack("<I", 11) + bytes([0x16]) + b"a" + b"\x01\x00" + bytes([0x00])
    assert _unpacked(packed) == b"a" * 11


@settings(max_examples=40, deadline=None)
@given(at=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6), which=st.sampled_from(["a.ics", "a.vcf", "b.html", "b.jsonlz4"]))  # fmt: skip  # noqa: E501
def test_damaged_files_are_told_and_never_break(
    tmp_path_factory: pytest.TempPathFactory, at: list[tuple[int, int]], which: str
) -> None:
    whole = {"a.ics": ICS, "a.vcf": VCF, "b.html": NETSCAPE, "b.jsonlz4": "mozLz40\0\0\1\0\0" + ICS}[which]
    data = bytearray(whole.encode())
    for place, byte in at:
        data[place % len(data)] = byte
    for found in parsed(written(tmp_path_factory.mktemp("damaged") / which, bytes(data))):
        assert "broke on it" not in (getattr(found, "note", "") or ""), found
