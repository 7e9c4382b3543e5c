"""What every page of the book carries beside its text: a description, fresh assets, links to the references."""

import textwrap
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FRONT_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<meta http-equiv="refresh" content="0; url={start}">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p><a href="{start}">Open the book</a></p></main></body>
</html>
"""


def description(doctree: nodes.document | None, default: str) -> str:
    """Return the page's first paragraph of plain text, cut to what search engines show."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 60 and not any(paragraph.findall(nodes.math)):
            return textwrap.shorten(text, 160, placeholder=" …")
    return default


def add_description(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if 'name="description"' not in context.get("metatags", ""):
        content = escape(description(doctree, app.config.book_description))
        context["metatags"] = f'{context.get("metatags", "")}\n<meta name="description" content="{content}" />'


def write_front_page(app: Sphinx, exception: Exception | None) -> None:
    """Lead from the site's root to the book's first page; by a relative address, so that it works anywhere."""
    if exception is None and app.builder.name == "html":
        page = FRONT_PAGE.format(
            language=app.config.language,
            title=escape(app.config.html_title),
            description=escape(app.config.book_description),
            start=app.builder.get_target_uri(app.config.root_doc),
        )
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def changed_assets(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Rebuild a page when a style sheet or picture changed: Sphinx copies static files only when a page did."""
    copied = Path(app.outdir) / "_static"
    for folder in (Path(app.confdir) / name for name in app.config.html_static_path):
        for path in folder.rglob("*"):
            copy = copied / path.relative_to(folder)
            if path.is_file() and not (copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime):
                return [app.config.root_doc]
    return []


def name_references(app: Sphinx, env: BuildEnvironment) -> None:
    """Let a plain link name a reference by its key, `[text](references.md#key)`: it reads well in Jupyter too."""
    for citation in env.get_domain("cite").citations:  # type: ignore[attr-defined]
        page = env.metadata[citation.bibliography_key.docname]
        page.setdefault("myst_slugs", {})[citation.key] = (0, citation.citation_id, citation.key)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("book_description", "", "html")
    app.connect("html-page-context", add_description)
    app.connect("env-get-outdated", changed_assets)
    app.connect("env-updated", name_references)
    app.connect("build-finished", write_front_page, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
