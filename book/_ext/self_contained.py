"""A book that needs no other host: what would be loaded from one is removed, and the build fails on what is left."""

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util import logging

# Attributes whose address a browser fetches by itself, unlike the address of a link, which waits for a click.
LOADING_ATTRIBUTES = ("src", "srcset", "poster", "data", "background")
FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)
STYLE_ADDRESS = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE)
SCRIPT_ADDRESS = re.compile(r"""["'`]((?:https?:)?//[^"'`\s]+)""")

logger = logging.getLogger(__name__)


def foreign_loads(html: str) -> Iterator[str]:
    """Yield every address on another host that a browser would load to show the page."""
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        addresses = [str(tag[name]) for name in LOADING_ATTRIBUTES if tag.has_attr(name)]
        if tag.name == "link" and "canonical" not in tag.get_attribute_list("rel"):
            addresses.append(str(tag.get("href", "")))
        yield from (address for address in addresses if FOREIGN.match(address.strip()))
        yield from foreign_styles(str(tag.get("style", "")))
        if tag.name == "style":
            yield from foreign_styles(tag.get_text())
        elif tag.name == "script":
            yield from SCRIPT_ADDRESS.findall(tag.get_text())


def foreign_styles(css: str) -> list[str]:
    """Return the addresses on another host that a style sheet loads."""
    return STYLE_ADDRESS.findall(css)


def remove_thebe(app: Sphinx) -> None:
    """Undo sphinx-thebe, which Jupyter Book always loads and which names its host on every page."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [one for one in app.registry.css_files if one[0] != "sphinx-thebe.css"]


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in sorted(out.rglob("*.html")):
        for address in foreign_loads(path.read_text(encoding="utf-8")):
            logger.warning("%s would load %s from another host", path.relative_to(out), address)
    for path in sorted(out.rglob("*.css")):
        for address in foreign_styles(path.read_text(encoding="utf-8")):
            logger.warning("%s would load %s from another host", path.relative_to(out), address)


def setup(app: Sphinx) -> dict[str, bool]:
    remove_thebe(app)
    app.connect("build-finished", check, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
