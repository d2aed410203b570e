"""Notes: what vaults, exports and outlines say, and what is kept of it."""

from pathlib import Path

from parser_files import read_all

from ragd.parsers.source import OpenFile, attempt, open_source
from ragd.records import Document, Member, Outcome


def parsed(path: Path) -> list[Member | Outcome]:
    with OpenFile(bytes(path)) as file:
        return list(attempt(open_source(path, file)))


def only(path: Path, text: str | bytes | None = None) -> Document:
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    (member,) = parsed(path)
    assert isinstance(member, Member), member
    return member.document


def test_a_vault_notes_tags_and_links_are_kept_as_written(tmp_path: Path) -> None:
    note = only(
        tmp_path / "Rent.md",
        '---\ntags: [home, "#rent/2024"]\nrelated: "[[House rules]]"\n---\n# Rent\n\nPaid. #done #2024 #a/b (see #1)\n'
        "[[Boiler#Service|the boiler]] ![[plan.png]] [contract](papers/new%20contract.md#p2) [web](https://example.org)\n"
        "`#code [[none]]`\n\n```\n#code [[none]]\n```\n[[Boiler]] #[[two words]]\n",
    )
    assert note.tags == ("home", "rent/2024", "done", "a/b", "two words")
    assert note.links == ("House rules", "Boiler", "plan.png", "two words", "papers/new contract.md")


def test_broken_frontmatter_still_says_what_it_means(tmp_path: Path) -> None:
    note = only(
        tmp_path / "a.md", "---\ntitle: Rent: the new rules\n\ttags: x\ntags: #home #rent\ndate: 2024-03-02\n---\nx"
    )
    assert (note.title, note.tags, note.date) == ("Rent: the new rules", ("home", "rent"), "2024-03-02")
    assert only(tmp_path / "b.md", "---\ntags: #home\n---\nx").tags == ("home",)
    assert only(tmp_path / "c.md", "---\ntags:\n- a b\n- @c\n---\nx").tags == ("a", "b", "@c")


def test_logseq_properties_are_facts_of_their_page(tmp_path: Path) -> None:
    note = only(
        tmp_path / "a___b.md", "title:: House/Boiler\ntags:: [[home]], warm\n\n- serviced\n  date:: 2024-01-01\n"
    )
    assert (note.title, note.tags) == ("House/Boiler", ("home", "warm"))
    assert note.links == ("home",)
    assert note.text.startswith("title:: House/Boiler")


def test_the_notes_of_a_real_vault_link_to_each_other(shared) -> None:  # type: ignore[no-untyped-def]
    vault = shared("corpora/notes-obsidian-help")
    answers = read_all(sorted(vault.rglob("*.md")))
    notes = {path: answer for path, (answer, *_) in answers.items() if isinstance(answer, Member)}  # one a file
    assert len(notes) == 300
    names = {path.stem.lower() for path in vault.rglob("*") if path.is_file()}
    own = [note.document for path, note in notes.items() if "_translations" not in path.parts]
    links = [link for note in own for link in note.links if "." not in link]
    there = [link for link in links if link.rpartition("/")[2].lower() in names]
    assert len(links) > 500 and len(there) > 0.95 * len(links)
