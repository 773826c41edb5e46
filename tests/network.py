"""No test reaches further than this machine: a test that needs the network fails on the spot."""

import socket
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any

_LOCAL = {"", "localhost", "localhost.localdomain", "0.0.0.0", "::"}
_NAME_A_HOST = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")
_NAME_AN_ADDRESS = ("connect", "connect_ex", "sendto", "sendmsg")


class OutsideNetworkError(RuntimeError):
    """A test was about to reach beyond this machine."""


def stay_inside() -> None:
    """Refuse from now on, for the life of this process; called before anything else is loaded.

    An audit hook would see what was bound earlier as well, but is called for every id() there is: a fiftieth of the time.
    """
    for name in _NAME_A_HOST:
        setattr(socket, name, _judged(getattr(socket, name), name, first=True))
    for name in _NAME_AN_ADDRESS:
        setattr(socket.socket, name, _judged(getattr(socket.socket, name), name))


def is_local(host: object) -> bool:
    """Whether an address or a name means this machine. Sockets of other families carry no host at all."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host.lower() in _LOCAL:
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _judged(real: Callable[..., Any], name: str, *, first: bool = False) -> Callable[..., Any]:
    """The same function, refusing hosts elsewhere: the host comes first, an address last, as a tuple."""

    @wraps(real)
    def judged(*arguments: Any, **named: Any) -> Any:
        place = (arguments or (named.get("host"),))[0 if first else -1]
        host = place if first else place[0] if isinstance(place, tuple) else None
        if not is_local(host):
            raise OutsideNetworkError(f"a test was about to reach {host} ({name})")
        return real(*arguments, **named)

    return judged
