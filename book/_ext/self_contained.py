"""A book that needs no other host: what it can, it removes; the build fails on what is left."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

# A browser fetches these addresses by itself; the address of a link waits for a click.
LOADING_ATTRIBUTES = ("src", "srcset", "poster", "data", "background")
FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)
STYLE_ADDRESS = re.compile(
    r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE
)
SCRIPT_ADDRESS = re.compile(r"""["'`]((?:https?:)?//[^"'`\s]+)""")

logger = logging.getLogger(__name__)
written: list[Path] = []  # the pages of this build


class Loads(HTMLParser):
    """Collects every address on another host that a browser would load to show a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        given = {name: value or "" for name, value in attrs}
        loading = LOADING_ATTRIBUTES + (
            ("href",) if tag == "link" and given.get("rel") != "canonical" else ()
        )
        self.foreign += [
            given[name] for name in loading if FOREIGN.match(given.get(name, "").strip())
        ]
        self.foreign += foreign_styles(given.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.foreign += foreign_styles(data)
        elif self.inside == "script":
            self.foreign += SCRIPT_ADDRESS.findall(data)


def foreign_loads(html: str) -> list[str]:
    """Return every address on another host that a browser would load to show the page."""
    return Loads(html).foreign


def foreign_styles(css: str) -> list[str]:
    """Return the addresses on another host that a style sheet loads."""
    return STYLE_ADDRESS.findall(css)


def remove_thebe(app: Sphinx) -> None:
    """Undo sphinx-thebe, which Jupyter Book always loads and which names its host on every page."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [
        one for one in app.registry.css_files if one[0] != "sphinx-thebe.css"
    ]


def note_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    written.append(Path(app.builder.get_outfilename(pagename)))  # type: ignore[attr-defined]


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        out = Path(app.outdir)
        for path in written:
            warn(path.relative_to(out), foreign_loads(path.read_text(encoding="utf-8")))
        for path in sorted(out.rglob("*.css")):
            warn(path.relative_to(out), foreign_styles(path.read_text(encoding="utf-8")))


def warn(page: Path, addresses: list[str]) -> None:
    for address in addresses:
        logger.warning("%s would load %s from another host", page, address)


def setup(app: Sphinx) -> dict[str, bool]:
    remove_thebe(app)
    app.connect("html-page-context", note_page)
    app.connect("build-finished", check, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
