"""Images: the words in a photo, a screenshot or a scan; of a fax every page."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ragd.parsers import dates
from ragd.parsers.alive import busy
from ragd.parsers.media import ocr
from ragd.parsers.pdf.layout import in_order, joined, usual_distance
from ragd.parsers.reading import Reading
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.records import Document, Member

if TYPE_CHECKING:
    import numpy

MOST = 200_000_000  # dots of a picture; more is a bomb, or a map
PAGES = 1000
SECONDS = 60.0  # of the processor, for one picture
TAKEN = 0x9003  # a tag of EXIF


def parse(source: Source) -> Parsed:
    reading = Reading()
    picture = _open(source.data)
    for number, page in enumerate(_pages(picture), start=1):
        with busy(source.budget.alive, SECONDS):
            lines = ocr.read(page)
        text = "\n".join(joined(piece, usual_distance(lines)) for piece in in_order(lines, frozenset()))
        if text.strip():
            reading.turn()
            reading.mark("page", str(number), number)
            reading.block(text, gap="")
    if not reading.text:
        raise NothingInIt("an image in which no words were found")
    document = Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(reading.marks) if getattr(picture, "n_frames", 1) > 1 else (),
        date=_taken(picture),
    )
    yield Member(source.part, document)


def _open(data: bytes) -> Any:
    """The picture; raises Unreadable where it is none, or larger than anyone's."""
    from PIL import Image, UnidentifiedImageError  # type: ignore[import-not-found,unused-ignore]

    Image.MAX_IMAGE_PIXELS = None  # it would only warn at first: the size is looked at here, before anything is decoded
    _know_heic()
    try:
        picture = Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as trouble:
        raise Unreadable("damaged image, or of a kind that is not read") from trouble
    if picture.width * picture.height > MOST:
        raise Unreadable(f"an image of {picture.width * picture.height // 1_000_000} megapixels, more than can be read")
    return picture


def _know_heic() -> None:
    """Photos of a phone, where the package for them is there."""
    try:
        import pi_heif  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return
    pi_heif.register_heif_opener()


def _pages(picture: Any) -> Iterator["numpy.ndarray"]:
    """Each page as it is held upright, on white, no larger than is of use; raises Unreadable where it is damaged."""
    import numpy
    from PIL import Image, ImageOps

    many = min(getattr(picture, "n_frames", 1), PAGES) if picture.format == "TIFF" else 1
    for number in range(many):
        try:
            picture.seek(number)
            picture.draft("RGB", (ocr.LONGEST, ocr.LONGEST))  # a large JPEG is decoded small
            page = ImageOps.exif_transpose(picture)
            page.thumbnail((ocr.LONGEST, ocr.LONGEST))
            page = page.convert("RGBA")
            white = Image.new("RGBA", page.size, "white")
            yield numpy.asarray(Image.alpha_composite(white, page).convert("RGB"))
        except (OSError, ValueError, SyntaxError, EOFError) as trouble:
            raise Unreadable("damaged image") from trouble


def _taken(picture: Any) -> str | None:
    """When a photo was taken, as its camera says."""
    said = picture.getexif().get_ifd(0x8769).get(TAKEN)  # the camera's own part of EXIF
    day, _, hour = str(said or "").partition(" ")
    return dates.iso(f"{day.replace(':', '-')} {hour}".strip()) if said else None
