"""Lays out pages in a process without the child's walls, to show what each wall is for.

Reads {"walls": [...], "pages": [...]} and answers with a list of PDFs in base64, null where the engine itself broke.
"""

import base64
import json
import sys
from datetime import UTC, datetime

from weasyprint.urls import URLFetcher

from registry.output.pdf import PdfIdentity, composed
from registry.output.pdf.frames import Request

IDENTITY = PdfIdentity("Card", "Group", "Test", "en", datetime(2026, 11, 22, tzinfo=UTC), "x")


def main():
    asked = json.load(sys.stdin)
    if "purified" not in asked["walls"]:
        composed.purify = lambda _root, _paint: 0
    if "attachments" not in asked["walls"]:
        composed.state_attachments = lambda _pdf, _attachments: None
    fetcher = None if "fetcher" in asked["walls"] else URLFetcher(timeout=2)
    made = []
    for page in asked["pages"]:
        try:
            made.append(base64.b64encode(composed.compose(Request(page, IDENTITY), fetcher).pdf).decode())
        except Exception:  # noqa: BLE001
            made.append(None)
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
