"""Folders of small files, and what a walk says of them."""

import os
from pathlib import Path

from ragd.records import Outcome, SourceFile
from ragd.sources.walk import scan

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
