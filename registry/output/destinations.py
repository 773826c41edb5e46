"""Where a message may go: addresses people type, checked as text, and what their names resolve to, checked number by number."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

ADDRESS_LIMIT: Final = 500
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
# What a browser or a C library reads as a number in the last part of a name: 1, 017, 0x7f.
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
# The special-purpose registries of IANA (RFC 6890 and its successors), and multicast. Written out: what the standard
# library calls global has changed between its releases.
_V4_CLOSED: Final = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of the sixth version one block is handed out to the public; in it these are not, or carry an address of the fourth.
_V6_OPEN: Final = ipaddress.IPv6Network("2000::/3")
_V6_CLOSED: Final = tuple(
    ipaddress.IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class Hostile(ValueError):
    """Nothing is sent there, and why, in a sentence for whoever typed the address."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address as it is used: over TLS or not, to which name and port, and what is asked for there."""

    is_secure: bool
    host: str
    port: int
    target: str


def networks_from(text: str) -> tuple[Network, ...]:
    """Networks as a setting lists them: "10.20.0.0/16, 127.0.0.1". Raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def destination_of(url: str) -> Destination:
    """An address taken apart. Raises Hostile for what is no plain http or https address of one host."""
    if len(url) > ADDRESS_LIMIT:
        raise Hostile(f"Use an address of at most {ADDRESS_LIMIT} characters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Hostile("Write the address in plain letters, without blanks; a name in other letters as xn--….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Hostile("This is no address: its host or port cannot be read.") from wrong
    if parts.scheme not in {"http", "https"}:
        raise Hostile("Give an address that begins with https://.")
    if "@" in parts.netloc:
        raise Hostile("Leave out the name and password before the host: the signature says who sends.")
    if parts.fragment or "#" in url:
        raise Hostile("Leave out what follows the #: it is never sent.")
    if port == 0:
        raise Hostile("Give a port between 1 and 65535.")
    is_secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(is_secure, _host_of(parts.hostname or ""), port or (443 if is_secure else 80), target)


def _host_of(host: str) -> str:
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as wrong:
            raise Hostile("This is no address: its host cannot be read.") from wrong
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise Hostile("This is no address: it names no host.")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as wrong:
            raise Hostile(
                "Write a number for a host as four parts, such as 192.0.2.7, or give its name."
            ) from wrong
    return host


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine's own resolver knows the name by, a number being known by itself. Raises OSError where it knows nothing."""
    if _is_number(host):
        return [host]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def reachable(
    where: Destination, allowed: Sequence[Network], resolve: Resolver = system_resolver
) -> Sequence[str]:
    """The numbers the host is reached by, each of which may be connected to.

    Raises Hostile where any of them is not of the public network and not among `allowed`, or where something would travel
    unencrypted beyond `allowed`; and OSError where the name is not known. Who connects takes a number given here and asks
    no resolver again, so that a name cannot mean one thing when it is checked and another when it is used.
    """
    numbers = list(resolve(where.host, where.port))
    if not numbers:
        raise OSError("the name is not known")
    for number in numbers:
        if _is_in(number, allowed):
            continue
        if not is_public(number):
            raise Hostile(
                f"{where.host} is not on the public network. An administrator of the machine can allow hosts inside "
                "with REGISTRY_WEBHOOK_NETWORKS."
            )
        if not where.is_secure:
            raise Hostile("Use https: what is sent would cross the network for anybody to read.")
    return numbers


def is_public(number: str) -> bool:
    """Whether an address, in its usual writing, is one of the public network and of a single host."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _V4_CLOSED)
    return address in _V6_OPEN and not any(address in network for network in _V6_CLOSED)


def _is_in(number: str, networks: Sequence[Network]) -> bool:
    try:
        address: Address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address.version == network.version and address in network for network in networks)
