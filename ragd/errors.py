"""What goes wrong, said in one line with a remedy, and the exit code that it carries."""


class RagdError(Exception):
    """An error that a person can act on: what happened, and what to do about it."""

    exit_code = 2

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}" if self.remedy else self.what


class ConfigError(RagdError):
    """The configuration says something that ragd does not know or cannot use."""


class HomeError(RagdError):
    """RAGD_HOME cannot be used: not writable, not a folder, of a newer ragd."""


class HomeBusy(HomeError):
    """Another process is writing to this home."""


class DiskFull(RagdError):
    """No space is left where ragd writes; nothing that was indexed is lost."""


class ModelError(RagdError):
    """A model is missing, damaged, or cannot run here."""


class GeneratorError(ModelError):
    """The answering model cannot be reached or failed while answering."""


class QueryError(RagdError):
    """A query that cannot be understood: a filter without a value, a date that is none."""


class SourceError(RagdError):
    """A path that cannot be added, or is not known."""
