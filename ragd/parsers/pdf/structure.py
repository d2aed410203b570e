"""What a PDF says of itself, read by pdfium, and by pypdf what pdfium cannot tell."""

import io
import logging
import re
from dataclasses import dataclass
from typing import Any

from ragd.parsers import dates
from ragd.parsers.reading import fact

# pypdf reads a damaged file lazily and then fails as Python does: what a stranger's bytes have raised in it so far
TROUBLE = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError, RuntimeError)
TROUBLE_TOO = (TypeError, ValueError)
FIELDS = 2000
PAGES = 20_000
KEYWORDS, KEYWORD = 30, 80  # how many, and the characters of one


NO_TITLE = re.compile(
    r"^(untitled.*|microsoft (word|powerpoint|excel)( - .*)?|title|document\d*"
    r"|[\d\W_]*"  # "0001065280-16-000047": a number in somebody's files
    r"|.*\.(docx?|dvi|tex|indd|qxd|pptx?|xlsx?|ps))$",
    re.IGNORECASE,
)
# Who made the file and not who wrote it: accounts, programs and services.
NO_AUTHOR = re.compile(
    r"^(anonymous|unknown|(system )?admin(istrator)?|(windows |default )?user|owner|root|guest"
    r"|.*(\bonline\b|\.(com|io|net|org)\b|\b(converter|printer|scanner|service|software|office)\b).*)$",
    re.IGNORECASE,
)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Structure:
    """What a PDF says of itself beside the pages."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()  # of a form: name, value


def structure_of(data: bytes, pdf: Any) -> Structure:
    """The facts, page labels and form values; `pdf` is the same file opened by pdfium.

    pypdf is slow, and reads only what pdfium does not tell: the values of a form, and a title that stands in XMP alone.
    """
    stated = pdf.get_metadata_dict()
    formed = pdf.get_formtype() != 0
    more, fields = _by_pypdf(data, xmp=not stated.get("Title") and _may_tell(data), formed=formed)
    return _facts(stated | more, _language(pdf), labels=_labels(pdf), fields=fields)


def _by_pypdf(data: bytes, *, xmp: bool, formed: bool) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """What XMP states and what a form holds, as far as either is to be read."""
    if not (xmp or formed):
        return {}, ()
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        return _xmp(reader) if xmp else {}, _fields(reader) if formed else ()
    except (PyPdfError, DependencyError, *TROUBLE, *TROUBLE_TOO):
        return {}, ()


def _may_tell(data: bytes) -> bool:
    """Whether there is XMP that names a title or an author, or is compressed, so that nobody knows."""
    return b"/XML" in data and (b"xmpmeta" not in data or b"dc:title" in data or b"dc:creator" in data)


def _language(pdf: Any) -> str:
    from pypdfium2 import raw  # type: ignore[import-untyped]

    size = raw.FPDFCatalog_GetLanguage(pdf, None, 0)  # bytes of UTF-16, with a zero at the end
    room = (raw.FPDF_WCHAR * (size // 2 + 1))()
    raw.FPDFCatalog_GetLanguage(pdf, room, size)
    return bytes(room)[: max(size - 2, 0)].decode("utf-16-le", "replace")


def unlocked(data: bytes) -> bytes | None:
    """The same PDF unencrypted, where an empty password of its owner opens it: pdfium tries the user's only."""
    from pypdf import PasswordType, PdfReader, PdfWriter
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return None
        plain = io.BytesIO()
        PdfWriter(clone_from=reader).write(plain)
        return plain.getvalue()
    except (PyPdfError, DependencyError, *TROUBLE, *TROUBLE_TOO):
        return None


def _labels(pdf: Any) -> tuple[str, ...]:
    return tuple(fact(pdf.get_page_label(index)) or str(index + 1) for index in range(min(len(pdf), PAGES)))


def _keywords(stated: str) -> tuple[str, ...]:
    """Keywords parted by commas or semicolons; without either it is one."""
    words = (fact(word) for word in re.split(r"[;,\n]", stated[:4000]))
    return tuple(dict.fromkeys(word for word in words if word and len(word) <= KEYWORD))[:KEYWORDS]


def _xmp(reader: Any) -> dict[str, str]:
    """Title and author where newer PDFs keep them."""
    xmp = reader.xmp_metadata
    if xmp is None:
        return {}
    titles, creators = xmp.dc_title or {}, xmp.dc_creator or []
    found = {"Title": next(iter(titles.values()), None), "Author": ", ".join(filter(None, creators))}
    return {name: str(value) for name, value in found.items() if value}


def _fields(reader: Any) -> tuple[tuple[str, str], ...]:
    """Name and value of the fields of a form that someone has filled in."""
    if "/AcroForm" not in reader.trailer["/Root"]:
        return ()
    found = []
    for name, field in list((reader.get_fields() or {}).items())[:FIELDS]:
        value = fact(str(field.get("/V") or "").lstrip("/"))
        if field.get("/FT") in ("/Tx", "/Ch", "/Btn") and value and value != "Off":
            found.append((fact(str(field.get("/TU") or name)) or str(name), value))
    return tuple(found)


def _facts(stated: dict[str, Any], language: object = None, **more: Any) -> Structure:
    """A Structure from the document information that a PDF carries."""
    title, author = fact(str(stated.get("Title") or "")), fact(str(stated.get("Author") or ""))
    spoken = str(language or "")
    return Structure(
        title=None if title is None or NO_TITLE.match(title) else title,
        author=None if author is None or NO_AUTHOR.match(author) else author,
        date=dates.from_pdf(str(stated.get("CreationDate") or "")) or dates.from_pdf(str(stated.get("ModDate") or "")),
        language=spoken if LANGUAGE.fullmatch(spoken) else None,
        keywords=_keywords(str(stated.get("Keywords") or "")),
        **more,
    )
