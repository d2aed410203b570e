"""What the first bytes of a file say it is, for files whose name says something else."""

from pathlib import PurePath

from ragd.parsers.decode import is_binary

SIGNATURES: tuple[tuple[bytes, int, str], ...] = (  # bytes, where, what a person calls it
    (b"%PDF-", 0, "a PDF"),
    (b"\x89PNG\r\n\x1a\n", 0, "a PNG image"),
    (b"\xff\xd8\xff", 0, "a JPEG image"),
    (b"GIF87a", 0, "a GIF image"),
    (b"GIF89a", 0, "a GIF image"),
    (b"II*\x00", 0, "a TIFF image"),
    (b"MM\x00*", 0, "a TIFF image"),
    (b"WEBP", 8, "a WebP image"),
    (b"ftyphei", 4, "a HEIC image"),
    (b"ftyp", 4, "a video or audio file (MP4)"),
    (b"PK\x03\x04", 0, "a ZIP archive"),
    (b"PK\x05\x06", 0, "an empty ZIP archive"),
    (b"\x1f\x8b\x08", 0, "gzip-compressed"),
    (b"BZh", 0, "bzip2-compressed"),
    (b"\xfd7zXZ\x00", 0, "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", 0, "Zstandard-compressed"),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive"),
    (b"Rar!\x1a\x07", 0, "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Microsoft Office file"),
    (b"SQLite format 3\x00", 0, "an SQLite database"),
    (b"\x7fELF", 0, "a program"),
    (b"MZ\x90\x00", 0, "a Windows program"),
    (b"\xcf\xfa\xed\xfe", 0, "a macOS program"),
    (b"\xca\xfe\xba\xbe", 0, "a program"),
    (b"OggS", 0, "an Ogg audio file"),
    (b"ID3\x03", 0, "an MP3 audio file"),
    (b"ID3\x04", 0, "an MP3 audio file"),
    (b"fLaC", 0, "a FLAC audio file"),
    (b"WAVE", 8, "a WAV audio file"),
    (b"AVI ", 8, "an AVI video"),
    (b"\x1aE\xdf\xa3", 0, "a Matroska or WebM video"),
    (b"{\\rtf", 0, "an RTF document"),
    (b"%!PS", 0, "a PostScript file"),
    (b"bplist00", 0, "a binary property list"),
)
EXPECTED = {  # family -> what its files begin with, and what a person calls one; the other families are text
    "pdf": ("a PDF", "a PDF"),
    "docx": ("a ZIP archive", "a Word document"),
    "xlsx": ("a ZIP archive", "an Excel workbook"),
    "pptx": ("a ZIP archive", "a PowerPoint presentation"),
    "odf": ("a ZIP archive", "an OpenDocument file"),
    "xlsb": ("a ZIP archive", "an Excel workbook"),
    "iwork": ("a ZIP archive", "an iWork document"),
    "maff": ("a ZIP archive", "a saved web page"),
    "epub": ("a ZIP archive", "an e-book"),
    "xps": ("a ZIP archive", "an XPS document"),
    "ole": ("an old Microsoft Office file", "an Office file"),
    "msg": ("an old Microsoft Office file", "an Outlook message"),
}
FLAT_ODF = b"urn:oasis:names:tc:opendocument:"  # all of it as one XML file
PROPERTY_LISTS = frozenset(("webarchive", "shortcut"))  # of text or binary
TEXTUAL = frozenset(("a web page", "an RTF document", "a PostScript file"))


def looks_like(data: bytes) -> str | None:
    """What the signature at the start says, in a person's words; None where there is none."""
    for signature, offset, what in SIGNATURES:
        if data.startswith(signature, offset):
            return what
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return None


def is_plain(data: bytes) -> bool:
    """Whether content without a signature is plain text for sure: a picture of one colour has few control bytes too."""
    return looks_like(data) is None and 0 not in data[:8192] and not is_binary(data)


def mislabelled(name: str, family: str, data: bytes) -> str | None:
    """The reason why a file cannot be what its name says, for a person; None where nothing speaks against it."""
    found = looks_like(data)
    expected, called = EXPECTED.get(family, (None, "text"))
    if family == "image":
        if found and found.endswith(" image"):
            return None  # a PNG that is called .jpg is shown by every viewer
        found = found or ("text" if is_plain(data) else None)
        return f"said to be an image but is {found}" if found else None
    if found == expected or (family == "pdf" and b"%PDF-" in data[:1024]):
        return None
    if family in PROPERTY_LISTS and found == "a binary property list":
        return None
    if family == "odf" and FLAT_ODF in data[:4096]:
        return None
    if expected is None and (found is None or found in TEXTUAL):
        return None  # text with another suffix is still text
    suffix = PurePath(name).suffix
    named = f"named {suffix}" if suffix else f"named {name}"
    return f"{named} but is {found}" if found else f"{named} but is not {called}"
