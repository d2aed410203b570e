"""The walk: what is read, what is left out and by which rule, and when a root can be believed."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragd.records import Outcome, SourceFile
from ragd.sources.walk import examine, keeps, scan, state_of

KEY = (
    b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
    + b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
)


def readable(name: str) -> bool:
    return name.endswith((".md", ".txt", ".pdf", ".docx"))


def tree(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def seen(root: Path, **more: object) -> tuple[list[str], dict[str, str | None]]:
    """Names of the files to read, in order, and the rule of each that is left out; all relative to the root."""
    found = list(scan(root, readable=readable, **more))  # type: ignore[arg-type]
    files = [str(item.path.relative_to(root)) for item in found if isinstance(item, SourceFile)]
    out = {os.path.relpath(item.path, root): item.note for item in found if isinstance(item, Outcome)}
    assert len(files) + len(out) == len(found), "no path twice"
    return files, out


def test_the_order_is_that_of_the_names_and_the_facts_are_those_of_the_disk(tmp_path: Path) -> None:
    tree(tmp_path, {"b.md": "b", "a.md": "aa", "z/2.md": "", "z/1.md": "", "m/1.md": ""})
    assert seen(tmp_path) == (["a.md", "b.md", "m/1.md", "z/1.md", "z/2.md"], {})
    first = next(scan(tmp_path, readable=readable))
    stat = (tmp_path / "a.md").stat()
    assert first == SourceFile(
        tmp_path / "a.md", 2, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_dev, stat.st_ino
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "at", "rule"),
    [
        (".notes.md", None, "hidden"),
        (".config/app/x.md", ".config", "hidden"),
        (".git/HEAD", ".git", "version control"),
        ("sub/.svn/x.md", "sub/.svn", "version control"),
        ("web/node_modules/a/README.md", "web/node_modules", "dependencies (node_modules)"),
        (".venv/x.md", ".venv", "dependencies (.venv)"),
        ("env/pyvenv.cfg", "env", "dependencies (Python environment)"),
        ("__pycache__/x.pyc", "__pycache__", "cache"),
        ("old.egg-info/x.txt", "old.egg-info", "build output"),
        (".Trash/x.md", ".Trash", "trash"),
        ("~$letter.docx", None, "kept by a program while a document is open"),
        (".~lock.letter.odt#", None, "kept by a program while a document is open"),
        (".#x.md", None, "kept by a program while a document is open"),
        ("x.md~", None, "backup copy of an editor"),
        ("#x.md#", None, "backup copy of an editor"),
        (".x.md.swp", None, "temporary file of another program"),
        ("film.part", None, "download that is not done"),
        ("book.pdf.crdownload", None, "download that is not done"),
        (".DS_Store", None, "file of the operating system"),
        (".book.pdf.icloud", None, "kept in the cloud, not on this disk"),
        ("film.mp4", None, "video, not read yet"),
        ("all.zip", None, "archive, not read yet"),
        ("index.sqlite", None, "binary (database)"),
        ("Safari.app/Contents/x.txt", "Safari.app", "application"),
    ],
)
def test_what_is_not_a_persons_writing_is_left_out_by_name(
    tmp_path: Path, path: str, at: str | None, rule: str
) -> None:
    assert seen(tree(tmp_path, {path: "x"})) == ([], {at or path: rule})


@pytest.mark.parametrize(
    ("name", "library", "extra"), [("a.JPG", "rapidocr", "ocr"), ("a.mp3", "faster_whisper", "audio")]
)
def test_what_an_extra_would_read_is_left_out_with_its_name(
    tmp_path: Path, name: str, library: str, extra: str
) -> None:
    if importlib.util.find_spec(library):
        pytest.skip(f"ragd[{extra}] is installed here")
    files, left_out = seen(tree(tmp_path, {name: "x"}))
    assert not files
    assert f"ragd[{extra}]" in left_out[name]


@pytest.mark.parametrize(
    "path",
    [
        *(".ssh/config.txt", ".gnupg/x.md", ".password-store/a.txt", ".aws/credentials", ".kube/config", ".netrc"),
        *(".env", ".env.local", "prod.env", "id_rsa", "id_ed25519", "id_rsa.old", "server.key", "my-private-key.txt"),
        *("privkey.pem", "x.kdbx", "login.keychain-db", "cert.p12", "putty.ppk", "terraform.tfstate", "secrets.yaml"),
        *("bitwarden_export_20240101.csv", "1Password export.csv", "Chrome Passwords.csv", "passwords.txt"),
        *("github-recovery-codes.txt", "client_secret_123.json", "vault.agilekeychain/x.txt", "wallet.dat"),
    ],
)
def test_what_may_hold_secrets_is_left_out_by_name_and_no_ignore_file_brings_it_in(tmp_path: Path, path: str) -> None:
    files, out = seen(tree(tmp_path, {path: "x", ".ragdignore": "!*\n"}))
    assert files == []
    assert any(str(rule).startswith("may hold secrets (") for rule in out.values()), out


@pytest.mark.parametrize(
    "path",
    ["keynote.md", "monkey.txt", "id_rsa.pub", "environment.md", "password policy.txt", "secret santa.md", "CVs/a.md"],
)
def test_ordinary_names_that_resemble_secrets_are_read(tmp_path: Path, path: str) -> None:
    assert seen(tree(tmp_path, {path: "x"}))[0] == [path]


def test_private_keys_are_left_out_by_content_under_any_name(tmp_path: Path) -> None:
    files = {"a.txt": b"my key:\n" + KEY, "b": KEY, "c.yaml": b"key: |\n  " + KEY.replace(b"\n", b"\n  ")}
    named = {"about.md": "A key file begins with -----BEGIN PRIVATE KEY----- and then base64."}
    vault = {"vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6231"}
    read, out = seen(tree(tmp_path, {**files, **named, **vault}))
    assert read == ["about.md"]
    assert set(out.values()) == {"may hold secrets (private key)", "may hold secrets (vault)"}
    assert len(out) == 4


def test_a_file_that_is_mainly_a_key_is_left_out_and_a_text_about_keys_is_read(tmp_path: Path) -> None:
    begin, end = "-----BEGIN EC PRIVATE KEY-----\n", "-----END EC PRIVATE KEY-----\n"
    keys = {
        "short.txt": f"{begin}MHcCAQEEIB\nAwEHoUQDQg\n{end}",
        "cut.md": begin,
        "named.txt": f"the old server\n{begin}Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\nMHcCAQEEIB\n{end}",
        "reply.txt": "> " + KEY.decode().replace("\n", "\n> "),
        "account.json": '{"key": "-----BEGIN PRIVATE KEY-----\\n'
        + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"
        + '\\n"}',
    }
    texts = {
        "course.md": f"# Keys\n\n{begin}\nThis line begins every key file. What follows is base64:\n\n    MHcC...\n",
        "mail.txt": f"Hello Dana,\nwhat does this mean?\n> {begin}> (nothing)\nMerle\n",
        "begins.txt": f"{begin}is how such a file begins: why was it in the attic?\nMore of this tomorrow.\n",
    }
    read, out = seen(tree(tmp_path, {**keys, **texts}))
    assert read == sorted(texts)
    assert out == dict.fromkeys(keys, "may hold secrets (private key)")


def test_a_file_that_the_catalog_knows_is_not_opened_again(tmp_path: Path) -> None:
    tree(tmp_path, {"a.txt": KEY, "b": b"\0\0"})
    assert seen(tmp_path, known=lambda file: True)[0] == ["a.txt", "b"]


@pytest.mark.parametrize(
    ("content", "is_read"),
    [
        (b"", True),
        (b"#!/bin/sh\necho hello\n", True),
        ("Grüße".encode("latin-1"), True),
        ("日本語のテキスト".encode("shift-jis"), True),
        ("hello".encode("utf-16"), True),
        (b"\x1b[1mbold\x1b[0m\n", True),
        (b"\x00\x01\x02\x03", False),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 9, False),
        (bytes(range(1, 256)) * 4, False),
        (b"x" * 9000 + b"\0", True),  # beyond the first bytes: the parser will see
    ],
)
def test_files_without_a_known_name_are_read_if_they_begin_as_text(
    tmp_path: Path, content: bytes, is_read: bool
) -> None:
    read, out = seen(tree(tmp_path, {"unknown": content}))
    assert (read, out) == ((["unknown"], {}) if is_read else ([], {"unknown": "binary"}))


def test_build_output_is_left_out_only_where_that_is_certain(tmp_path: Path) -> None:
    tree(tmp_path, {"rust/Cargo.toml": "", "rust/target/a.md": "", "archery/target/a.md": "", "cm/CMakeFiles/a.md": ""})
    tree(
        tmp_path, {"cm/CMakeCache.txt": "", "kitchen/build/plan.md": "", "site/package.json": "", "site/dist/a.md": ""}
    )
    files, out = seen(tmp_path)
    assert {"archery/target/a.md", "kitchen/build/plan.md"} <= set(files)
    assert out == {"rust/target": "build output", "cm": "build output", "site/dist": "build output"}


def test_a_cache_says_so_by_its_tag(tmp_path: Path) -> None:
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n# made by a test"
    tree(tmp_path, {"thumbs/CACHEDIR.TAG": tag, "thumbs/a.md": "", "mine/CACHEDIR.TAG": "not one", "mine/a.md": ""})
    assert seen(tmp_path) == (["mine/CACHEDIR.TAG", "mine/a.md"], {"thumbs": "cache"})


def test_ignore_files_name_the_line_that_leaves_a_file_out(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {".gitignore": "# mine\n\n*.log\nout/\n", "a.log": "x", "sub/b.log": "x", "out/c.md": "x", "d.md": "x"},
    )
    files, out = seen(tmp_path)
    assert files == ["d.md"]
    assert out == {
        ".gitignore": "names what is left out",
        "a.log": "named by .gitignore line 3: *.log",
        "out": "named by .gitignore line 4: out/",
        "sub/b.log": "named by .gitignore line 3: *.log",
    }


def test_the_nearest_ignore_file_decides_and_ragds_goes_before_gits(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.txt\n", "sub/.gitignore": "!keep.txt\n", "sub/keep.txt": "", "sub/b.txt": ""})
    tree(tmp_path, {"sub/.ragdignore": "/b.md\n!b.txt\n", "sub/b.md": "", "sub/deep/b.md": ""})
    assert seen(tmp_path)[0] == ["sub/b.txt", "sub/keep.txt", "sub/deep/b.md"]


def test_ragdignore_can_bring_in_what_is_hidden(tmp_path: Path) -> None:
    tree(tmp_path, {".ragdignore": "!.journal/\n", ".journal/a.md": "", ".other/b.md": "", ".git/c.md": ""})
    assert seen(tmp_path)[0] == [".journal/a.md"]


def test_broken_ignore_files_stop_nothing(tmp_path: Path) -> None:
    tree(tmp_path, {"a/.gitignore": b"\xef\xbb\xbf!\n/\n\\\n[\n\xff\xfe\n*.log\r\n", "a/x.md": "", "a/x.log": ""})
    (tmp_path / "b" / ".gitignore").mkdir(parents=True)
    tree(tmp_path, {"b/x.md": ""})
    os.mkfifo(tmp_path / "b" / ".ragdignore")
    assert seen(tmp_path)[0] == ["a/x.md", "b/x.md"]


PATTERNS = [
    "*.md",
    "a",
    "a/",
    "/a",
    "b/*",
    "!b/c",
    "!*.md",
    "**/c",
    "a/**",
    "!a/b/",
    "?.txt",
    "[ab]",
    "a/b",
    "!c",
    "#x",
    "",
]


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=st.lists(st.sampled_from(PATTERNS), max_size=5), inner=st.lists(st.sampled_from(PATTERNS), max_size=3))
def test_gitignore_means_what_git_makes_of_it(repository: Path, top: list[str], inner: list[str]) -> None:
    tree(repository, {".gitignore": "\n".join(top), "a/.gitignore": "\n".join(inner)})
    others = ["git", "-C", str(repository), "ls-files", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(others, capture_output=True, text=True, check=True).stdout.split("\0")
    files, _ = seen(repository)
    assert sorted(files) == sorted(name for name in listed if name and not name.endswith(".gitignore"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    names = [
        "c",
        "x.md",
        "1.txt",
        "b/c",
        "b/x.md",
        "b/a/c",
        "a/c",
        "a/x.md",
        "a/a/1.txt",
        "a/b/c",
        "a/b/x.md",
        "d/a/c",
        "d/b",
    ]
    return tree(root, dict.fromkeys(names, "x"))


def test_links_never_lead_outside_and_never_in_circles(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", {"real.md": "x", "sub/a.md": "x", ".ssh/note.md": "x"})
    tree(tmp_path, {"outside.md": "x", "root-of-another/b.md": "x"})
    for name, target in {
        "again.md": root / "real.md",
        "out.md": tmp_path / "outside.md",
        "neighbour": tmp_path / "root-of-another",
        "circle": root,
        "sub/circle": "..",
        "self": "self",
        "nowhere.md": "gone.md",
        "way-round.md": root / ".ssh" / "note.md",
    }.items():
        (root / name).symlink_to(target)
    files, out = seen(root)
    assert files == ["again.md", "real.md", "sub/a.md"]
    assert out == {
        "out.md": "link that leads outside the folder",
        "neighbour": "link that leads outside the folder",
        "circle": "link to a folder that is read at its own place",
        "sub/circle": "link to a folder that is read at its own place",
        "self": "link that leads nowhere",
        "nowhere.md": "link that leads nowhere",
        "way-round.md": "may hold secrets (.ssh)",
        ".ssh": "may hold secrets (.ssh)",
    } or out["circle"].startswith("link that leads outside")


def test_what_the_person_named_is_taken_though_hidden_or_ignored_by_its_parent(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": ".journal\nx.log\n", ".journal/a.md": "", ".draft.md": "", "x.log": "text"})
    assert seen(tmp_path / ".journal")[0] == ["a.md"]
    for name in (".draft.md", "x.log"):
        assert [item.path for item in scan(tmp_path / name, readable=readable)] == [tmp_path / name]


def test_a_root_that_may_hold_secrets_is_refused_with_the_rule(tmp_path: Path) -> None:
    tree(tmp_path, {".ssh/config.txt": "", "id_rsa": "", "key.txt": KEY})
    for name in (".ssh", "id_rsa", "key.txt"):
        (refused,) = scan(tmp_path / name, readable=readable)
        assert isinstance(refused, Outcome) and "may hold secrets" in str(refused.note)


def test_a_link_is_a_root_as_good_as_any(tmp_path: Path) -> None:
    tree(tmp_path / "real", {"a.md": "", "sub/b.md": ""})
    (tmp_path / "real" / "link.md").symlink_to("a.md")
    (tmp_path / "root").symlink_to("real")
    assert seen(tmp_path / "root")[0] == ["a.md", "link.md", "sub/b.md"]


def test_what_was_forgotten_and_ragds_own_home_stay_out(tmp_path: Path) -> None:
    tree(tmp_path, {"a.md": "", "private/b.md": "", "private/c.md": "", "home/catalog.md": ""})
    forgotten = [str(tmp_path / "a.md"), str(tmp_path / "private")]
    files, out = seen(tmp_path, forgotten=forgotten, excluded=[tmp_path / "home"])
    assert files == []
    assert out == {"a.md": "forgotten by you", "private": "forgotten by you", "home": "ragd's own data"}


def test_ragds_own_home_stays_out_of_a_root_that_is_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "real", {"a.md": "", "home/catalog.md": ""})
    (tmp_path / "root").symlink_to("real")
    for home in ("real/home", "root/home"):
        assert seen(tmp_path / "root", excluded=[tmp_path / home]) == (["a.md"], {"home": "ragd's own data"})
        (refused,) = scan(tmp_path / home, readable=readable, excluded=[tmp_path / "real" / "home"])
        assert isinstance(refused, Outcome) and refused.note == "ragd's own data"


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert seen(tmp_path) == ([], {"pipe.md": "not a regular file"})


def test_names_that_are_not_utf8_are_told_as_text_and_break_nothing(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    tree(tmp_path, {"café.txt": "x"})
    files, out = seen(tmp_path)
    assert files == ["café.txt"]
    assert out == {r"caf\xe9.txt": "its name is not valid text (UTF-8): rename it"}
    for name in out:
        name.encode()


def test_a_narrowed_walk_follows_the_same_rules(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.log\nout/\n", "a/b/c.md": "", "a/b/x.log": "", "out/deep/d.md": "", "a/e.md": ""})
    (tmp_path / "a" / "link").symlink_to("b")
    assert seen(tmp_path, under=tmp_path / "a" / "b")[0] == ["a/b/c.md"]
    assert seen(tmp_path, under=tmp_path / "a" / "b" / "x.log")[1] == {"a/b/x.log": "named by .gitignore line 1: *.log"}
    assert seen(tmp_path, under=tmp_path / "out" / "deep") == ([], {"out": "named by .gitignore line 2: out/"})
    assert seen(tmp_path, under=tmp_path / "a" / "link" / "c.md") == (
        [],
        {"a/link": "link to a folder that is read at its own place"},
    )
    assert seen(tmp_path, under=tmp_path / "gone" / "x.md") == ([], {})
    assert seen(tmp_path, under=tmp_path / "a" / "e.md" / "x.md") == ([], {})


def test_every_part_of_a_walk_narrowed_to_it_is_what_the_whole_walk_says(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {".gitignore": "*.log\n!b/keep.log\n", "b/keep.log": "x", "b/x.log": "x", "b/.env": "", "c/.git/x": ""},
    )
    tree(tmp_path, {"c/Cargo.toml": "", "c/target/a.md": "", "d.md": "", "e/pyvenv.cfg": "", "e/f/g.md": ""})
    whole = {str(item.path): item for item in scan(tmp_path, readable=readable)}
    for path, item in whole.items():
        assert list(scan(tmp_path, readable=readable, under=Path(path))) == [item]


def test_one_path_is_examined_as_the_walk_would(tmp_path: Path) -> None:
    tree(tmp_path, {"a.md": "x", "sub/b.md": "x", "node_modules/c/d.md": "x"})
    one = examine(tmp_path / "a.md", tmp_path, readable=readable)
    assert isinstance(one, SourceFile) and one.path == tmp_path / "a.md"
    assert examine(tmp_path / "gone.md", tmp_path, readable=readable) is None
    folder = examine(tmp_path / "sub", tmp_path, readable=readable)
    assert isinstance(folder, Outcome) and folder.status == "unchanged"
    out = examine(tmp_path / "node_modules" / "c", tmp_path, readable=readable)
    assert isinstance(out, Outcome) and (out.path, out.status) == (str(tmp_path / "node_modules"), "skipped")


def test_a_missing_root_fails_and_says_nothing_of_what_is_known(tmp_path: Path) -> None:
    (only,) = scan(tmp_path / "gone", readable=readable)
    assert isinstance(only, Outcome) and only.status == "failed" and keeps(only)


@pytest.fixture
def stranger() -> Iterator[Path]:
    """A folder that a process without our rights can reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder).resolve()


