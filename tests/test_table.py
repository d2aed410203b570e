"""The table of formats and what docs/formats.md says of it are one."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

from ragd.parsers.recognise import SIGNS
from ragd.parsers.table import FORMATS, families

DOCS = Path(__file__).parent.parent / "docs" / "formats.md"
SUFFIX = re.compile(r"(?<!\S)\.\w+")


def test_the_docs_name_the_suffixes_that_are_read_and_no_others() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("| what | suffixes |")[2].partition("\n\n")[0]
    told = Counter(suffix for row in table.splitlines()[2:] for suffix in SUFFIX.findall(row.split("|")[2]))
    read = {suffix for known in FORMATS for suffix in known.suffixes.split()}
    assert set(told) == read
    assert [suffix for suffix, count in told.items() if count > 1] == []


def test_a_suffix_and_a_media_type_stand_in_one_row() -> None:
    suffixes = Counter(suffix for known in FORMATS for suffix in known.suffixes.split())
    types = Counter(name for known in FORMATS for name in known.media_types.split())
    assert [name for name, count in (suffixes + types).items() if count > 1] == []


def test_every_row_names_a_parser_that_is_there() -> None:
    for known in FORMATS:
        module, _, function = known.function.partition(":")
        assert callable(getattr(import_module(module, "ragd.parsers"), function)), known


def test_every_sign_leads_to_a_family() -> None:
    assert {sign.family for sign in SIGNS} <= set(families())
