"""The figures that move: esbuild joins their modules and d3's into one script.

It is a classic script, since browsers refuse modules on pages that are opened from the disk. It
goes into the package too, so that JupyterLab shows the figures.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

import npm

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "book" / "explorables"
SCRIPT = ROOT / "rpt_helpers" / "explorables.js"
# Reads formulas: loaded when a reader types one, and a notebook has no place to load it from.
ON_DEMAND = npm.PACKAGES / "explorables-typed.js"


def bundle() -> None:
    """Write the scripts, where they are older than what they follow from."""
    npm.install()
    made = [path.stat().st_mtime for path in (SCRIPT, ON_DEMAND) if path.is_file()]
    sources = [*SOURCE.glob("*.js"), npm.HERE / "package-lock.json", Path(__file__)]
    if len(made) == 2 and min(made) > max(path.stat().st_mtime for path in sources):
        return
    esbuild = [npm.node(), str(npm.PACKAGES / "esbuild" / "bin" / "esbuild")]
    options = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=warning"]
    for source, target in (("main.js", SCRIPT), ("typed.js", ON_DEMAND)):
        done = subprocess.run(
            [*esbuild, str(SOURCE / source), *options, f"--outfile={target}"],
            env={**os.environ, "NODE_PATH": str(npm.PACKAGES)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ExtensionError(f"esbuild could not join the figures that move:\n{done.stderr}")


def add_script(app: Sphinx, config: Config) -> None:
    bundle()
    config.html_static_path += [str(SCRIPT), str(ON_DEMAND)]


def load_script(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load it on the pages that have such a figure."""
    if "<rpt-" in context.get("body", ""):
        app.add_js_file(SCRIPT.name, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", add_script)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
