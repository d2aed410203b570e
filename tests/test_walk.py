"""The walk: what is read, and what is left out by which rule."""

import importlib.util
import os
from pathlib import Path

import pytest
from trees import KEY, readable, seen, tree

from ragd.records import SourceFile
from ragd.sources.walk import scan


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
        ("novel.azw3", None, "an e-book of Kindle: save it as EPUB (Calibre does that)"),
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


def test_what_note_programs_write_twice_is_read_once(tmp_path: Path) -> None:
    note = '{"color": "RED", "isTrashed": false, "isPinned": false, "isArchived": false, "title": "Pears"}'
    files = {
        "Keep/a.json": note,
        "Keep/a.html": "<p>Pears</p>",
        "Keep/b.html": "<p>b</p>",
        "c.json": "{}",
        "c.html": "c",
    }
    logseq = {
        "g/pages/a.md": "a",
        "g/logseq/config.edn": "{}",
        "g/logseq/bak/a/1.md": "a",
        "g/logseq/.recycle/b.md": "b",
    }
    read, out = seen(tree(tmp_path, {**files, **logseq, "bak/d.md": "d"}))
    assert read == ["c.html", "c.json", "Keep/a.json", "Keep/b.html", "bak/d.md", "g/logseq/config.edn", "g/pages/a.md"]
    assert out == {
        "Keep/a.html": "says the same as a.json beside it",
        "g/logseq/bak": "backup copy of an editor",
        "g/logseq/.recycle": "trash",
    }


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
        (b"%PDF-1.7\n\x00", True),  # the parser knows it
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


def test_links_never_lead_outside_and_never_in_circles(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", {"real.md": "x", "sub/a.md": "x", ".ssh/note.md": "x"})
    tree(tmp_path, {"outside.md": "x", "root-of-another/b.md": "x"})
    for name, target in {
        "again.md": root / "real.md",
        "out.md": tmp_path / "outside.md",
        "neighbour": tmp_path / "root-of-another",
        "circle": root,
        "sub/circle": "..",
        "aside": root / "sub",
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
        "circle": "link to the added folder itself",
        "sub/circle": "link to the added folder itself",
        "aside": "link to a folder that is read at its own place",
        "self": "link that leads nowhere",
        "nowhere.md": "link that leads nowhere",
        "way-round.md": "may hold secrets (.ssh)",
        ".ssh": "may hold secrets (.ssh)",
    }


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
