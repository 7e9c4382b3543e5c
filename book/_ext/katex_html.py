"""Formulas as HTML: KaTeX draws them while the book is built, so that no page needs a script.

KaTeX with its style sheet and fonts comes from npm.
"""

import functools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

import npm

STYLE = "katex.min.css"
# Reads a formula a line and answers a line, until the build closes the pipe.
DRAW = """\
const katex = require("katex");
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const {tex, displayMode} = JSON.parse(line);
  let answer;
  try {
    answer = {html: katex.renderToString(tex, {displayMode, strict: "error"})};
  } catch (error) {
    answer = {error: error.message};
  }
  console.log(JSON.stringify(answer));
});"""
# Nearly every formula needs these: asked for before the style sheet, they arrive before the text is
# laid out and do not move it. Not on pages that are opened from the disk, where browsers refuse it.
EARLY_FONTS = """\
if (location.protocol.startsWith("http")) {
  for (const font of ["Main-Regular", "Math-Italic", "AMS-Regular", "Size1-Regular"]) {
    const link = document.createElement("link");
    const root = document.documentElement.dataset.content_root;
    Object.assign(link, {rel: "preload", as: "font", type: "font/woff2", crossOrigin: ""});
    link.href = `${root}_static/fonts/KaTeX_${font}.woff2`;
    document.head.append(link);
  }
}"""

PART = '<span class="base">'  # between two of these a browser may break the line

logger = logging.getLogger(__name__)


@functools.cache
def start() -> subprocess.Popen[str]:
    """Start KaTeX, once a build."""
    return subprocess.Popen(
        [npm.node(), "-e", DRAW],
        cwd=npm.HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        bufsize=1,
    )


def draw(tex: str, display: bool) -> dict[str, str]:
    """Return KaTeX's answer: the `html` of the formula, or the `error` in it."""
    process = start()
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps({"tex": tex, "displayMode": display}) + "\n")
    answer: dict[str, str] = json.loads(process.stdout.readline() or '{"error": "KaTeX stopped"}')
    return answer


def render(node: nodes.math | nodes.math_block, display: bool) -> str:
    """Return the HTML of one formula; a mistake in it is a warning, which fails the build."""
    # Sphinx numbers the equation: the starred environment keeps KaTeX from numbering it again.
    tex = re.sub(r"\\(begin|end){(align|alignat|equation|gather)}", r"\\\1{\2*}", node.astext())
    answer = draw(tex, display)
    if "error" in answer:
        logger.warning("formula not understood: %s", answer["error"], location=node, type="katex")
    return answer.get("html", "")


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    html = render(node, display=False)
    formula = f"{translator.starttag(node, 'span', '', CLASS='math notranslate')}{html}</span>"
    before, after = node.get("before", ""), node.get("after", "")
    if before or after:  # which stay; between its own parts a long formula may still break
        formula = formula.replace(PART, f"<wbr>{PART}").replace(f"<wbr>{PART}", PART, 1)
        formula = f'<span class="unbroken">{before}{formula}{after}</span>'
    translator.body.append(formula)
    raise nodes.SkipNode


def visit_math_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate"))
    translator.body.append(render(node, display=True))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def hold_punctuation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give a formula the punctuation that touches it: no line then begins with a comma."""
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        for key, step, pattern in (("before", -1, r"[(\[“‘]+$"), ("after", 1, r"^[.,;:!?)\]”’]+")):
            place = parent.index(formula) + step
            text = parent[place] if 0 <= place < len(parent) else None
            if isinstance(text, nodes.Text) and (touching := re.search(pattern, text)):
                formula[key] = touching[0]
                parent[place] = nodes.Text(re.sub(pattern, "", text))


def add_style(app: Sphinx, config: Config) -> None:
    npm.install()
    # Below _static, the style sheet's relative addresses find the fonts beside it.
    config.html_static_path.append(str(npm.PACKAGES / "katex" / "dist" / STYLE))
    app.add_css_file(STYLE)


def preload_fonts(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree and any(
        doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    ):
        context["metatags"] += f"\n<script>{EARLY_FONTS}</script>"


def copy_fonts(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        target = Path(app.outdir) / "_static" / "fonts"
        target.mkdir(exist_ok=True)
        for font in (npm.PACKAGES / "katex" / "dist" / "fonts").glob("*.woff2"):
            (target / font.name).write_bytes(font.read_bytes())


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("katex_html", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", add_style)
    app.connect("doctree-resolved", hold_punctuation)
    app.connect("html-page-context", preload_fonts)
    app.connect("build-finished", copy_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
