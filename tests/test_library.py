"""The index follows the disk: what is saved is found, what is gone is not, and nothing is embedded twice."""

import os
import shutil
import threading
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from ragd import Library
from ragd.errors import HomeBusy, SourceError
from ragd.home import writing
from ragd.index import ingest
from ragd.records import Progress

NOTES = {
    "house/boiler.md": "# Boiler\n\nMerle serviced the boiler on 3 May 2023. She replaced the expansion vessel.\n",
    "house/roof.md": "# Roof\n\nTwo slates slipped in the January storm; the roofer wants 340 euros.\n",
    "travel/lisbon.md": "# Lisbon\n\nThe hotel in Alfama has no lift. Take tram 28 from Graça.\n",
    "club/rowing.txt": "Rowing club: training starts at seven on Tuesdays.\nBring the blue oars.\n",
}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    for name, text in NOTES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def first(library: Library, query: str) -> str:
    hits = library.search(query)
    return Path(hits[0].document.path).name if hits else ""


def paths(library: Library, query: str) -> list[str]:
    return [hit.document.path for hit in library.search(query)]


class Embedded:
    """Counts the passages that a run embeds."""

    def __init__(self) -> None:
        self.passages = 0

    def __call__(self, progress: Progress) -> None:
        self.passages = max(self.passages, progress.texts_done)


def synced(library: Library) -> tuple[dict[str, int], int]:
    """What a sync said, by status, and how many passages it embedded."""
    embedded = Embedded()
    outcomes = library.sync(meter=embedded)
    return dict(Counter(outcome.status for outcome in outcomes)), embedded.passages


def test_what_was_added_is_found_by_words_and_by_meaning(library: Library, notes: Path) -> None:
    outcomes = library.add([notes])
    assert Counter(outcome.status for outcome in outcomes) == {"indexed": 4}
    hit = library.search("expansion vessel")[0]
    assert Path(hit.document.path).name == "boiler.md"
    assert hit.text == NOTES["house/boiler.md"][hit.start : hit.end]
    assert hit.lines == (1, 3)
    assert hit.ranks["words"] == 1
    assert first(library, "public transport in Portugal") == "lisbon.md"


def test_a_second_sync_embeds_nothing(library: Library, notes: Path) -> None:
    library.add([notes])
    assert synced(library) == ({"unchanged": 4}, 0)


def test_touching_every_file_embeds_nothing_and_changes_its_date(library: Library, notes: Path) -> None:
    library.add([notes])
    noon = datetime(2020, 9, 13, 12).timestamp()  # wherever the tests run
    for name in NOTES:
        os.utime(notes / name, (noon, noon))
    assert synced(library) == ({"unchanged": 4}, 0)
    assert str(library.search("tram")[0].document.date).startswith("2020-09-13")


def test_a_renamed_folder_embeds_nothing(library: Library, notes: Path) -> None:
    library.add([notes])
    (notes / "house").rename(notes / "home")
    counts, embedded = synced(library)
    assert embedded == 0
    assert counts == {"unchanged": 4, "forgotten": 2}
    assert paths(library, "expansion vessel")[0] == str(notes / "home" / "boiler.md")
    assert not any("house" in path for path in paths(library, "boiler roof"))


def test_a_copy_is_one_document_with_two_places(library: Library, notes: Path) -> None:
    library.add([notes])
    shutil.copytree(notes / "house", notes / "backup")
    _, embedded = synced(library)
    assert embedded == 0
    hits = [hit for hit in library.search("expansion vessel") if hit.document.path.endswith("boiler.md")]
    assert [hit.document.path for hit in hits] == [str(notes / "backup" / "boiler.md")]
    assert hits[0].document.also_at == ((str(notes / "house" / "boiler.md"), None),)
    only = library.search("expansion vessel in:house")
    assert only[0].document.path == str(notes / "house" / "boiler.md")
    assert only[0].score == hits[0].score


def test_two_files_that_swap_names_swap_places(library: Library, notes: Path) -> None:
    library.add([notes])
    boiler, roof = notes / "house/boiler.md", notes / "house/roof.md"
    boiler.rename(notes / "aside")
    roof.rename(boiler)
    (notes / "aside").rename(roof)
    assert synced(library)[1] == 0
    assert paths(library, "expansion vessel")[0] == str(roof)
    assert paths(library, "slates")[0] == str(boiler)


