"""Lays out the pages it reads as a JSON list on its input, as the product does, for whoever traces this process and its child."""

import json
import sys
from datetime import UTC, datetime

from registry.output.pdf import PdfIdentity, Printer

IDENTITY = PdfIdentity("Card", "Group", "Test", "en", datetime(2026, 11, 22, tzinfo=UTC), "x")


def main():
    with Printer(renders_per_child=500) as printer:
        made = [printer.make(page, identity=IDENTITY) for page in json.load(sys.stdin)]
    json.dump(len(made), sys.stdout)


if __name__ == "__main__":
    main()
