"""What pages carry beside their text: a description, sized pictures, references by name and year.

sphinxext-opengraph would write descriptions too: the first words of a page with the TeX of its
formulas, and addresses that are wrong as long as the site's own is not known.
"""

import filecmp
import re
import zlib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import imagesize
from docutils import nodes
from pybtex.plugin import register_plugin  # type: ignore[import-untyped]
from pybtex.style.formatting.plain import Style as PlainStyle  # type: ignore[import-untyped]
from pybtex.style.labels import BaseLabelStyle  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

# The theme settles light or dark after the page is shown: else code changes its look.
EARLY_THEME = """\
if (!["light", "dark"].includes(document.documentElement.dataset.theme)) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}"""

# A chapter has twenty thousand boxes, most of them in formulas, and a phone needs a second for
# them: those out of view wait (book.css), unless the reader comes to a place further down. Where a
# browser would not hold what is read in its place as they get their heights, none waits.
IN_VIEW_FIRST = """\
if (
  CSS.supports("overflow-anchor: auto") && !location.hash &&
  performance.getEntriesByType("navigation")[0]?.type === "navigate"
) {
  document.documentElement.classList.add("in-view-first");
}"""


def add_description(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Describe a page by its own sentence: of its front matter or, as a notebook has none, of the
    configuration. Who is sent a link to the page sees that sentence too.
    """
    tags = context.get("metatags", "")
    stated = re.search(r'<meta content="([^"]+)" name="description"', tags)
    if stated:
        content = stated[1]
    else:
        own = app.config.page_descriptions.get(pagename, app.config.book_description)
        content = escape(own)
        tags += f'\n<meta name="description" content="{content}" />'
    if pagename == app.config.root_doc:  # its title is that of the book
        context["title"] = "A question, answered"
    title = re.sub(r"<[^>]+>", "", context.get("title", app.config.html_title))
    shared = {"type": "article", "title": escape(title), "description": content}
    for name, value in shared.items():
        tags += f'\n<meta property="og:{name}" content="{value}" />'
    context["metatags"] = tags


def fill_frame(app: Sphinx, config: Config) -> None:
    """Name the list of a page's sections, and state at its foot what CITATION.cff says."""
    config.html_theme_options["toc_title"] = "On this page"
    cited = (Path(__file__).resolve().parents[2] / "CITATION.cff").read_text(encoding="utf-8")
    [version] = re.findall(r"^version: (.+)$", cited, re.MULTILINE)
    config.html_context["book_version"] = version


def changed_assets(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Rebuild a page when a style sheet, script or picture changed: only then does Sphinx copy."""
    copied = Path(app.outdir) / "_static"
    for name in app.config.html_static_path:
        source = Path(app.confdir, name)
        if source.is_file():
            own = {source.name: source}
        elif Path(name).is_absolute():  # of an installed package
            own = {}
        else:
            files = filter(Path.is_file, source.rglob("*"))
            own = {str(path.relative_to(source)): path for path in files}
        for place, path in own.items():
            copy = copied / place
            if not (copy.is_file() and filecmp.cmp(path, copy, shallow=False)):
                return [app.config.root_doc]
    return []


def size_images(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """State the size of every picture: it can be loaded late, and the text below stays."""
    for source, copied in app.builder.images.items():
        width, height = imagesize.get(Path(app.srcdir) / source)
        if width > 0 and "body" in context:
            address = context["pathto"](f"{app.builder.imagedir}/{copied}", resource=True)
            context["body"] = context["body"].replace(
                f'src="{address}"',
                f'src="{address}" width="{width}" height="{height}" loading="lazy"',
            )


class AuthorYear(BaseLabelStyle):  # type: ignore[misc]
    """Label a work as the chapters cite it: Kingma and Welling 2014."""

    def format_labels(self, sorted_entries: list[Any]) -> Iterator[str]:
        for entry in sorted_entries:
            first, *others = (" ".join(person.last_names) for person in entry.persons["author"])
            names = f"{first} et al." if len(others) > 1 else " and ".join([first, *others])
            yield f"{names} {entry.fields['year']}"


class BookStyle(PlainStyle):  # type: ignore[misc]
    default_label_style = AuthorYear


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    HTML5Translator.visit_citation(translator, node)
    # The role that docutils gives to an entry is deprecated and no longer an item of its list.
    translator.body[-1] = translator.body[-1].replace("doc-biblioentry", "listitem")


def name_references(app: Sphinx, env: BuildEnvironment) -> None:
    """Let a plain link name a reference, `[text](references.md#key)`: it reads well in Jupyter."""
    for citation in env.get_domain("cite").citations:  # type: ignore[attr-defined]
        page = env.metadata[citation.bibliography_key.docname]
        page.setdefault("myst_slugs", {})[citation.key] = (0, citation.citation_id, citation.key)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("book_description", "", "html")
    app.add_config_value("page_descriptions", {}, "html")
    app.add_js_file(None, body=EARLY_THEME)
    app.add_js_file(None, body=IN_VIEW_FIRST)
    register_plugin("pybtex.style.formatting", "book", BookStyle)
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, HTML5Translator.depart_citation)
    )
    app.connect("config-inited", fill_frame)
    app.connect("html-page-context", add_description)
    app.connect("html-page-context", size_images)
    app.connect("env-get-outdated", changed_assets)
    app.connect("env-updated", name_references)
    # Another version makes Sphinx start afresh: what older tools built is no use.
    tools = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return {
        "env_version": zlib.crc32(tools),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
