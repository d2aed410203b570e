"""Text formats with places of their own: the text stays untouched, and the places are where an editor shows them."""

# ruff: noqa: E501 (samples read better on one line)

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_files import only, parsed

from ragd.parsers.texts.code import BY_SUFFIX, symbols
from ragd.records import Document, Member


def headings(document: Document) -> list[tuple[str, int, int]]:
    """Each heading with its level and its line."""
    return [
        (mark.label, mark.level, document.text.count("\n", 0, mark.offset) + 1)
        for mark in document.marks
        if mark.kind == "heading"
    ]


def written(path: Path, text: str) -> Document:
    path.write_text(text)
    document = only(path)
    assert document.lined
    assert document.text == text
    return document


SOURCES = {
    "a.py": ("import os\n\n\nclass House:\n    def rent(self):\n        pass\n\n    async def keys(self): ...\n\n\ndef main():\n    '''\ndef not_this():\n    '''\n", ["House 1 4", "rent 2 5", "keys 2 8", "main 1 11"]),
    "a.ts": ("export class House {\n  private rent(of: string): number {\n    if (of) {\n      return 1;\n    }\n  }\n}\nexport const pay = async (who: string) => {\n};\ninterface Keys {}\nfunction* all() {}\n", ["House 1 1", "rent 2 2", "pay 1 8", "Keys 1 10", "all 1 11"]),
    "a.java": ("package x;\npublic final class House<T> {\n    @Override\n    public List<String> rent(int a,\n        int b) {\n        return call(a);\n    }\n    House() {\n    }\n}\n", ["House 1 2", "rent 2 4"]),
    "a.c": ("#include <x.h>\nstruct house {\n  int rent;\n};\nstatic int *pay(struct house *h, int n)\n{\n  if (n) {\n  }\n  return call(n);\n}\n", ["house 1 2", "pay 1 5"]),
    "a.cpp": ("namespace home {\nclass House : public Base {\n public:\n  int rent() const;\n};\nint House::rent() const {\n  return 1;\n}\n}\n", ["home 1 1", "House 1 2", "House::rent 1 6"]),
    "a.go": ("package x\n\ntype House struct {\n}\n\nfunc (h *House) Rent(n int) error {\n}\nfunc main() {\n}\n", ["House 1 3", "Rent 1 6", "main 1 8"]),
    "a.rs": ("pub struct House;\nimpl House {\n    pub fn rent(&self) -> u8 {\n    }\n}\nasync fn pay() {}\n", ["House 1 1", "impl House 1 2", "rent 2 3", "pay 1 6"]),
    "a.rb": ("module Home\n  class House\n    def rent?\n    end\n  end\nend\n", ["Home 1 1", "House 2 2", "rent? 3 3"]),
    "a.php": ("<?php\nclass House {\n    public static function rent($a) {\n    }\n}\n", ["House 1 2", "rent 2 3"]),
    "a.cs": ("namespace Home {\n    public class House : Base\n    {\n        public async Task<int> Rent(int a)\n        {\n        }\n    }\n}\n", ["Home 1 1", "House 2 2", "Rent 3 4"]),
    "a.sh": ("#!/bin/sh\npay() {\n  echo\n}\nfunction keys {\n}\n", ["pay 1 2", "keys 1 5"]),
    "a.kt": ("data class House(val a: Int)\n\nfun pay(a: Int): Int {\n}\n", ["House 1 1", "pay 1 3"]),
    "a.sql": ("CREATE TABLE IF NOT EXISTS rent (\n  a int\n);\ncreate or replace function pay() returns int\n", ["rent 1 1", "pay 1 4"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_functions_and_classes_are_places(tmp_path: Path, name: str) -> None:
    text, expected = SOURCES[name]
    document = written(tmp_path / name, text)
    assert [f"{label} {level} {line}" for label, level, line in headings(document)] == expected
    assert document.kind == "code"


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("def fn(class){}=;:,<>*&'\"# \n\t_a1"), max_size=400), suffix=st.sampled_from(sorted(BY_SUFFIX)))  # fmt: skip
def test_no_source_breaks_the_search_for_places(text: str, suffix: str) -> None:
    offsets = [mark.offset for mark in symbols(text, suffix)]
    assert offsets == sorted(offsets)
    assert all(text[offset - 1 : offset] in ("", "\n", " ", "\t") for offset in offsets)


def test_every_row_of_a_table_stands_under_its_columns_names(tmp_path: Path) -> None:
    document = written(tmp_path / "a.csv", "Name;Amount;Paid on\nKees;12,50;2024-03-02\nAnn;3;2024-03-03\n")
    assert headings(document) == [("Name, Amount, Paid on", 1, 2)]
    assert document.kind == "table"
    titled = written(tmp_path / "b.tsv", "Costs of 2024\t\nName\tAmount\nKees\t12\n")
    assert headings(titled) == [("Name, Amount", 1, 3)]


@pytest.mark.parametrize("text", ["1,2,3\n4,5,6\n", "just words, and more\n", "a@b.org,12\nc@d.org,13\n", "x,x\n1,2\n"])
def test_a_table_without_names_has_none(tmp_path: Path, text: str) -> None:
    assert headings(written(tmp_path / "a.csv", text)) == []


def test_the_keys_of_json_are_places_but_not_those_that_come_again_in_each_record(tmp_path: Path) -> None:
    held = {"house": {"rent": {"amount": 12}, "note": 'a "{" in words'}, "people": [{"name": {"first": "Kees"}}]}
    document = written(tmp_path / "a.json", json.dumps(held, indent=2))
    assert headings(document) == [("house", 1, 2), ("rent", 2, 3), ("people", 1, 8)]
    assert headings(written(tmp_path / "b.json", json.dumps(held))) == []
    assert headings(written(tmp_path / "c.jsonl", '{"a": {"b": 1}}\n{"a": {"b": 2}}\n')) == []


def test_the_titles_of_xml_are_places(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?>\n<!-- <title>no</title> -->\n<book>\n <title>Houses</title>\n <chapter>\n'
        "  <title>Rent</title>\n  <p a='>'>words</p>\n </chapter>\n</book>\n"
    )
    document = written(tmp_path / "a.xml", text)
    assert headings(document) == [("Houses", 1, 4), ("Rent", 2, 6)]
    assert document.title == "Houses"


def test_xml_is_read_in_the_encoding_that_it_states(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(
        '<?xml version="1.0" encoding="iso-8859-15"?>\n<p>€ café</p>\n'.encode("iso-8859-15")
    )
    assert only(tmp_path / "a.xml").text.endswith("<p>€ café</p>\n")


def test_the_sections_of_latex_are_places(tmp_path: Path) -> None:
    text = (
        "\\documentclass{article}\n\\title{On \\emph{Rent}\\thanks{Kees}}\n\\author{Dana Visser \\and Kees}\n\\date{2 March 2024}\n"
        "\\begin{document}\n\\section{The \\textbf{house} \\& more}\n% \\section{not this}\n\\subsection*{Keys}\n"
        "\\begin{verbatim}\n\\section{nor this}\n\\end{verbatim}\n\\end{document}\n"
    )
    document = written(tmp_path / "a.tex", text)
    assert headings(document) == [("The house & more", 2, 6), ("Keys", 3, 8)]
    assert (document.title, document.author, document.date) == ("On Rent", "Dana Visser, Kees", "2024-03-02")


def test_the_sections_of_restructured_text_are_places(tmp_path: Path) -> None:
    text = ":author: Dana Visser\n:date: 2024-03-02\n\n====\nRent\n====\n\nKeys\n----\n\nwords\n\nDoors\n-----\n\n``x``\n\n+--+--+\n"
    document = written(tmp_path / "a.rst", text)
    assert headings(document) == [("Rent", 1, 4), ("Keys", 2, 8), ("Doors", 2, 13)]
    assert (document.title, document.author, document.date) == ("Rent", "Dana Visser", "2024-03-02")


def test_the_sections_of_asciidoc_are_places(tmp_path: Path) -> None:
    text = "= Rent\nDana Visser <dana@example.org>\nv1, 2024-03-02\n:keywords: house, keys\n\n== Keys\n----\n== not this\n----\n=== Doors\n"
    document = written(tmp_path / "a.adoc", text)
    assert headings(document) == [("Rent", 1, 1), ("Keys", 2, 6), ("Doors", 3, 10)]
    assert (document.title, document.author, document.date) == ("Rent", "Dana Visser", "2024-03-02")
    assert document.tags == ("house", "keys")


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Rent\n", "\n", "What it *costs*.\n", "\n", "## Gas\n", "more"]},
        {"cell_type": "code", "source": "", "outputs": []},
        {"cell_type": "code", "source": "print(2)", "outputs": [
            {"output_type": "stream", "text": ["2\n"]},
            {"output_type": "execute_result", "data": {"text/plain": "42", "image/png": "iVBOR"}},
            {"output_type": "error", "ename": "ValueError", "evalue": "no rent", "traceback": ["\x1b[31m"]},
        ]},
    ]  # fmt: skip
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {"authors": [{"name": "Dana Visser"}]}}))
    document = only(tmp_path / "a.ipynb")
    assert document.text == "Rent\n\nWhat it *costs*.\n\nGas\n\nmore\n\nprint(2)\n\n2\n\n42\n\nValueError: no rent"
    assert [(mark.label, document.text[mark.offset :][:5]) for mark in document.marks if mark.kind == "cell"] == [
        ("1", "Rent\n"),
        ("3", "print"),
    ]
    assert (document.title, document.author) == ("Rent", "Dana Visser")


SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Where</i> is\nthe key?\n\n2\n00:00:02,600 --> 00:00:04,000\nUnder the mat.\n\n3\n00:01:10,000 --> 00:01:12,000\n- Found it.\n"
VTT = "WEBVTT\n\nNOTE made by hand\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v Dana>Where is the key?</v>\n\n00:02.600 --> 00:04.000\nUnder the mat.\n"
ROLLING = "WEBVTT\n\n00:01.000 --> 00:02.000\nwhere is\n\n00:02.000 --> 00:03.000\nwhere is\nthe key\n\n00:03.000 --> 00:04.000\nthe key\n"


def test_what_is_said_in_a_film_is_read_with_its_times(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    document = only(tmp_path / "a.srt")
    assert document.text == "Where is the key?\nUnder the mat.\n\n- Found it."
    assert [(mark.kind, mark.label, mark.level) for mark in document.marks] == [
        ("turn", "00:00:01", 1),
        ("turn", "00:00:02", 2),
        ("turn", "00:01:10", 1),
    ]
    (tmp_path / "b.vtt").write_text(VTT)
    assert only(tmp_path / "b.vtt").text == "Dana: Where is the key?\nUnder the mat."


def test_captions_that_roll_are_said_once(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(ROLLING)
    assert only(tmp_path / "a.vtt").text == "where is\nthe key"


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), name=st.sampled_from(["a.json", "a.xml", "a.tex", "a.rst", "a.adoc", "a.csv", "a.srt", "a.ipynb", "a.rtf"]))  # fmt: skip
def test_any_words_under_any_name_are_a_document_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(text.encode())
    for found in parsed(path):
        if isinstance(found, Member):
            assert all(0 <= mark.offset <= len(found.document.text) for mark in found.document.marks)
        else:
            assert "broke on it" not in (found.note or "")
