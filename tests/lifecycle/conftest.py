"""A short checklist for every test of a review here too."""

from tests.reviews.conftest import few_controls

__all__ = ["few_controls"]
