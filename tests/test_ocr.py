"""Pictures of words: read where `ragd[ocr]` is installed, told what would read them where it is not."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from parser_files import documents, ended, read_all

from ragd import Library
from ragd.parsers import extras, pool, process
from ragd.parsers.media.ocr import ordered
from ragd.parsers.pdf.layout import Line
from ragd.parsers.table import missing, readable, reader_version

INSTALLED = extras.engine("ocr") is not None
NEEDED = pytest.mark.skipif(not INSTALLED, reason="pip install 'ragd[ocr]'")


@pytest.fixture
def without_ocr() -> Iterator[None]:
    """As it is where the extra is not installed."""
    modules = extras.MODULES["ocr"]
    extras.MODULES["ocr"] = ()
    extras._installed.cache_clear()
    yield
    extras.MODULES["ocr"] = modules
    extras._installed.cache_clear()


def picture(path: Path, *pages: str) -> Path:
    image = importlib.import_module("PIL.Image")
    draw, font = importlib.import_module("PIL.ImageDraw"), importlib.import_module("PIL.ImageFont")
    made = []
    for words in pages:
        made.append(image.new("RGB", (800, 200), "white"))
        draw.Draw(made[-1]).text((40, 60), words, fill="black", font=font.load_default(size=44))
    more = {"save_all": True, "append_images": made[1:]} if len(made) > 1 else {}
    made[0].save(path, **more)
    return path


def line(text: str, left: float, top: float, *, width: float = 200) -> Line:
    return Line(text, "\n", left, top - 10, left + width, top)


def test_columns_of_prose_are_read_one_after_the_other_and_rows_of_a_table_are_not() -> None:
    title = line("title", 50, 200, width=400)
    prose = [line(f"{side}{n}", left, 180 - 12 * n) for n in range(4) for side, left in (("l", 50), ("r", 260))]
    assert [one.text for one in ordered([title, *prose])] == ["title", *"l0 l1 l2 l3 r0 r1 r2 r3".split()]  # noqa: SIM905
    cells = [
        line(f"{side}{n}", left, 180 - 12 * n, width=40) for n in range(2) for side, left in (("a", 50), ("b", 260))
    ]
    assert [one.text for one in ordered(cells)] == ["a0", "b0", "a1", "b1"]


@NEEDED
def test_images_are_read_and_a_fax_page_by_page(tmp_path: Path) -> None:
    paths = [picture(tmp_path / f"a{suffix}", "Rope and boots") for suffix in (".png", ".jpg", ".webp", ".bmp")]
    fax = picture(tmp_path / "fax.tiff", "First page", "Second page")
    found = read_all([*paths, fax])
    assert {documents(found[path])[None].text for path in paths} == {"Rope and boots"}
    document = documents(found[fax])[None]
    assert (document.text, document.kind) == ("First page\n\nSecond page", "image")
    assert [mark.level for mark in document.marks] == [1, 2]


@NEEDED
def test_what_is_no_picture_has_one_clear_reason(tmp_path: Path) -> None:
    cut = picture(tmp_path / "cut.png", "Rope")
    cut.write_bytes(cut.read_bytes()[:300])
    blank = picture(tmp_path / "blank.png", "")
    found = read_all([cut, blank])
    assert (ended(found[cut]).status, ended(found[cut]).note) == ("failed", "damaged image")
    assert (ended(found[blank]).status, ended(found[blank]).note) == (
        "skipped",
        "an image in which no words were found",
    )


@NEEDED
def test_reading_pictures_takes_none_of_the_time_that_a_file_has(tmp_path: Path) -> None:
    many = picture(tmp_path / "many.tiff", *[f"Page number {n}" for n in range(12)])
    told = read_all([many], limits=pool.Limits(seconds=30))
    assert ended(told[many]).status == "indexed"
    assert process.WORK > 2.0, "a word every two seconds gives back more than they took"


@pytest.mark.usefixtures("without_ocr")
def test_a_name_is_readable_and_its_reader_another_once_ocr_is_there() -> None:
    assert not readable("photo.png") and "ragd[ocr]" in (missing("photo.png") or "")
    assert reader_version("scan.pdf") == "pdf/1"
    extras.MODULES["ocr"] = ("json",)
    extras._installed.cache_clear()
    assert readable("photo.png")
    assert (reader_version("scan.pdf"), reader_version("photo.png")) == ("pdf/1 json", "image/1 json")


@pytest.mark.usefixtures("without_ocr")
def test_no_more_workers_read_pictures_at_once_than_memory_holds() -> None:
    assert extras.fitting(8, memory=8 << 30) == 8, "without OCR a worker is small"
    extras.MODULES["ocr"] = ("json",)
    extras._installed.cache_clear()
    assert [extras.fitting(8, memory=gigabytes << 30) for gigabytes in (1, 4, 8, 64)] == [1, 2, 5, 8]
    assert extras.fitting(2, memory=8 << 30) == 2


@pytest.mark.usefixtures("without_ocr")
def test_status_says_how_many_pictures_wait(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a.png", "b.jpg", "talk.mp3"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    library.add([folder])
    assert library.status()["waiting"] == {"ocr": 2, "audio": 1}
