"""What is left out of an index, and the words that say why: tables of names and signs, and look-ups in them.

Files on the disk and files in archives meet the same rules. What holds a secret under any name is for `vaults`.
"""

import re
from collections.abc import Callable, Set
from types import MappingProxyType

HIDDEN = "hidden"
VERSIONS = "version control"
DEPENDENCIES = "dependencies ({})"
CACHE = "cache"
BUILT = "build output"
TRASH = "trash"
SECRETS = "may hold secrets ({})"
TEMPORARY = "temporary file of another program"
BACKUP = "backup copy of an editor"
LOCK = "lock file"
OPEN = "kept by a program while a document is open"
MAIL_INDEX = "kept by a mail program beside the mail"
DELIVERING = "mail that is still being delivered"
SYSTEM = "file of the operating system"
BINARY = "binary"
OCR = "`pip install 'ragd[ocr]'` reads its text"  # what is said wherever words wait for that
TRANSCRIBED = "a recording; what is said in it is read from {} beside it"
TWIN = "says the same as {} beside it"
AUDIO = "`pip install 'ragd[audio]'` and a Whisper model (`ragd config audio_model FOLDER`) read what is said in it"
ARCHIVES = "libarchive reads it (`apt install libarchive13`, `brew install libarchive`)"
OUTSIDE = "link that leads outside the folder"
FOLDER_LINK = "link to a folder that is read at its own place"
ROOT_LINK = "link to the added folder itself"
BROKEN_LINK = "link that leads nowhere"
FORGOTTEN = "forgotten by you"
FORGOTTEN_CONTENT = "you forgot this content; `ragd add FILE` takes it in again"
FORGOTTEN_AS = "you forgot this content, as {}; `ragd add FILE` takes it in again"  # the same, of one file
MOVED = "moved to {}"  # said of a file that is no longer at its path
BEFORE = {"failed": "could not be read before", "skipped": "left out before"}  # said of a file that is as it was then
CLOUD = "kept in the cloud, not on this disk"
SPECIAL = "not a regular file"
OWN = "ragd's own data"
NAME = "its name is not valid text (UTF-8): rename it"

