"""What a network address counts as, where senders are counted."""

import ipaddress


def network_of(address: str) -> str:
    """What an address counts as: of the fourth version itself, of the sixth its first 64 bits, for the rest is the sender's to choose.

    One of the fourth version written as one of the sixth is that of the fourth; what is no address counts as the text it is.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.IPv6Network((known.packed[:8] + bytes(8), 64)))
