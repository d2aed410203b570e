"""RAGD_HOME on the disk: where it is, what lies in it, and who may write to it."""

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ragd.errors import DiskFull, HomeBusy, HomeError

FORMAT = 1  # of the layout below; the rooms inside (catalog, words, vectors) keep versions of their own
_PATIENCE = 0.3  # seconds: `holder` takes the lock for a moment, and a writer must not mistake that for another writer


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that holds all that ragd writes about a person; `path` is absolute."""

    path: Path

    @property
    def catalog(self) -> Path:
        return self.path / "catalog.sqlite"

    @property
    def words(self) -> Path:
        return self.path / "words"

    @property
    def vectors(self) -> Path:
        return self.path / "vectors"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def last(self) -> Path:
        return self.path / "last.json"  # the last results, for `ragd show N`

    @property
    def last_of_programs(self) -> Path:
        return self.path / "last-program.json"  # the last that were told as JSON

    @property
    def sizes(self) -> Path:
        return self.path / "sizes.json"  # how fast this machine indexed, for the rough time that `ragd add` tells

    @property
    def format(self) -> Path:
        return self.path / "format"

    @property
    def names(self) -> frozenset[str]:
        """What ragd writes here."""
        own = (self.catalog, self.words, self.vectors, self.lock, self.config, self.sizes, self.format)
        last = (self.last, self.last_of_programs)
        return frozenset(
            (*(path.name for path in (*own, *last)), "crash.log", *(f"{self.catalog.name}{end}" for end in _WAL))
        )

    def bytes(self) -> int:
        """Bytes of all files in this home."""
        total = 0
        for folder, _, names in os.walk(self.path):
            for name in names:
                with contextlib.suppress(OSError):  # the stores replace their files while we count
                    total += (Path(folder) / name).lstat().st_size
        return total


class Holder(NamedTuple):
    """The process that holds the writer's lock."""

    pid: int | None
    doing: str  # "ragd watch"


def home_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The absolute path of RAGD_HOME, whether or not it exists: the variable, else the platform's data folder."""
    return _named(environ.get("RAGD_HOME")) or _platform_folder("data")


def models_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The absolute path of RAGD_MODELS, whether or not it exists: the variable, else `models/` in the cache folder."""
    return _named(environ.get("RAGD_MODELS")) or _platform_folder("cache") / "models"


def open_home(path: Path | str | None = None, *, environ: Mapping[str, str] = os.environ) -> Home:
    """The home at `path` (None: where `home_path` says), for reading; `make_home` makes it for who writes.

    It need not be there: nothing is indexed then. But the folder that a named one lies in must be: on a drive that is
    not plugged in, an empty home would look as if everything were lost. Raises HomeError where it cannot be read or is
    of a newer ragd.
    """
    named = _named(os.fspath(path) if path is not None else environ.get("RAGD_HOME"))
    home = Home(named or home_path(environ))
    try:
        if named and not named.parent.is_dir():
            raise _no_parent(named)
        is_there = home.path.exists()
    except PermissionError:  # a folder above it may not be entered
        raise HomeError(f"{home.path} cannot be reached: permission denied", remedy=_ELSEWHERE) from None
    if is_there:
        _check_folder(home.path, os.R_OK | os.X_OK, "readable")
        _check_format(home)
    return home


def make_home(home: Home) -> str | None:
    """Make the home where there is none, and keep what is in it for its owner alone.

    Returns one line for the person where the folder itself stays open to others: it holds files that are not ragd's, or
    is another user's. What ragd writes in it is closed all the same. Raises HomeError where it cannot be written to.
    """
    _make_folder(home.path)
    is_new = _check_format(home)
    try:
        note = _close_folder(home)
        if is_new:
            write_whole(home.format, f"{FORMAT}\n")
        for folder in (home.words, home.vectors):
            folder.mkdir(mode=0o700, exist_ok=True)  # whatever a library writes below is out of others' reach
        home.catalog.touch(mode=0o600)  # SQLite gives its other files the same mode
        _close_files(home)
    except OSError as error:
        if error.errno in _FULL:
            raise _full(home.path) from error
        raise HomeError(f"{home.path} is not writable ({error.strerror})", remedy=_ELSEWHERE) from error
    return note if is_new else None


@contextlib.contextmanager
def writing(home: Home, doing: str, *, say: Callable[[str], None] = lambda line: None) -> Iterator[None]:
    """Holds the writer's lock; `doing` ("ragd watch") is what others are told. Raises HomeBusy if another holds it.

    The home is made where there is none; `say` is told where it cannot be kept private.

    The lock is the kernel's and goes with the process, also after kill -9; the file's text is only for the message.
    """
    note = make_home(home)
    if note:
        say(note)
    with space_guard(), _lock_file(home) as lock:
        if not _taken(lock, time.monotonic() + _PATIENCE):
            raise _busy(_read_holder(lock))
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n{doing}\n".encode(), 0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                _close_files(home)
            os.ftruncate(lock, 0)


def holder(home: Home) -> Holder | None:
    """Who is writing to this home now; None if nobody is, or if nothing here may be read."""
    try:
        lock = os.open(home.lock, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(lock)
    finally:
        os.close(lock)
    return None


class space_guard(contextlib.AbstractContextManager["space_guard"]):
    """Turns "no space left" into DiskFull, whichever library met it and whatever type of error it made of that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, DiskFull) and _says_full(error):
            raise DiskFull(
                "no space is left on the disk", remedy="free some and run the command again; what was indexed is kept"
            ) from error


