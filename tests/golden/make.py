"""Makes the samples of tests/golden that no editor writes: `python tests/golden/make.py` (then --golden-rewrite)."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from parser_files import write_pdf  # noqa: E402


def pdf() -> None:
    letter = ["Dear Kees,", "the boiler is due in October. Bring", "the expansion ves-", "sel with you.", "Dana"]
    write_pdf(
        HERE / "boiler.pdf",
        [["Service report", "No faults were found."], letter],
        title="Boiler",
        labels="0 << /S /r >>",
    )


def docx() -> None:
    from docx import Document

    document = Document()
    document.core_properties.title = "House rules"
    document.core_properties.author = "Dana Visser"
    document.add_heading("House rules", level=1)
    document.add_paragraph("Bins go out on Tuesday.")
    document.add_heading("Laundry", level=2)
    document.add_paragraph("Not after ten.", style="List Bullet")
    document.add_paragraph("Empty the sieve.", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(
        (cell for row in table.rows for cell in row.cells), ("Day", "Who", "Mon", "Ann"), strict=True
    ):
        cell.text = words
    document.save(str(HERE / "rules.docx"))


if __name__ == "__main__":
    pdf()
    docx()
