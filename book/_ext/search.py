"""Search that finds the chapter first: the index of terms leads it to their sections.

Sphinx searches entries of an index before it searches words. Chapters have none of their own, since
a notebook would show them as raw text.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

HERE = Path(__file__).parent
TERMS = HERE.parent / "terms.md"
SCRIPT = HERE / "search.js"
ENTRY = re.compile(r"^- \*\*(.+?)\*\*, .+?: (\[.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w-]+)\.\w+#([^)]+)\)")


@cache
def entries() -> dict[tuple[str, str], list[str]]:
    """Return the terms of each section, by its page and its anchor."""
    found: dict[tuple[str, str], list[str]] = {}
    for term, links in ENTRY.findall(TERMS.read_text(encoding="utf-8")):
        for page, anchor in LINK.findall(links):
            found.setdefault((page, anchor), []).append(term)
    return found


class AddTerms(SphinxTransform):
    """Give each section the entries that the index of terms has for it."""

    default_priority = 840  # the sections have their names, and domains have not collected entries

    def apply(self, **options: Any) -> None:
        self.env.note_dependency(str(TERMS))
        page = Path(self.env.docname).name
        for section in self.document.findall(nodes.section):
            title = section.next_node(nodes.title)
            anchor = re.sub(r"[^\w\- ]", "", title.astext().lower()).replace(" ", "-")
            terms = entries().get((page, anchor), ())
            if terms:
                name = section["ids"][0]
                index = addnodes.index(
                    entries=[("single", term, name, "main", None) for term in terms]
                )
                section.insert(1, index)


def copy_script(app: Sphinx, config: Config) -> None:
    config.html_static_path.append(str(SCRIPT))


def load_script(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if pagename == "search":
        app.add_js_file(SCRIPT.name)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(AddTerms)
    app.connect("config-inited", copy_script)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
