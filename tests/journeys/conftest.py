"""What every journey may ask for: a running installation of its own, by the file or by the test."""

from collections.abc import Iterator

import pytest

from tests.journeys.site import Site, running


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """An installation of one's own with the cast in it."""
    with running(tmp_path) as made:
        yield made