def write_whole(path: Path, text: str) -> None:
    """Writes a file so that a reader, or a crash, meets the old text or the new one and never a part. Mode 0600."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.touch(mode=0o600)
        with space_guard(), beside.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _named(value: str | None) -> Path | None:
    return Path(value).expanduser().absolute() if value else None


def _platform_folder(what: str) -> Path:
    import platformdirs

    folder = platformdirs.user_data_path if what == "data" else platformdirs.user_cache_path
    return folder("ragd", appauthor=False)


def _make_folder(path: Path) -> None:
    try:
        # the platform's folder may be the first of its kind; what the person named stands in a folder that is there
        path.mkdir(mode=0o700, parents=not path.parent.is_dir() and path == _platform_folder("data"))
    except FileExistsError:
        _check_folder(path, os.R_OK | os.W_OK | os.X_OK, "writable")
    except OSError as error:
        if not path.parent.is_dir():
            raise _no_parent(path) from None
        if error.errno in _FULL:
            raise _full(path) from error
        raise HomeError(f"{path} cannot be made ({error.strerror})", remedy=_ELSEWHERE) from error


def _no_parent(path: Path) -> HomeError:
    what = "is not a folder" if path.parent.exists() else "does not exist"
    return HomeError(f"{path.parent} {what}", remedy=f"create it, or set RAGD_HOME to another folder than {path}")


def _full(path: Path) -> DiskFull:
    return DiskFull("no space is left on the disk", remedy=f"free some; {path} could not be made")


def _check_folder(path: Path, mode: int, what: str) -> None:
    if not path.is_dir():
        raise HomeError(f"{path} is not a folder", remedy=_ELSEWHERE)
    if not os.access(path, mode):
        raise HomeError(f"{path} is not {what}", remedy=f"chmod u+rwx {path}, or set RAGD_HOME to another folder")


def _check_format(home: Home) -> bool:
    """Whether the folder is no home yet. Raises HomeError for the home of a newer ragd."""
    try:
        said = home.format.read_text().strip()
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise HomeError(f"{home.format} cannot be read ({why})", remedy=_ELSEWHERE) from error
    if not said.isdigit():
        raise HomeError(f"{home.format} is damaged", remedy=f"write the number {FORMAT} into it, or {_ELSEWHERE}")
    if int(said) > FORMAT:
        raise HomeError(
            f"{home.path} was written by a newer ragd (format {said}, this one knows {FORMAT})",
            remedy=f"upgrade ragd, or {_ELSEWHERE}",
        )
    return False


def _close_folder(home: Home) -> str | None:
    """Close the folder to others, unless it holds anything of anyone else's: RAGD_HOME=~ happens."""
    if not home.path.stat().st_mode & _OTHERS:
        return None
    strange = [path.name for path in home.path.iterdir() if path.name not in home.names and path.suffix != ".new"]
    stays = f"{home.path} stays open to others"
    if strange:
        return f"{stays}, since it holds more than ragd's files ({strange[0]}); what ragd keeps in it is for you alone"
    try:
        home.path.chmod(0o700)
    except OSError as error:
        return f"{stays} ({error.strerror}); what ragd keeps in it is for you alone"
    return None


def _close_files(home: Home) -> None:
    """Take from others what they may do with ragd's files: libraries make theirs readable for all."""
    for name in home.names:
        _close(home.path / name)
    for store in (home.words, home.vectors):
        for folder, folders, names in os.walk(store):
            for one in (*folders, *names):
                _close(Path(folder) / one)


def _close(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):  # stores replace their files; another user's own
        mode = path.lstat().st_mode
        if mode & _OTHERS and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


@contextlib.contextmanager
def _lock_file(home: Home) -> Iterator[int]:
    try:
        lock = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise HomeError(f"{home.lock} cannot be opened ({error.strerror})", remedy=_ELSEWHERE) from error
    try:
        yield lock
    finally:
        os.close(lock)


def _taken(lock: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def _read_holder(lock: int) -> Holder:
    pid, _, doing = os.pread(lock, 1000, 0).decode(errors="replace").partition("\n")
    return Holder(int(pid) if pid.isdigit() else None, doing.strip() or "another ragd")


def _busy(by: Holder) -> HomeBusy:
    who = f"{by.doing} (pid {by.pid})" if by.pid else by.doing
    if by.doing != "ragd watch":
        return HomeBusy(f"{who} is writing to this home", remedy="wait until it is done, or stop it with Ctrl-C there")
    stop = f"`kill {by.pid}`" if by.pid else "stop it"
    return HomeBusy(
        f"{who} is writing to this home",
        remedy=f"it takes in by itself what changes; for anything else stop it (Ctrl-C there, or {stop}) and try again",
    )


def _says_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        # SQLite says the first, Rust libraries the second, in errors of their own types
        if any(words in str(error).lower() for words in ("disk is full", "no space left on device")):
            return True
        error = error.__cause__
    return False


_FULL = (errno.ENOSPC, errno.EDQUOT)
_OTHERS = 0o077  # what the mode of a file says of group and others
_WAL = ("-wal", "-shm", "-journal")  # SQLite's files beside the catalog
_ELSEWHERE = "set RAGD_HOME to a folder of yours that can be written to"
