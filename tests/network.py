"""No test reaches further than this machine: a test that needs the network fails on the spot."""

import sys
from ipaddress import ip_address

_LOCAL = {"", "localhost", "localhost.localdomain", "0.0.0.0", "::"}
_NAMES_A_HOST = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_NAMES_AN_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class OutsideNetworkError(RuntimeError):
    """A test was about to reach beyond this machine."""


def stay_inside() -> None:
    """Refuse from now on, for the life of this process. An audit hook also sees what libraries bound early."""
    sys.addaudithook(_judge)


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


def _judge(event: str, arguments: tuple[object, ...]) -> None:
    if event in _NAMES_A_HOST:
        host = arguments[0]
    elif event in _NAMES_AN_ADDRESS:
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    else:
        return
    if not is_local(host):
        raise OutsideNetworkError(f"a test was about to reach {host} ({event})")