SCAN = """
import os, sys
from pathlib import Path
from ragd.sources.walk import keeps, scan, state_of
if os.geteuid() == 0:  # root may read everything
    os.setgid(65534)
    os.setuid(65534)
root = Path(sys.argv[1])
for found in scan(root, readable=lambda name: True):
    print(found.path if not hasattr(found, "status") else (found.path, found.status, found.note, keeps(found)))
print(state_of(root / "closed", 3, None))
"""


def test_a_folder_that_cannot_be_listed_fails_and_what_is_known_in_it_stays(stranger: Path) -> None:
    tree(stranger, {"a.md": "x", "closed/b.md": "x", "shut.md": "x"})
    (stranger / "closed").chmod(0)
    (stranger / "shut.md").chmod(0)
    try:
        done = subprocess.run([sys.executable, "-c", SCAN, stranger], capture_output=True, text=True, check=False)
    finally:
        (stranger / "closed").chmod(0o700)
    assert done.stdout.splitlines() == [
        str(stranger / "a.md"),
        str((str(stranger / "shut.md"), "failed", "cannot be read: permission denied", True)),
        str((str(stranger / "closed"), "failed", "cannot be listed: permission denied", True)),
        "unknown",
    ], done.stderr


def test_a_root_that_is_missing_or_suddenly_empty_is_unknown(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", {"a.md": "x"})
    assert state_of(root, 1, None) == "ok"
    (root / "a.md").unlink()
    (root / "sub").mkdir()
    assert state_of(root, 1, None) == "unknown"
    assert state_of(root, 0, None) == "ok"
    shutil.rmtree(root)
    assert state_of(root, 1, None) == "unknown"
    assert state_of(tmp_path / "no" / "folder" / "root", 1, None) == "unknown"


def test_a_root_that_is_one_file_is_gone_when_its_folder_is_there(tmp_path: Path) -> None:
    file = tree(tmp_path, {"sub/a.md": "x"}) / "sub" / "a.md"
    assert state_of(file, 1, None, one_file=True) == "ok"
    file.unlink()
    assert state_of(file, 1, None, one_file=True) == "gone"
    file.parent.rmdir()
    assert state_of(file, 1, None, one_file=True) == "unknown"


def test_another_device_matters_only_where_the_known_files_are_absent(tmp_path: Path) -> None:
    root = tree(tmp_path, {"a.md": "x"})
    elsewhere = root.stat().st_dev + 1
    assert state_of(root, 2, elsewhere, files=[root / "gone.md", root / "a.md"]) == "ok"
    assert state_of(root, 2, elsewhere, files=[root / "gone.md"]) == "unknown"
    assert state_of(root, 2, root.stat().st_dev, files=[root / "gone.md"]) == "ok"
