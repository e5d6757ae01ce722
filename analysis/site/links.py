"""Every link and every picture of the built site, followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from analysis.errors import BuildError

_SCRIPTS: Final = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
_LINKS: Final = re.compile(r'\s(?:href|src)="([^"]*)"')
_IDS: Final = re.compile(r'\sid="([^"]*)"')


def dead_links(site: Path) -> list[str]:
    """Return links of the site that lead nowhere, as `page: link`; web addresses are not asked."""
    pages = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.html"))}
    texts = {
        name: path.read_text(encoding="utf-8")
        for name, path in pages.items()
        if not name.startswith("files/")
    }
    ids = {name: frozenset(map(unescape, _IDS.findall(text))) for name, text in texts.items()}
    return [
        f"{name}: {link}"
        for name, text in texts.items()
        for link in _local(text)
        if not _holds(site, ids, name, link)
    ]


def check_links(site: Path) -> None:
    """Follow every link of the site.

    Raises
    ------
    BuildError
        If one leads nowhere.
    """
    dead = dead_links(site)
    if dead:
        raise BuildError(
            f"{len(dead)} links of the site lead nowhere, the first: {dead[0]}",
            where="pages of the site",
            remedy="correct the page that makes the link, under analysis/site/",
        )


def _local(text: str) -> Iterator[str]:
    for link in sorted(set(_LINKS.findall(_SCRIPTS.sub("", text)))):
        parts = urlsplit(unescape(link))
        if not parts.scheme and not parts.netloc:
            yield unescape(link)


def _holds(site: Path, ids: Mapping[str, frozenset[str]], page: str, link: str) -> bool:
    parts = urlsplit(link)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    target = page if not parts.path else target
    if target.startswith("..") or not (site / target).is_file():
        return False
    fragment = unquote(parts.fragment)
    return not fragment or target not in ids or fragment in ids[target]
