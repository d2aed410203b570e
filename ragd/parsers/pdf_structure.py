"""What a PDF says of itself, read by pypdf; by pdfium where pypdf cannot."""

import io
import logging
from typing import Any

from ragd.parsers.pdf import Structure, facts
from ragd.parsers.reading import fact

# pypdf reads a damaged file lazily and then fails as Python does: what a stranger's bytes have raised in it so far
TROUBLE = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError, RuntimeError)
TROUBLE_TOO = (TypeError, ValueError)
FIELDS = 2000
PAGES = 20_000


def structure_of(data: bytes, pdf: Any) -> Structure:
    """The facts, page labels and form values; `pdf` is the same file opened by pdfium."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        stated = {str(name).lstrip("/"): str(value) for name, value in (reader.metadata or {}).items()}
        labels = tuple(fact(label) or str(number) for number, label in enumerate(reader.page_labels[:PAGES], start=1))
        root: Any = reader.trailer["/Root"]
        return facts(stated, root.get("/Lang"), labels=labels, fields=_fields(reader))
    except (PyPdfError, DependencyError, *TROUBLE, *TROUBLE_TOO):
        labels = tuple(fact(pdf.get_page_label(index)) or str(index + 1) for index in range(min(len(pdf), PAGES)))
        return facts(pdf.get_metadata_dict(), labels=labels)


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
