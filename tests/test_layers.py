"""The house stays a house: who may import whom, which library lives where, no cycles, nothing oversized."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ragd"

# level, and the modules of it; a folder's name stands for all that is in it unless a longer name says otherwise
LEVELS = {
    0: ["records", "errors"],
    1: ["home", "config", "keys", "numbered", "pace", "places", "rules", "vaults", "wire"],
    2: ["sources", "parsers", "models", "index", "search", "answer"],
    3: [
        "index.ingest",
        "index.meaning",
        "index.upkeep",
        "search.retrieve",
        "answer.answer",
        "models.convert",
        "models.judge",
    ],
    4: [
        "library",
        "follow",
        "forgetting",
        "indexing",
        "moved",
        "reading",
        "kept",
        "thread",
        "whereabouts",
        "embedding",
        "why",
        "judging",
    ],
    5: ["cli"],
}
BELOW_ROOMS = {"records", "errors", "keys", "numbered", "places", "rules", "vaults"}
HOMES = {
    "lancedb": ["index.vectors"],
    "lance": ["index.vectors"],
    "tantivy": ["index.words"],
    "sqlite3": ["index.catalog"],
    "sentence_transformers": ["index.embed", "models.convert"],
    "torch": ["index.embed", "models.graph"],
    "onnxruntime": ["index.embed", "models.graph", "search.rerank"],
    "watchdog": ["sources.watch"],
    "typer": ["cli"],
    "rich": ["cli"],
    "pypdf": ["parsers.pdf.structure"],
    "aspose": ["parsers.notes.onenote"],
    "icalendar": ["parsers.life.ics"],
    "pypdfium2": ["parsers.pdf"],
    "libarchive": ["parsers.packed.foreign_archives"],
    "python_calamine": ["parsers.office.xlsb"],
    "rapidocr": ["parsers.media.ocr"],
    "PIL": ["parsers.media.image"],
    "pi_heif": ["parsers.media.image"],
    "faster_whisper": ["parsers.media.audio"],
    "xlrd": ["parsers.office.xls"],
    "office_oxide": ["parsers.office.ole"],
    "pypff": ["parsers.mail.pst"],
    "olefile": ["parsers.mail.msg", "parsers.office.ole"],
    "ollama": ["answer.generators.ollama"],
    "xllamacpp": ["answer.generators.llama_cpp"],
}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py")) if "sample_corpus" not in path.parts}
MODULES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(name: str) -> set[str]:
    """The modules of ragd that a module imports."""
    wanted = {one.removeprefix("ragd.") for one in imports(MODULES[name]) if one.startswith("ragd.")}
    return {one for one in wanted if one in MODULES} - {name}


def level(name: str) -> int:
    known = [(len(prefix), at) for at, many in LEVELS.items() for prefix in many if f"{name}.".startswith(f"{prefix}.")]
    assert known, f"ragd.{name} has no place in the table of this test"
    return max(known)[1]


def room(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


CHECKED = [name for name in MODULES if name not in ("", "__main__")]


@pytest.mark.parametrize("name", CHECKED)
def test_a_module_imports_only_what_its_level_may(name: str) -> None:
    mine = level(name)
    for other in own(name):
        theirs = level(other)
        if mine == 0:
            pytest.fail(f"{name} imports {other}: records and errors import nothing")
        elif mine == 1:
            assert theirs <= 1, f"{name} imports {other}"
        elif mine == 2:
            assert other in BELOW_ROOMS or (room(other) == room(name) and theirs == 2), f"{name} imports {other}"
        elif mine == 3:
            assert theirs == 2 or other in BELOW_ROOMS, f"{name} imports {other}: a story imports rooms, no story"
        elif mine == 5:
            assert theirs in (0, 1, 5) or other == "library", f"{name} imports {other}: a door knows the library only"
        else:
            assert theirs <= mine, f"{name} imports {other}"


@pytest.mark.parametrize("name", CHECKED)
def test_an_outside_library_has_one_home(name: str) -> None:
    for wanted in imports(MODULES[name]):
        homes = HOMES.get(wanted.split(".", maxsplit=1)[0])
        if homes:
            assert any(f"{name}.".startswith(f"{one}.") for one in homes), f"{name} imports {wanted}"


def test_no_import_goes_in_a_circle() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in own(name):
                # A package's __init__ that gathers its own files is no circle of theirs.
                if other != name.rpartition(".")[0]:
                    visit(other, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def test_a_library_that_is_heavy_is_imported_where_it_is_used() -> None:
    heavy = {"lancedb", "lance", "tantivy", "torch", "sentence_transformers", "onnxruntime", "pypdf", "pypdfium2"}
    for name, tree in MODULES.items():
        for node in tree.body:
            found = {one.split(".", maxsplit=1)[0] for one in imports(node)} if _runs(node) else set()
            assert not found & heavy, f"{name} imports {found & heavy} when it is loaded"


def _runs(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("name", CHECKED)
def test_nothing_is_too_long_to_read(name: str) -> None:
    lines = len(FILES[name].read_text().splitlines())
    assert lines <= LONGEST_FILE, f"{FILES[name].name}: {lines} lines"
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{name}.{node.name}: {length} lines"


@pytest.mark.parametrize("name", CHECKED)
def test_a_module_says_its_one_idea_first(name: str) -> None:
    assert ast.get_docstring(MODULES[name]), f"{name} has no docstring"
