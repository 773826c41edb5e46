"""The only addresses the PDF engine can open: data: and the packaged asset: files. Imported in the child alone."""

import mimetypes
from typing import Final

from weasyprint.urls import URLFetcher, URLFetcherResponse

from registry.output.places import static_dir

ASSET: Final = "asset:"
_SUFFIXES: Final = frozenset({".css", ".svg", ".png", ".woff2", ".otf", ".ttf"})


class OwnFetcher(URLFetcher):  # type: ignore[misc]
    """Opens `data:` addresses and files below the packaged static folder; refuses and counts everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)
        self.refused = 0

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The content behind the address. Raises ValueError, which the engine takes as "leave it out"."""
        if url.casefold().startswith("data:"):
            return super().fetch(url, headers)
        if url.startswith(ASSET):
            return self._packaged(url)
        return self._refuse(url)

    def _packaged(self, url: str) -> URLFetcherResponse:
        folder = static_dir()
        path = (folder / url.removeprefix(ASSET)).resolve()
        if not path.is_relative_to(folder) or path.suffix not in _SUFFIXES or not path.is_file():
            return self._refuse(url)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    def _refuse(self, url: str) -> URLFetcherResponse:
        self.refused += 1
        raise ValueError(f"{url[:100]!r} is outside the document")
