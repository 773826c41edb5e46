"""The picture by which an authenticator application takes a secret."""

import segno


def picture(address: str) -> str:
    """A QR code as an address of data, so that a page may show it without a style or a request of its own."""
    made: str = segno.make(address, error="m", micro=False).svg_data_uri(
        scale=4, border=4, dark="#000", light="#fff"
    )
    return made
