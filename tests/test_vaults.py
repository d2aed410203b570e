"""Exports of password managers, keys and settings with secrets are left out for what is in them, ordinary files not."""

import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from ragd.index.regions import regions
from ragd.keys import keys_in, masked
from ragd.records import Outcome
from ragd.vaults import HEAD
from tests.parser_files import documents, read_all
from tests.trees import KEY, seen, tree

EXPORT, TOTP = "password export", "two-factor secrets"
LOGIN = {"organizationId": None, "type": 1, "name": "bank", "login": {"username": "ana", "password": "pear-tree"}}
AEGIS = {"version": 1, "header": {"slots": None, "params": None}}
SEALED = {"version": 1, "header": {"slots": [{"type": 1, "key": "00"}], "params": {"nonce": "00", "tag": "00"}}}
KUBE = "apiVersion: v1\nkind: Config\nclusters:\n- name: a\nusers:\n- name: ana\n  user:\n    {}\n"
WIREGUARD = "[Interface]\nPrivateKey = {}=\nAddress = 10.0.0.2/32\n\n[Peer]\nEndpoint = a.example:51820\n"
ENVIRONMENT = "# shop\nSHOP_URL=https://shop.example\nSTRIPE_API_KEY=sk_live_0a1b2c\nDB_PASSWORD='pear-tree'\n"
SECRETS = {
    "keepass.txt": (
        '"Account","Login Name","Password","Web Site","Comments"\n"bank","ana","pear","b.example",""\n',
        EXPORT,
    ),
    "keepassxc.csv": (
        '"Group","Title","Username","Password","URL","Notes"\n"Root","bank","ana","pear","",""\n',
        EXPORT,
    ),
    "firefox.csv": ('"url","username","password","httpRealm"\n"https://b.example","ana","pear",""\n', EXPORT),
    "safari.csv": ("Title,URL,Username,Password,Notes,OTPAuth\nbank,https://b.example,ana,pear,,\n", EXPORT),
    "chrome.csv": ("\ufeffname,url,username,password,note\r\nbank,https://b.example,ana,pear,\r\n", EXPORT),
    "lastpass.csv": ("url,username,password,totp,extra,name,grouping,fav\nb.example,ana,pear,,,,,0\n", EXPORT),
    "german.csv": ("sep=;\nTitel;Benutzername;Passwort;Webseite\nBank;ana;pear;b.example\n", EXPORT),
    "long.csv": ("Title,URL,Username,Password\n" + "bank,https://b.example,ana,pear\n" * (HEAD // 20), EXPORT),
    "keepass.xml": ('<?xml version="1.0"?>\n<KeePassFile>\n<Meta/></KeePassFile>', EXPORT),
    "bitwarden.json": (json.dumps({"encrypted": False, "folders": [], "items": [LOGIN]}, indent=1), EXPORT),
    "cut.json": (json.dumps({"encrypted": False, "folders": [], "items": [LOGIN] * 2_000}), EXPORT),
    "sealed.json": ('{"encrypted": true, "salt": "a", "encKeyValidation_DO_NOT_EDIT": "2.a", "data": "2.b"}', EXPORT),
    "aegis.json": (json.dumps(AEGIS | {"db": {"entries": [{"info": {"secret": "JBSWY3DP"}}]}}), TOTP),
    "sealed-aegis.txt": (json.dumps(SEALED | {"db": "bm90aGluZw=="}), TOTP),
    "codes.txt": ("otpauth://totp/bank:ana?secret=JBSWY3DPEHPK3PXP&issuer=bank\n", TOTP),
    "wide.txt": (KEY.decode().encode("utf-16"), "private key"),
    "wide-unmarked.txt": (KEY.decode().encode("utf-16-le"), "private key"),
    "wg0.conf": (WIREGUARD.format("aB3+" * 10 + "xyz"), "private key"),
    "cluster.yaml": (KUBE.format("token: eyJhbGciOiJSUzI1NiJ9"), "credentials of a cluster"),
    "cluster.txt": ("# home\n---\n" + KUBE.format("client-key-data: LS0tLS1CRUdJTg=="), "credentials of a cluster"),
    "env.txt": (ENVIRONMENT, "environment"),
    "env.local": (ENVIRONMENT.replace("STRIPE", "export STRIPE"), "environment"),
}
ORDINARY = {
    "forum.csv": "Title,Username,URL\nWhere is my password?,ana,https://f.example\n",
    "header.csv": "Title,URL,Username,Password\n",
    "policy.csv": "Title,Username,Password required\nbank,ana,yes\n",
    "note.md": "Title, username, password, URL: all four are in the safe.\nThe password is what Ana knows.\n",
    "columns.txt": "title, username, password, url\nare the columns of such a file, says the manual.\n",
    "about.xml": "<notes><note>A &lt;KeePassFile> is the root of it.</note></notes>",
    "orders.json": '{"encrypted": false, "items": [{"name": "tea", "price": 3}]}',
    "db.json": '{"db": {"entries": [{"title": "tea"}]}}',
    "wireguard.md": WIREGUARD.format("your private key here"),
    "kube.md": "To log in, write this:\n\n" + KUBE.format("token: eyJhbGciOiJSUzI1NiJ9"),
    "redacted.yaml": KUBE.format("client-key-data: DATA+OMITTED"),
    "settings.txt": "MAX_TOKENS=4096\nSHOP_TOKEN=\nAPI_KEY=<yours>\nDB_PASSWORD=${PASSWORD}\n",
    "constants.py": 'TOKEN_NAME = "session"\nSECRET_WORDS = "a b c"\n',
    "howto.txt": "Put this into your file and start the shop again:\nAPI_KEY=sk_live_0a1b2c\nThen look at its page.\n",
}  # fmt: skip


BODY = "\n".join(f"MIIEpAIBAAKCAQEA7{number:02}aB3+dEf/gHi0jKlMnOpQrStUvWxYz0123456789" for number in range(20))
LONG_KEY = (
    f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{BODY}\naBcD==\n"
    "-----END RSA PRIVATE KEY-----"
)
TALK = "The boiler is in the attic, its papers are in the blue folder.\n" * 60
WITH_A_KEY = {
    "note.md": f"# House\n\n{TALK}\nThe key of the server:\n\n{LONG_KEY}\n\nKeep it safe.\n",
    "cut.md": f"{TALK}the key:\n{LONG_KEY[:700]}\n\nand so on\n",
    "chat.txt": "01/03/2024, 10:00 - Dana: hello\n" * 80 + f"02/03/2024, 11:00 - Kees: {LONG_KEY}\n"
    "02/03/2024, 11:01 - Dana: thanks\n",
    "account.json": json.dumps({"about": TALK.split("\n"), "key": LONG_KEY + "\n"}, indent=1),
    "tunnel.md": TALK + WIREGUARD.format("aB3+" * 10 + "xyz"),
    "short.md": f"# The server\n\n{TALK[: 63 * 5]}\n{LONG_KEY}\n",
    "book.txt": TALK * 20 + f"the key:\n{LONG_KEY}\n" + TALK,
}


@pytest.mark.parametrize("name", WITH_A_KEY)
def test_a_key_in_a_text_that_says_more_is_masked_and_told_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    text = WITH_A_KEY[name]
    assert seen(tree(tmp_path, {name: text})) == ([name], {})
    (answers,) = read_all([tmp_path / name]).values()
    (document,) = documents(answers).values()
    (out,) = (one for one in answers if isinstance(one, Outcome) and one.status == "skipped")
    assert out.note == _left("private key") and (out.part or "").startswith("private key, line")
    assert len(document.text) == len(text) and {a for a, b in zip(text, document.text, strict=True) if a != b}
    assert all(shown in (said, "*") for said, shown in zip(text, document.text, strict=True))
    assert not any(part in document.text for part in ("MIIEpAIBAAK", "aB3+"))
    assert all("*" not in document.text[one.start : one.end] for one in regions(document))
    read = "".join(document.text[one.start : one.end] for one in regions(document))
    assert len(read) > len(text) - len(LONG_KEY) - 50


def test_a_quoted_key_parts_the_quote(tmp_path: Path) -> None:
    quoted = "Hand this to Merle:\n" + LONG_KEY + "\nand greet her from me\n"
    mail = f"From: Dana <d@a.example>\nSubject: key\nMessage-ID: <1@a>\n\n{TALK}\nKees wrote:\n" + "".join(
        f"> {line}\n" for line in quoted.splitlines()
    )
    tree(tmp_path, {"a.eml": mail})
    (answers,) = read_all([tmp_path / "a.eml"]).values()
    (document,) = documents(answers).values()
    assert [one.kind for one in document.asides] == ["attribution", "quote", "secret", "quote"]
    assert "MIIE" not in document.text and "greet her" in document.text


def test_what_only_speaks_of_a_key_holds_none() -> None:
    for text in (
        "-----BEGIN PRIVATE KEY----- is how it begins, -----END PRIVATE KEY----- how it ends.",
        "PrivateKey = the one that is yours",
        "-----BEGIN CERTIFICATE-----\n" + BODY,
    ):
        assert keys_in(text) == [] and masked(text, []) == text


def _left(rule: str) -> str:
    return f"may hold secrets ({rule})"


def test_vaults_and_keys_are_left_out_for_what_is_in_them_and_ordinary_files_are_read(tmp_path: Path) -> None:
    read, out = seen(tree(tmp_path, {name: content for name, (content, _) in SECRETS.items()} | ORDINARY))
    assert out == {name: _left(rule) for name, (_, rule) in SECRETS.items()}
    assert read == sorted(ORDINARY)


@pytest.mark.parametrize("name", ["safari.csv", "long.csv", "bitwarden.json", "wide.txt", "wg0.conf", "env.txt"])
def test_vaults_and_keys_are_left_out_of_archives_and_mails_too(tmp_path: Path, name: str) -> None:
    content, rule = SECRETS[name]
    data = content if isinstance(content, bytes) else content.encode()
    packed, mail = tmp_path / "a.zip", tmp_path / "a.eml"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, data)
        archive.writestr("forum.csv", ORDINARY["forum.csv"])
    letter = EmailMessage()
    letter["Subject"] = "for the safe"
    letter.set_content("Here it is.")
    letter.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    mail.write_bytes(letter.as_bytes())
    for answers, kept in zip(read_all([packed, mail]).values(), ("forum.csv", None), strict=True):
        assert documents(answers).keys() == {kept}
        assert [one.note for one in answers if isinstance(one, Outcome) and one.status == "skipped"] == [_left(rule)]
