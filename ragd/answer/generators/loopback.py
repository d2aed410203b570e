"""Whether an address is this machine: what is not is refused unless the person allowed it."""

import ipaddress
from urllib.parse import urlsplit

from ragd.errors import GeneratorError


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine. Names but "localhost" are not looked up: that would ask out."""
    host = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified  # OLLAMA_HOST=0.0.0.0 is how a server is told to listen


def require_loopback(url: str, *, allow_remote: bool) -> None:
    """Raises GeneratorError for an address elsewhere that was not allowed."""
    if not allow_remote and not is_loopback(url):
        raise GeneratorError(
            f"{url} is not on this machine, so your files' text would leave it",
            remedy="use a server on 127.0.0.1, or set allow_remote = true in the configuration",
        )
