"""WeasyPrint by itself, in a process with nothing else in it: lays the page out once for each line on its input.

    python -m benchmarks.engine FOLDER

FOLDER holds page.html and the files to attach. For each line it says how many milliseconds it took. Started by
benchmarks.cards.
"""

import sys
import time
from pathlib import Path

import weasyprint

from registry.output.pdf.fetcher import ASSET, OwnFetcher

STYLESHEET = f"{ASSET}css/print.css"


def laid_out(page: str, attached: list[tuple[str, bytes]]) -> bytes:
    """The page as anybody would ask the engine for this kind of PDF."""
    sheet = weasyprint.CSS(url=STYLESHEET, url_fetcher=OwnFetcher())
    files = [weasyprint.Attachment(string=data, name=name) for name, data in attached]
    made: bytes = weasyprint.HTML(string=page, url_fetcher=OwnFetcher()).write_pdf(
        stylesheets=[sheet], pdf_variant="pdf/a-3a", pdf_tags=True, attachments=files
    )
    return made


def main() -> None:
    """Read the folder, then answer each line."""
    page, attached = "", []
    for file in sorted(Path(sys.argv[1]).iterdir()):
        if file.name == "page.html":
            page = file.read_text("utf-8")
        else:
            attached.append((file.name, file.read_bytes()))
    for _ in sys.stdin:
        began = time.perf_counter()
        laid_out(page, attached)
        print((time.perf_counter() - began) * 1_000, flush=True)


if __name__ == "__main__":
    main()