def test_an_edit_replaces_what_was_there_and_embeds_only_what_is_new(library: Library, notes: Path) -> None:
    long = "\n\n".join(
        f"## Week {week}\n\n" + f"In week {week} we planted row {week} of the garden. " * 12 for week in range(8)
    )
    (notes / "garden.md").write_text(long)
    library.add([notes])
    (notes / "garden.md").write_text(long.replace("planted row 3 ", "harvested the quinces of row 3 "))
    counts, embedded = synced(library)
    assert counts == {"unchanged": 4, "indexed": 1}
    assert 0 < embedded <= 2
    assert "quinces" in library.search("quinces")[0].text
    assert library.search('"planted row 3"') == []


def test_a_deleted_file_is_never_found_again(library: Library, notes: Path) -> None:
    library.add([notes])
    (notes / "travel/lisbon.md").unlink()
    library.sync()
    assert not any("lisbon" in path for path in paths(library, "tram in Lisbon"))
    assert library.status()["documents"] == 3


@pytest.mark.parametrize("trouble", ["missing", "empty"])
def test_a_root_that_cannot_be_seen_keeps_its_documents(library: Library, notes: Path, trouble: str) -> None:
    library.add([notes])
    notes.rename(notes.parent / "unplugged")
    if trouble == "empty":
        notes.mkdir()
    outcomes = library.sync()
    assert [outcome.status for outcome in outcomes] == ["skipped"]
    assert first(library, "expansion vessel") == "boiler.md"
    assert library.status()["roots"][0]["state"] == "unknown"
    if trouble == "empty":
        notes.rmdir()
    (notes.parent / "unplugged").rename(notes)
    assert synced(library) == ({"unchanged": 4}, 0)
    assert library.status()["roots"][0]["state"] == "ok"


def test_a_root_that_is_one_file_goes_with_it(library: Library, notes: Path) -> None:
    library.add([notes / "house/roof.md"])
    assert first(library, "slates") == "roof.md"
    (notes / "house/roof.md").unlink()
    library.sync()
    assert library.search("slates") == []


def test_a_hidden_folder_that_was_named_stays_when_its_parent_is_a_root_too(library: Library, notes: Path) -> None:
    (notes / ".private").mkdir()
    (notes / ".private/diary.md").write_text("Saw a kingfisher at the mill.\n")
    library.add([notes])
    assert not any("diary" in path for path in paths(library, "kingfisher"))
    library.add([notes / ".private"])
    assert first(library, "kingfisher") == "diary.md"
    assert synced(library) == ({"unchanged": 5}, 0)
    assert first(library, "kingfisher") == "diary.md"


def test_what_is_forgotten_stays_away_until_it_is_added_again(library: Library, notes: Path) -> None:
    shutil.copy(notes / "house/roof.md", notes / "club/roof-copy.md")
    library.add([notes])
    outcomes = library.forget([notes / "house"])
    told = {Path(outcome.path).name: (outcome.status, outcome.note) for outcome in outcomes}
    assert told["boiler.md"] == ("forgotten", None)
    assert told["roof.md"] == ("forgotten", f"the same content stays at {notes / 'club/roof-copy.md'}")
    library.sync()
    assert not any("boiler" in path for path in paths(library, "expansion vessel"))
    assert paths(library, "slates")[0] == str(notes / "club/roof-copy.md")
    library.add([notes / "house"])
    assert first(library, "expansion vessel") == "boiler.md"


def test_a_mistyped_path_is_not_forgotten_in_silence(library: Library, notes: Path) -> None:
    library.add([notes])
    with pytest.raises(SourceError, match="not there and not known"):
        library.forget([notes / "huose"])
    assert first(library, "expansion vessel") == "boiler.md"


def test_forgotten_words_are_in_no_file_of_the_home(library: Library, notes: Path) -> None:
    secret = "Zanzibarquartz"
    (notes / "secret.md").write_text(f"The vault opens with {secret}.\n")
    library.add([notes])
    assert library.search(secret)
    library.forget([notes / "secret.md"])
    kept = [path for path in library.home.path.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if secret.lower().encode() in path.read_bytes().lower()]


def test_a_second_writer_is_told_who_writes(library: Library, notes: Path) -> None:
    with writing(library.home, "ragd watch"), pytest.raises(HomeBusy, match=r"ragd watch .* is writing to this home"):
        library.add([notes])


