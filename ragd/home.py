"""RAGD_HOME on the disk: where it is, what lies in it, and who may write to it."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
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
    def sizes(self) -> Path:
        return self.path / "sizes.json"  # how fast this machine indexed, for the rough time that `ragd add` tells

    @property
    def format(self) -> Path:
        return self.path / "format"

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
    """The home at `path` (None: where `home_path` says), made with mode 0700 if it is not there.

    A folder that the person named is made only inside one that exists: on a drive that is not plugged in, a new and
    empty home would look as if everything were lost. Raises HomeError where it cannot be written to or is of a newer
    ragd.
    """
    named = _named(os.fspath(path) if path is not None else environ.get("RAGD_HOME"))
    home = Home(named or home_path(environ))
    _make_folder(home.path, parents=named is None)
    _check_format(home)
    return home


def open_models(*, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the models, made if it is not there. Raises HomeError where that cannot be done."""
    path = models_path(environ)
    _make_folder(path, parents=True)
    return path


@contextlib.contextmanager
def writing(home: Home, doing: str) -> Iterator[None]:
    """Holds the writer's lock; `doing` ("ragd watch") is what others are told. Raises HomeBusy if another holds it.

    The lock is the kernel's and goes with the process, also after kill -9; the file's text is only for the message.
    """
    with space_guard(), _lock_file(home) as lock:
        if not _taken(lock, time.monotonic() + _PATIENCE):
            raise _busy(_read_holder(lock))
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n{doing}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(lock, 0)


def holder(home: Home) -> Holder | None:
    """Who is writing to this home now; None if nobody is."""
    if not home.lock.exists():
        return None
    with _lock_file(home) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_holder(lock)
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


def _make_folder(path: Path, *, parents: bool) -> None:
    try:
        path.mkdir(mode=0o700, parents=parents)
    except FileExistsError:
        _check_folder(path)
    except FileNotFoundError:
        raise HomeError(
            f"{path.parent} does not exist", remedy=f"create it, or set RAGD_HOME to another folder than {path}"
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("no space is left on the disk", remedy=f"free some; {path} could not be made") from error
        raise HomeError(f"{path} cannot be made ({error.strerror})", remedy=_ELSEWHERE) from error


def _check_folder(path: Path) -> None:
    if not path.is_dir():
        raise HomeError(f"{path} is not a folder", remedy=_ELSEWHERE)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise HomeError(f"{path} is not writable", remedy=f"chmod u+rwx {path}, or set RAGD_HOME to another folder")


def _check_format(home: Home) -> None:
    try:
        said = home.format.read_text().strip()
    except FileNotFoundError:
        _begin(home)
        return
    except OSError as error:
        raise HomeError(f"{home.format} cannot be read ({error.strerror})", remedy=_ELSEWHERE) from error
    if not said.isdigit():
        raise HomeError(f"{home.format} is damaged", remedy=f"write the number {FORMAT} into it, or {_ELSEWHERE}")
    if int(said) > FORMAT:
        raise HomeError(
            f"{home.path} was written by a newer ragd (format {said}, this one knows {FORMAT})",
            remedy=f"upgrade ragd, or {_ELSEWHERE}",
        )


def _begin(home: Home) -> None:
    """Marks a folder as a home. Its mode is narrowed only if it holds nothing of anyone else's: RAGD_HOME=~ happens."""
    try:
        if not any(home.path.iterdir()):
            home.path.chmod(0o700)
        write_whole(home.format, f"{FORMAT}\n")
    except OSError as error:
        raise HomeError(f"{home.path} is not writable ({error.strerror})", remedy=_ELSEWHERE) from error


@contextlib.contextmanager
def _lock_file(home: Home) -> Iterator[int]:
    try:
        lock = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
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
    return HomeBusy(f"{who} is writing to this home", remedy="stop it or wait until it is done")


def _says_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        # SQLite says the first, Rust libraries the second, in errors of their own types
        if any(words in str(error).lower() for words in ("disk is full", "no space left on device")):
            return True
        error = error.__cause__
    return False


_ELSEWHERE = "set RAGD_HOME to a folder of yours that can be written to"
