"""Code cells for a reader of the site, who runs none: the downloaded notebook stays as it is.

What a student fills in is folded, and what says that nobody has yet is left out. The formulas of a
table are drawn.
"""

import re
from html import escape, unescape

from docutils import nodes
from myst_nb.sphinx_ import (  # type: ignore[import-untyped]
    HideCodeCellNode,
    depart_HideCellInput,
)
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from katex_html import draw

COUNTEREXAMPLE = "hide-cell"  # the tag of a cell that is folded whole
FOLDS = {True: "the cell for the answer", False: "the cell that checks the answer"}
PLACEHOLDER = re.compile(r"Write your \w+ here\.")

logger = logging.getLogger(__name__)


def quiet_exercises(app: Sphinx, doctree: nodes.document) -> None:
    for cell in list(doctree.findall(nodes.container)):
        if nbgrader := cell.get("cell_metadata", {}).get("nbgrader"):
            what = FOLDS[nbgrader["solution"]]
            cell["hide_mode"] = "input"
            cell["prompt_show"], cell["prompt_hide"] = f"Show {what}", f"Hide {what}"
            cell.children = [part for part in cell if "not attempted" not in part.astext()]
        elif COUNTEREXAMPLE in cell.get("cell_metadata", {}).get("tags", []):
            cell["prompt_show"], cell["prompt_hide"] = "Show a counterexample", "Hide it"
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if PLACEHOLDER.fullmatch(paragraph.astext()):
            paragraph.parent.remove(paragraph)


def visit_fold(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Begin a fold that is named by what it says: myst-nb's label says something else."""
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(
        f'<details class="fold {" ".join(node["classes"])}">\n'
        f'<summary><span class="show">{show}</span><span class="hide">{hide}</span></summary>\n'
    )


def draw_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Draw the formulas in HTML outputs, as JupyterLab does."""

    def drawn(formula: re.Match[str]) -> str:
        answer = draw(unescape(formula[1]), display=False)
        if "error" in answer:
            logger.warning("formula not understood: %s", answer["error"], location=output)
        return answer.get("html", "")

    for output in list(doctree.findall(nodes.raw)):
        if "text_html" in output["classes"]:
            html = re.sub(r"\$([^$]+)\$", drawn, output.astext())
            output.replace_self(nodes.raw("", html, format="html", classes=output["classes"]))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_HideCellInput))
    app.connect("doctree-read", quiet_exercises)
    app.connect("doctree-read", draw_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