# Folders by name, in lower case.
_FOLDERS = {
    **dict.fromkeys((".git", ".hg", ".svn", ".bzr", ".jj", "_darcs"), VERSIONS),
    **{name: DEPENDENCIES.format(name) for name in ("node_modules", "bower_components", "site-packages")},
    **{name: DEPENDENCIES.format(name) for name in (".venv", ".tox", ".nox", ".cargo", ".rustup", "__pypackages__")},
    **dict.fromkeys(("__pycache__", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"), CACHE),
    **dict.fromkeys((".eggs", ".gradle", ".next", ".nuxt", ".parcel-cache", ".svelte-kit", ".terraform"), CACHE),
    **dict.fromkeys((".trash", ".trashes", ".recycle", "$recycle.bin", "recycler", "#recycle", "@recycle"), TRASH),
    **{name: SECRETS.format(name) for name in (".ssh", ".gnupg", ".password-store", ".aws", ".azure", ".kube", ".pki")},
    **{name: SECRETS.format(name) for name in ("keychains", "keyrings", "kwalletd", ".docker", ".gcloud", ".mozilla")},
    **dict.fromkeys(("lost+found", "system volume information", "__macosx", "@eadir"), SYSTEM),
}  # fmt: skip
# Folders by suffix: macOS shows these as one thing, not as folders.
_FOLDER_SUFFIXES = {
    **dict.fromkeys(("app", "framework", "kext", "xpc", "appex"), "application"),
    **dict.fromkeys(("photoslibrary", "photolibrary", "musiclibrary", "tvlibrary", "aplibrary"), "media library"),
    **dict.fromkeys(("keychain", "agilekeychain", "opvault"), SECRETS.format("password store")),
    **dict.fromkeys(("egg-info", "dist-info", "dsym"), BUILT),
    **dict.fromkeys(("sparsebundle", "backupdb", "vmwarevm", "utm"), "disk image"),
}
# Folders by what lies in them: all of these names, or for a cache tag its first bytes too (see walk).
INSIDE: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"pyvenv.cfg"}), DEPENDENCIES.format("Python environment")),
    (frozenset({"conda-meta", "bin"}), DEPENDENCIES.format("conda environment")),
    (frozenset({"CMakeCache.txt", "CMakeFiles"}), BUILT),
    (frozenset({".gpg-id"}), SECRETS.format("password store")),  # of pass, wherever it was put
    (frozenset({"Entries", "Repository", "Root"}), VERSIONS),  # CVS; by its name alone it may be a person's CVs
    (frozenset({"files", "info", "directorysizes"}), TRASH),
    (frozenset({"HEAD", "objects", "refs", "config"}), VERSIONS),  # a bare git repository
)
# Folders by name and what lies beside them: where that is certain, they hold what a build made.
_BESIDE = {
    "target": {"Cargo.toml": BUILT, "pom.xml": BUILT, "build.sbt": BUILT},
    "build": dict.fromkeys(("build.gradle", "build.gradle.kts", "pyproject.toml", "setup.py", "pubspec.yaml"), BUILT),
    "dist": dict.fromkeys(("package.json", "pyproject.toml", "setup.py"), BUILT),
    "_build": dict.fromkeys(("mix.exs", "dune-project", "rebar.config"), BUILT),
    "deps": {"mix.exs": DEPENDENCIES.format("deps")},
    "vendor": dict.fromkeys(("composer.json", "go.mod"), DEPENDENCIES.format("vendor")),
    "pods": {"Podfile": DEPENDENCIES.format("Pods")},
    "tmp": {"cur": DELIVERING},  # of a Maildir
    "bak": {"config.edn": BACKUP},  # what Logseq keeps of pages that were changed
    "version-files": {"config.edn": BACKUP},
}
_MAILDIR = frozenset({"cur", "new"})  # beside these a hidden folder is a folder of mail (Maildir++)
# Files by name, in lower case.
_FILES = {
    **{name: SECRETS.format(name) for name in (".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd", ".vault-token")},
    **{name: SECRETS.format(name) for name in (".git-credentials", ".npmrc", ".pypirc", ".s3cfg", ".boto", ".envrc")},
    **{name: SECRETS.format(name) for name in ("wallet.dat", "key3.db", "key4.db", "logins.json", "login.keyring")},
    **{name: SECRETS.format(name) for name in ("terraform.tfstate", "cookies.sqlite", "credentials.csv")},
    **dict.fromkeys((".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", ".localized"), SYSTEM),
    **{f"dovecot{name}": MAIL_INDEX for name in ("-uidlist", "-uidvalidity", "-keywords", ".list.index")},
    **{f"dovecot.index{name}": MAIL_INDEX for name in ("", ".cache", ".log", ".log.2", ".thread")},
    **{name: MAIL_INDEX for name in ("courierimapuiddb", "courierimapsubscribed", "maildirsize", "maildirfolder")},
    **dict.fromkeys((".gitignore", ".ragdignore"), "names what is left out"),
    **dict.fromkeys(("package-lock.json", "pnpm-lock.yaml", "go.sum", "npm-shrinkwrap.json"), LOCK),
}  # fmt: skip
_FILE_SUFFIXES = {
    **dict.fromkeys(("kdbx", "kdb", "psafe3", "1pif", "1pux", "enpassdb", "kwl", "keyring"), "password store"),
    **dict.fromkeys(("keychain", "keychain-db", "walletx", "bwdb"), "password store"),
    **dict.fromkeys(("ppk", "p12", "pfx", "jks", "keystore", "pvk", "p8", "bek"), "private key"),
    "env": "environment",
}
_FILE_SUFFIXES = {suffix: SECRETS.format(what) for suffix, what in _FILE_SUFFIXES.items()} | {
    **dict.fromkeys(("swp", "swo", "swx", "tmp", "temp"), TEMPORARY),
    **dict.fromkeys(("part", "partial", "crdownload", "download", "opdownload", "aria2"), "download that is not done"),
    **dict.fromkeys(("bak", "orig", "rej"), BACKUP),
    "lock": LOCK,
    "msf": MAIL_INDEX,
}
# Names that need a pattern; each is looked for in the whole name in lower case.
_SECRET_NAMES = re.compile(
    r"""(?P<private_key> id_(rsa|dsa|ecdsa|ed25519)(_sk)?(?!.*\.pub$)([-_.].*)? | (.*[-_.])?priv(ate)?[-_]?key(\.\w+)?
        | (.*[-_.])?key\.pem | (server|client|ssl|tls|ca)\.key | ssh_host_\w+_key )
      | (?P<environment> \.env([-_.].*)? )
      | (?P<password_export> (bitwarden|1password|lastpass|keepass\w*|dashlane|nordpass|proton[ -]?pass|enpass|roboform)
          [-_ .].*\.(csv|json|xml|txt|html|zip) | (lastpass|dashlane|1password|bitwarden|keepass)\.(csv|json|xml|txt)
        | ((chrome|brave|edge|firefox|safari)[-_ ])?passwords?([-_ ]export.*)?([-_ ]?\(\d+\))?\.(csv|json|txt|html) )
      | (?P<recovery_codes> .*(recovery|backup|2fa)[-_ ]?codes?([-_ ].*)?\.txt )
      | (?P<credentials> ((client_secrets?|service[-_]account)([-_].*)?|credentials?|secrets?)\.(json|ya?ml|toml|ini) )
    """,
    re.VERBOSE,
)
_HINT = re.compile(r"key|env|pass|code|secret|credential|service|id_|warden|roboform")  # in each name above; quick
# What cannot be text, by suffix, so that it need not be opened. A suffix that a parser knows is never looked up here.
_NOT_TEXT = {
    "image": "jpg jpeg jpe png gif bmp tif tiff webp heic heif avif ico icns psd xcf cr2 cr3 nef arw dng orf jxl jp2",
    "audio": "mp3 m4a aac flac ogg oga opus wav aif aiff wma mid midi amr ape",
    "video": "mp4 m4v mov avi mkv webm mpg mpeg wmv flv 3gp ogv vob mts m2ts",
    "archive": "zip tar gz tgz bz2 tbz xz txz zst 7z rar lz lz4 cab cpio jar war deb rpm apk whl crate",
    "disk image": "iso dmg img vmdk vdi qcow2 vhd vhdx",
    "font": "ttf otf woff woff2 eot pfb ttc",
    "database": "db sqlite sqlite3 mdb accdb parquet feather arrow lance npy npz h5 hdf5 pkl pickle rdb",
    "program": "exe dll so dylib a o obj lib pyc pyo class wasm bin elf msi node ko pdb",
    "model": "safetensors gguf onnx pt pth ckpt tflite mlmodel",
}
# What people still have and no well-kept, freely licensed library reads: what it is, and what to do with it.
_SAVED = {
    "an e-book of Kindle: save it as EPUB (Calibre does that)": "mobi azw azw3 azw4 kfx prc",
    "an e-book of Microsoft Reader: save it as EPUB (Calibre does that)": "lit",
    "a help file of Windows: save it as EPUB (Calibre does that)": "chm",
    "pages in DjVu: save them as PDF (DjView does that)": "djvu djv",
    "a text of WordPerfect: save it as .docx or .odt (LibreOffice does that)": "wpd",
    "a drawing of Visio: save it as PDF": "vsd vsdx vsdm",
    "a plan of Microsoft Project: save it as PDF": "mpp",
    "a drawing of AutoCAD: save it as PDF": "dwg",
    "a layout of InDesign: save it as PDF": "indd",
}
_RECORDINGS = ("mp3", "m4a", "aac", "flac", "ogg", "oga", "opus", "wav", "aif", "aiff", "wma", "amr")
_VIDEOS = ("mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "3gp", "ogv")
_TRANSCRIPTS = ("srt", "vtt", "txt")  # the first that is there is read instead of the recording
_NOT_TEXT_RULES = MappingProxyType(
    {suffix: f"{what}, not read yet" if what in ("image", "audio", "video", "archive") else f"{BINARY} ({what})"
     for what, suffixes in _NOT_TEXT.items() for suffix in suffixes.split()}
    | dict.fromkeys(("png", "jpg", "jpeg", "jpe", "tif", "tiff", "webp", "bmp", "heic", "heif"), f"an image; {OCR}")
    | dict.fromkeys(("7z", "rar", "cab", "onepkg", "lha", "lzh"), f"an archive; {ARCHIVES}")
    | dict.fromkeys(_RECORDINGS, f"a recording; {AUDIO}")
    | {suffix: what for what, suffixes in _SAVED.items() for suffix in suffixes.split()}
)  # fmt: skip
_WATCHED = (HIDDEN, CACHE, BUILT, BACKUP, LOCK)
_LIFTED = (*_WATCHED, TEMPORARY)

# Trees of the kernel: they have no files, and reading some of them acts on the machine.
KERNEL = frozenset({"/proc", "/sys", "/dev", "/run"})
DATALESS = 0x40000000  # SF_DATALESS of macOS: reading it would pull it down from the cloud


def folder_rule(name: str, beside: Callable[[], Set[str]]) -> str | None:
    """The rule that leaves a folder of this name out; `beside` gives the names that lie in the same folder."""
    lower = name.lower()
    if rule := _FOLDERS.get(lower) or _FOLDER_SUFFIXES.get(lower.rpartition(".")[2] if "." in lower else ""):
        return rule
    if lower in _BESIDE:
        return next((rule for sign, rule in _BESIDE[lower].items() if sign in beside()), None)
    if lower.startswith(".trash-"):
        return TRASH
    return HIDDEN if name[0] == "." and not _MAILDIR.issubset(beside()) else None


def file_rule(name: str) -> str | None:
    """The rule that leaves a file of this name out."""
    lower = name.lower()
    if rule := secret_rule(lower) or _FILES.get(lower) or _FILE_SUFFIXES.get(lower.rpartition(".")[2]):
        return rule
    if lower.startswith(("~$", ".~lock.", ".#")):
        return OPEN
    if lower.endswith(".icloud") and lower[0] == ".":
        return CLOUD
    if lower[-1] == "~" or (lower[0] == lower[-1] == "#"):
        return BACKUP
    return HIDDEN if lower[0] == "." else None


def secret_rule(name: str) -> str | None:
    """The rule, if a file or folder of this name may hold secrets: left out even where the person named it."""
    lower = name.lower()
    if _HINT.search(lower) and (found := _SECRET_NAMES.fullmatch(lower)):
        return SECRETS.format(str(found.lastgroup).replace("_", " "))
    suffix = lower.rpartition(".")[2]
    rules = (_FILES.get(lower), _FOLDERS.get(lower), _FILE_SUFFIXES.get(suffix), _FOLDER_SUFFIXES.get(suffix))
    return next((rule for rule in rules if rule and rule.startswith("may hold")), None)


def content_rule(name: str) -> str | None:
    """The rule for a suffix that no parser knows and whose content cannot be text."""
    return _NOT_TEXT_RULES.get(name.lower().rpartition(".")[2])


def saved_as(name: str) -> str | None:
    """What to do with a file of a kind that nothing here reads; None of any other."""
    rule = content_rule(name)
    return rule if rule in _SAVED else None


def transcript_rule(name: str, beside: Callable[[], Set[str]]) -> str | None:
    """The rule for a recording whose transcript lies beside it: "talk.srt" or "talk.mp3.srt" of "talk.mp3"."""
    stem, _, suffix = name.rpartition(".")
    if suffix.lower() not in (*_RECORDINGS, *_VIDEOS):
        return None
    names = beside()
    found = [f"{of}.{form}" for form in _TRANSCRIPTS for of in (stem, name) if f"{of}.{form}" in names]
    return TRANSCRIBED.format(found[0]) if found else None


def may_be_transcript(name: str) -> bool:
    """Whether a file of this name may be read in the place of a recording."""
    return name.lower().endswith(tuple(f".{form}" for form in _TRANSCRIPTS))


def as_before(status: str, note: str | None) -> str | None:
    """What to say of a file that is as it was when it was read, by what became of it then."""
    return f"{BEFORE[status]}: {note}" if status in BEFORE else None


def can_be_lifted(rule: str) -> bool:
    """Whether a `!name` in an ignore file takes in what this rule leaves out; never what may hold secrets."""
    return rule in _LIFTED


def is_watched(rule: str) -> bool:
    """Whether a change of what this rule leaves out is looked at: temporary files change all the time."""
    return rule in _WATCHED
