"""Build the site in a temporary folder and put it in place whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.site.assemble import SitePages, assemble
from analysis.site.inputs import SiteInputs
from analysis.site.links import check_links
from analysis.site.navigation import navigation
from analysis.site.sphinx_build import build_html


def build_site(inputs: SiteInputs, site: Path, work: Path) -> None:
    """Write sources, build them, follow every link, then replace the earlier site.

    Parameters
    ----------
    site
        The finished site; replaced whole, at the end.
    work
        Folder for what is only needed while building.
    """
    pages = assemble(inputs)
    with _workshop(work) as shop:
        source, out = shop / "source", shop / "html"
        _write_sources(source, pages)
        build_html(source, out, shop / "doctrees", navigation(inputs))
        _write_files(out, pages)
        check_links(out)
        _swap(out, site)


@contextmanager
def _workshop(work: Path) -> Iterator[Path]:
    shop = work / "build"
    shutil.rmtree(shop, ignore_errors=True)
    shop.mkdir(parents=True)
    try:
        yield shop
    finally:
        shutil.rmtree(shop, ignore_errors=True)


def _write_sources(folder: Path, pages: SitePages) -> None:
    for name, text in pages.sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _write_files(out: Path, pages: SitePages) -> None:
    for leftover in (".buildinfo", "objects.inv", "_static/webpack-macros.html"):
        (out / leftover).unlink(missing_ok=True)
    shutil.rmtree(out / "_sources", ignore_errors=True)
    for name, content in pages.drawings.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    for name, path in pages.copies.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / name)


def _swap(built: Path, site: Path) -> None:
    """Put the built site in place; should that fail, the earlier one comes back."""
    earlier = site.with_name(f".{site.name}.earlier.tmp")
    shutil.rmtree(earlier, ignore_errors=True)
    site.parent.mkdir(parents=True, exist_ok=True)
    if site.exists():
        site.rename(earlier)
    try:
        shutil.move(built, site)
    except OSError:
        if earlier.exists():
            earlier.rename(site)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
