"""Sphinx's search in English, quicker where a page is full of numbers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class SearchWords(SearchEnglish):
    """English words by their stems; a word that ends in a digit is its own stem."""

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        return word if word[-1:].isdigit() else self._known_stem(word)

    @cache  # noqa: B019 - one object for one build
    def _known_stem(self, word: str) -> str:
        return super().stem(word)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the words with Sphinx."""
    app.add_search_language(SearchWords)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
