"""Text from data on a page: always shown, never obeyed."""

from __future__ import annotations

import html
import re
from typing import Final, NewType
from urllib.parse import urlsplit

Html = NewType("Html", str)
"""HTML that this package has written; text from data gets in through `text` alone."""

FENCE: Final = "`" * 12
SCHEMES: Final = ("http", "https")
_PUNCTUATION: Final = re.compile(r"[!-+\-/:-@\[-`{-~]")
_NOT_IN_ADDRESS: Final = re.compile(r"[\s\x00-\x20\x7f<>\"]")


def text(value: object) -> Html:
    """Return text as HTML on one line; safe inside an element and inside a quoted attribute."""
    return Html(html.escape(" ".join(str(value).split()), quote=True).replace("`", "&#96;"))


def heading(value: object) -> str:
    """Return text as MyST in which nothing is markup: punctuation stands as character references.

    CommonMark never reads a character reference as structure, and MyST never as a role.
    """
    return _PUNCTUATION.sub(lambda sign: f"&#{ord(sign[0])};", " ".join(str(value).split()))


def web_address(value: str) -> str | None:
    """Return an address that may become a link, or None: only http and https, with a host."""
    address = value.strip()
    if _NOT_IN_ADDRESS.search(address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme.lower() in SCHEMES and parts.hostname else None


def web_link(value: str, label: str = "") -> Html:
    """Return a link to a page of the web; an address of another kind is shown as text."""
    address = web_address(value)
    if address is None:
        return text(f"{label} {value}" if label and value else label or value)
    return Html(f'<a href="{text(address)}" rel="noopener noreferrer">{text(label or address)}</a>')


def site_link(target: str, label: str, css: str = "") -> Html:
    """Return a link to a page or file of this site, `target` counted from its root."""
    kind = f' class="{css}"' if css else ""
    return Html(f'<a{kind} href="site:{text(target)}">{text(label)}</a>')


def raw(content: str) -> str:
    """Return HTML as a block of MyST."""
    return f"{FENCE}{{raw}} html\n{content.strip()}\n{FENCE}\n"


def relative(content: str, docname: str) -> str:
    """Turn addresses from the root of the site into addresses from one of its pages."""
    up = "../" * docname.count("/")
    return content.replace('="site:', f'="{up}')
