"""What a page waits for before it shows: one style sheet, without the rules that no page can use.

No script holds it up. On the page of the search the scripts are left as they are, in their order.
"""

import json
import os
import re
import subprocess
import zlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import npm
from in_browser import made_once

STYLE = "style.css"
# The theme's template names these itself, before all others.
FIRST = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
# Of these a page uses little; the others are small, or for what scripts put onto a page.
LARGE = re.compile(r"/(basic|pydata-sphinx-theme|sphinx-design\.min|mystnb\.\w+)\.css$")
# For what the book does not have: toggle buttons and tabs, and versions to choose from.
UNUSED = re.compile(r"(^|/)(togglebutton|design-tabs)\.")
UNUSED_LINE = re.compile(r"(let|var) toggle|DOCUMENTATION_OPTIONS\.pagename")
# A rule for all that has the focus names no word; what opens has words that a script composes.
PURGE = """\
const {PurgeCSS} = require("purgecss");
const {css, words} = JSON.parse(require("fs").readFileSync(0));
new PurgeCSS().purge({
  content: [{raw: words, extension: "txt"}],
  css: css.map(raw => ({raw})),
  safelist: {greedy: [/:focus/, /tooltip/, /data-bs-/]},
}).then(kept => console.log(JSON.stringify(kept.map(sheet => sheet.css))));"""

sheets: dict[str, int] = {}  # the style sheets of this build's pages, and their priorities


def lighten(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if app.builder.name != "html":
        return
    sheets.update({os.fspath(sheet.filename): sheet.priority for sheet in context["css_files"]})
    context["css_files"] = []
    context["one_style"] = STYLE
    context["script_files"] = [
        type(script)(
            script.filename,
            priority=script.priority,
            **script.attributes
            | ({"defer": "defer"} if script.filename and pagename != "search" else {}),
        )
        for script in context["script_files"]
        if not UNUSED.search(os.fspath(script.filename or ""))
        and not UNUSED_LINE.match(script.attributes.get("body") or "")
    ]


def words(site: Path) -> str:
    """Return every word of a tag or of a script: what a rule could select is among them."""
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    scripts = [*site.glob("_static/*.js"), *site.glob("_static/scripts/*theme.js")]
    scripts += [*site.glob("_static/scripts/bootstrap.js"), *site.glob("_static/python/page.js")]
    tags = {tag for page in pages for tag in re.findall(r"<[^>]+>", page.read_text("utf-8"))}
    found = set(re.findall(r"[\w-]+", "\n".join(tags)))
    for script in scripts:
        found.update(re.findall(r"[\w-]+", script.read_text("utf-8")))
    return " ".join(sorted(found))


def purged(css: list[str], used: str) -> list[str]:
    """Return style sheets without the rules that select none of these words."""
    asked = json.dumps({"css": css, "words": used})

    def purge() -> bytes:
        done = subprocess.run(
            [npm.node(), "-e", PURGE], cwd=npm.HERE, input=asked.encode(), capture_output=True
        )
        if done.returncode:
            raise ExtensionError(f"PurgeCSS failed:\n{done.stderr.decode()}")
        return done.stdout

    kept: list[str] = json.loads(
        made_once(f"style-{zlib.crc32((PURGE + asked).encode()):08x}.json", purge)
    )
    return kept


def join(app: Sphinx, exception: Exception | None) -> None:
    """Write the style sheet, and let the pages name it by its content: none is out of date."""
    if exception is not None or app.builder.name != "html" or not sheets:
        return
    site = Path(app.outdir)
    ordered = [name for name in sorted(sheets, key=sheets.__getitem__) if not UNUSED.search(name)]
    styles = {name: (site / name).read_text("utf-8") for name in (*FIRST, *ordered)}
    large = [name for name in styles if LARGE.search(name)]
    styles |= zip(large, purged([styles[name] for name in large], words(site)), strict=True)
    # It lies in _static, and addresses are relative to it: only those of styles/ change.
    text = "\n".join(
        re.sub(r"url\(\.\./", "url(", css) if "/styles/" in name else css
        for name, css in styles.items()
    )
    (site / "_static" / STYLE).write_text(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), "utf-8")
    address = f"{STYLE}?v={zlib.crc32(text.encode()):08x}"
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        named = re.sub(rf"{STYLE}(\?v=\w+)?(?=\")", address, page, count=1)
        if named != page:
            path.write_text(named, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", lighten, priority=950)
    app.connect("build-finished", join, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