def test_a_path_that_is_not_there_changes_nothing(library: Library, notes: Path) -> None:
    with pytest.raises(SourceError, match="is not there"):
        library.add([notes, notes / "nowhere"])
    assert library.status()["roots"] == []


@pytest.mark.parametrize("stage", ["words", "meaning"])
def test_a_run_that_is_stopped_keeps_what_it_had_and_goes_on_later(
    library: Library, tmp_path: Path, stage: str
) -> None:
    root = tmp_path / "many"
    root.mkdir()
    for number in range(400):
        (root / f"{number}.md").write_text(f"# Day {number}\n\nThe river stood at {number} centimetres.\n")
    stop = threading.Event()

    def stop_there(progress: Progress) -> None:
        if progress.stage == stage and (stage == "words" or progress.texts_done):
            stop.set()

    library.add([root], meter=stop_there, stop=stop)
    before = library.status()["roots"][0]
    assert (before["pending"], before["documents"]) == ((400, 0) if stage == "words" else (0, 400))
    # at most one batch, and what was begun of the next while it was written
    assert before["words_only"] == 0 if stage == "words" else 400 - 256 <= before["words_only"] < 400
    counts, embedded = synced(library)
    assert counts == ({"indexed": 400} if stage == "words" else {"unchanged": 400})
    assert embedded == (400 if stage == "words" else before["words_only"])
    after = library.status()["roots"][0]
    assert (after["files"], after["documents"], after["pending"], after["words_only"]) == (400, 400, 0, 0)


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_was_read_of_a_file_when_a_run_was_stopped_can_be_forgotten(
    library: Library, tmp_path: Path, is_gone: bool
) -> None:
    root, stop = tmp_path / "mail", threading.Event()
    root.mkdir()
    message = "From zoe@example.org Sat Mar  2 10:15:00 2024\nFrom: zoe@example.org\nSubject: {}\n\nThe heron {}.\n\n"
    (root / "all.mbox").write_text("".join(message.format(number, number) for number in range(4_000)))
    library.add([root], meter=lambda now: stop.set() if now.bytes_done else None, stop=stop)
    assert library.search("heron")
    if is_gone:
        (root / "all.mbox").unlink()
        (root / "note.md").write_text("or else the root would look as if it were not mounted")
        library.sync()
    else:
        library.forget([root])
    assert not any("heron" in hit.text for hit in library.search("heron"))
    assert library.status()["documents"] == int(is_gone)


def test_a_run_is_stopped_in_the_middle_of_one_long_text_and_says_how_far_it_is(
    library: Library, tmp_path: Path
) -> None:
    text, stop, seen = tmp_path / "long.txt", threading.Event(), []
    text.write_text("\n".join(f"On day {number} the heron stood in the reeds again." for number in range(75_000)))

    def stop_there(progress: Progress) -> None:
        if progress.bytes_done and not stop.is_set():
            seen.append(progress.bytes_done / progress.bytes_total)
            stop.set()

    assert [one.status for one in library.add([text], meter=stop_there, stop=stop)] == []
    assert 0 < seen[0] < 0.5
    status = library.status()
    assert (status["documents"], status["roots"][0]["pending"]) == (0, 1)


def test_a_search_meanwhile_says_how_much_it_can_find(library: Library, notes: Path) -> None:
    seen: list[tuple[str, ...]] = []

    def look(progress: Progress) -> None:
        if progress.stage == "meaning" and not seen:
            seen.append(library.find("expansion vessel").notes)

    library.add([notes], meter=look)
    assert seen == [("4 of 4 passages are found by their words only so far",)]
    assert library.find("expansion vessel").notes == ()


def test_nothing_is_answered_about_somebody_whom_no_passage_names(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "rent.txt").write_text("The rent of the flat in the Harbour Street is 812 euros a month.\n")
    library.add([folder])
    assert library.ask("What is the monthly rent of the flat?", model="quotes").answered
    assert not library.ask("What is the monthly rent of the Osterwald flat?", model="quotes").answered


def test_the_passages_that_add_tells_are_those_that_status_counts(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_SECONDS", 0.0)  # one file's members come in many batches
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.txt", f"Note {number} is about the pears of year {1990 + number}.\n")
    told = library.add([tmp_path / "notes.zip"])
    assert sum(outcome.chunks for outcome in told) == library.status()["chunks"] == 30
