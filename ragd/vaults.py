"""What a file of keys, or the export of a password manager, is recognised by in its first bytes, whatever its name."""

import csv
import re

from ragd.keys import are_most_of, keys_in
from ragd.rules import SECRETS

HEAD = 65_536  # bytes that are looked at; no private key is larger, and a larger file is not searched for one
LINE = 4_096  # bytes: no header and no setting is longer

# A file is a key where little else is said in it; a short or cut one where most of its lines are those of a key: so a
# text about keys is none.
_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"[A-Za-z0-9+/=]+|[A-Za-z-]+: .*")  # key material, or a header above it
_VAULT = re.compile(rb"\$ANSIBLE_VAULT;|age-encryption\.org/v1\n")
_SIGNS = (b"PRIVATE KEY", b"Static key V1", b"AGE-SECRET-KEY-1", b"PuTTY-User-Key-File-")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Tables: exports say in their first line what stands in them. Words in lower case, letters and digits only.
_PASSWORD = _words(
    "password pass passwd pwd loginpassword passwort kennwort motdepasse contraseña wachtwoord senha пароль hasło"
)
_USER = _words("""
    username user login loginname loginusername userid useremail email emailaddress benutzername benutzer anmeldename
    identifiant nomdutilisateur utilisateur usuario gebruikersnaam utente логин
""")
_PLACE = _words("""
    url uri loginuri loginurl web website site weburl webaddress hostname host domain title account service app
    application group titel konto webseite webadresse titre compte siteweb título titulo cuenta
""")
_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r"sep=.\r?\n", re.IGNORECASE)  # what Excel wants above a table

_XML_VAULT = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<(?:KeePassFile|pwlist|passwordsafe)\b", re.DOTALL
)
_TOTP = "two-factor secrets"
# JSON: what it is, and the signs that are all in it, in any order: of the head, the end is often away.
_JSON = tuple(
    (what, tuple(re.compile(sign.encode()) for sign in signs))
    for what, *signs in (
        (  # Bitwarden and Proton Pass, readable or sealed
            "password export",
            r'"encrypted"\s*:\s*(?:true|false)',
            r'"(?:items|folders|collections|vaults|data)"\s*:',
            r'"login"\s*:\s*[{"]|"(?:reprompt|organizationId|folderId|encKeyValidation_DO_NOT_EDIT|shareId)"\s*:',
        ),
        ("password export", r'"encryptedUsername"\s*:\s*"', r'"encryptedPassword"\s*:\s*"'),  # Firefox
        (_TOTP, r'"db"\s*:\s*\{', r'"entries"\s*:\s*\[', r'"secret"\s*:\s*"'),  # Aegis
        (_TOTP, r'"slots"\s*:\s*\[', r'"params"\s*:\s*\{', r'"db"\s*:\s*"'),  # the same, sealed
        (_TOTP, r'"secret"\s*:\s*"[A-Z2-7]{16,}=*"', r'"(?:digits|period|tokenType)"\s*:'),  # andOTP, 2FAS and the like
        (
            "credentials of a cluster",
            r'"kind"\s*:\s*"Config"',
            r'"apiVersion"\s*:\s*"v1"',
            r'"users"\s*:',
            r'"(?:client-key-data|token|id-token|refresh-token|client-secret|password)"\s*:\s*"[^"<${]{8,}"',
        ),
    )
)
_TUNNEL = re.compile(rb"[> ]*(?:\[\w+\]|\w+[ \t]*=)")
_INTERFACE = re.compile(rb"^[ \t>]*\[(?:Interface|WireGuard)\]", re.MULTILINE | re.IGNORECASE)
_WIREGUARD = re.compile(
    rb"^[ \t>]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=[ \t]*(?:#.*)?\r?$", re.MULTILINE | re.IGNORECASE
)
_KUBE_START = re.compile(rb"(?:[ \t]*(?:#.*|---.*)?\r?\n)*[\w-]+:")
_KUBE = (
    re.compile(rb"^kind:\s*[\"']?Config[\"']?\s*$", re.MULTILINE),
    re.compile(rb"^apiVersion:\s*[\"']?v1[\"']?\s*$", re.MULTILINE),
    re.compile(rb"^users:", re.MULTILINE),
    re.compile(
        rb"^[ \t-][ \t-]*(?:client-key-data|token|id-token|refresh-token|client-secret|password):[ \t]*"
        rb"(?!REDACTED|DATA\+OMITTED|[\"']?[<${])\S{8,}",
        re.MULTILINE,
    ),
)
# An environment: upper-case names, no space about "=". That much says that no programmer wrote it as constants.
_SETTING = re.compile(rb"(?:export |set )?[A-Z_][A-Z0-9_]*=.*")
_SECRET_SETTING = re.compile(
    rb"(?:export |set )?(?:[A-Z0-9_]*_)?(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)"
    rb"(?:_[A-Z0-9_]*)?="
    rb"(?![\"']?(?:[\d.]+|true|false|none|null|[<${].*)[\"']?\s*$)\S{6,}.*",
    re.IGNORECASE,
)


