"""Below each reference, the pages that cite it."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

REFERENCES = "book/references"


def note_citations(app: Sphinx, doctree: nodes.document) -> None:
    """Keep which references a page links to; its metadata is forgotten when the page is."""
    links = doctree.findall(addnodes.pending_xref)
    cites = {link["reftargetid"] for link in links if link["reftarget"] == REFERENCES}
    app.env.metadata[app.env.docname]["cites"] = cites


def collect(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Turn it around, in the order of the book; the list is written again if it changed."""
    cited_in: dict[str, list[str]] = {}
    for page in env.toctree_includes.get(app.config.root_doc, []):
        for key in env.metadata[page].get("cites", ()):
            cited_in.setdefault(key, []).append(page)
    changed = getattr(env, "cited_in", None) != cited_in
    env.cited_in = cited_in  # type: ignore[attr-defined]
    return [REFERENCES] if changed and REFERENCES in env.found_docs else []


def add_back_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for citation in doctree.findall(nodes.citation):
        line = nodes.paragraph(classes=["cited-in"])
        for page in app.env.cited_in.get(citation["ids"][0], ()):  # type: ignore[attr-defined]
            title = nodes.Text(app.env.titles[page].astext())
            line += [
                nodes.Text(", " if line.children else "Cited in "),
                make_refnode(app.builder, docname, page, "", title),
            ]
        if line.children:
            citation += line


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", note_citations)
    app.connect("env-updated", collect)
    app.connect("doctree-resolved", add_back_links, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