def secret_in(head: bytes, *, whole: bool) -> str | None:
    """The rule, if what begins with these bytes holds a private key or is a vault; `whole`: nothing follows them.

    A key makes a small file a secret that holds little else; where more is said, the parsers leave out the key alone.
    """
    data = _narrow(head)
    if whole and (what := _key_in(data)):
        return SECRETS.format(what)
    if _VAULT.match(data):
        return SECRETS.format("vault")
    start = data[:256].lstrip()[:1]
    if start in (b"{", b"["):
        found = next((what for what, signs in _JSON if all(sign.search(data) for sign in signs)), None)
    elif start == b"<":
        found = "password export" if _XML_VAULT.match(data) else None
    else:
        found = _export_in(data, whole=whole)
    return SECRETS.format(found) if found else None


def _narrow(head: bytes) -> bytes:
    """The text as UTF-8 without a mark where it is UTF-16 or UTF-32; else what it was."""
    encoding = ""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "utf-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif len(head) > 3 and not any(head[1:64:2]) and all(head[0:64:2]):
        encoding = "utf-16-le"
    elif len(head) > 3 and not any(head[0:64:2]) and all(head[1:64:2]):
        encoding = "utf-16-be"
    if encoding:
        head = head.decode(encoding, "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _key_in(data: bytes) -> str | None:
    if any(sign in data for sign in _SIGNS):
        text = data.decode("latin-1")  # signs and keys are ASCII
        keys = keys_in(text)
        if are_most_of(keys, text) if keys else _is_mainly_a_key(data):
            return "private key"
    return "private key" if _WIREGUARD.search(data) and _is_tunnel(data) else None


def _is_tunnel(data: bytes) -> bool:
    """Whether it is the settings of one and no text about it: most lines are such."""
    lines = [line for line in map(bytes.strip, data.splitlines()) if line and line[:1] != b"#"]
    settings = sum(_TUNNEL.match(line) is not None for line in lines)
    return settings * 2 > len(lines) and _INTERFACE.search(data) is not None


def _export_in(data: bytes, *, whole: bool) -> str | None:
    """What kind of secrets these lines are, if they are a table of passwords, or settings that hold some."""
    if _is_password_table(data):
        return "password export"
    if b"apiVersion" in data and _KUBE_START.match(data) and all(sign.search(data) for sign in _KUBE):
        return "credentials of a cluster"
    if b"otpauth" not in data and not _might_be_settings(data):
        return None
    lines = [line for line in map(bytes.strip, data.splitlines()) if line and line[:1] != b"#"]
    if sum(line.startswith((b"otpauth://", b"otpauth-migration://")) for line in lines) * 2 > len(lines):
        return _TOTP
    settings = sum(_SETTING.fullmatch(line) is not None for line in lines)
    is_environment = settings * 2 > len(lines) and any(
        _SECRET_SETTING.fullmatch(line) for line in lines if len(line) < LINE
    )
    return "environment" if whole and is_environment else None


def _might_be_settings(data: bytes) -> bool:
    """Whether a word stands in it without which no setting is a secret; quick."""
    return any(word in data for word in (b"SECRET", b"TOKEN", b"PASSW", b"KEY"))


def _is_password_table(data: bytes) -> bool:
    """Whether a header names a password beside a user and a place, and a row below it fills in a password."""
    text = data.decode("utf-8", "replace").lstrip()
    text = _SEPARATOR.sub("", text, count=1) if _SEPARATOR.match(text) else text
    first = text.partition("\n")[0][:LINE]
    delimiter = max(_DELIMITERS, key=first.count)
    if first.count(delimiter) < 2:  # three columns
        return False
    header = [_plain(cell) for cell in first.strip().split(delimiter)]
    at = next((index for index, cell in enumerate(header) if cell in _PASSWORD), None)
    if at is None or not (_USER.intersection(header) and _PLACE.intersection(header)):
        return False
    try:
        rows = csv.reader(text.splitlines(keepends=True)[1:], delimiter=delimiter)
        return any(len(row) == len(header) and row[at].strip() for row in rows)
    except csv.Error:
        return True  # a header like that, and rows that break the reader: better left out


def _plain(cell: str) -> str:
    return "".join(filter(str.isalnum, cell.lower()))


def _is_mainly_a_key(data: bytes) -> bool:
    """Whether more than half of the lines belong to blocks that begin, on a line of their own, as a private key."""
    lines = [line for line in map(bytes.strip, data.splitlines()) if line]
    inside, of_keys = False, 0
    for line in lines:
        if _BEGIN.fullmatch(line):
            inside = True
            of_keys += 1
        elif inside:
            inside = _KEY_LINE.fullmatch(line) is not None
            of_keys += inside or _END.fullmatch(line) is not None
    return of_keys * 2 > len(lines)
