"""One file with all that a reader needs to run the chapters: notebooks, library, how to begin.

Its bytes follow from the files that it holds, so that a build with nothing changed gives the same.
"""

import functools
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
NAME = "reparameterization-trick"
PLACE = f"_static/{NAME}.zip"
# The versions that the stored outputs were made with, and what shows a chapter.
PINNED = ("matplotlib", "numpy", "scipy", "sympy", "ipykernel", "jupyterlab")

README = """\
The reparameterization trick: all chapters, to run and to change
=================================================================

You need Python 3.11 or newer and, for the first command, a network. In this folder:

    python3 -m pip install -r requirements.txt
    python3 -m jupyter lab {start}

Where Python refuses to install into itself, make an environment first: python3 -m venv .venv,
then . .venv/bin/activate (on Windows: py -m venv .venv, then .venv\\Scripts\\activate).
The order of the chapters: {order}.
The code is under the BSD 3-Clause license, text and figures are under CC BY 4.0.
"""
LINKED = re.compile(rb"\]\(([\w-]+\.md)\b")  # pages that the chapters lead to


def run(what: str, *command: str, cwd: Path = ROOT) -> None:
    """Run a module of Python, and say what was not done where it fails."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise ExtensionError(f"{what}: {(done.stderr or done.stdout).strip()}")


@functools.cache
def wheel() -> tuple[str, bytes]:
    """Build the library as pip installs it, once in a build of the book."""
    with tempfile.TemporaryDirectory() as target:
        what = "the wheel of the library was not built"
        run(what, "hatchling", "build", "-t", "wheel", "-d", target)
        path = next(Path(target).glob("*.whl"))
        return path.name, path.read_bytes()


def requirements(lock: str, library: str) -> str:
    """Return the library's own file and the locked versions of what a chapter draws and runs on."""
    pins = [re.search(rf"^{name}==\S+( ; [^\\]+)?", lock, re.MULTILINE) for name in PINNED]
    return "\n".join([f"./{library}", *(pin[0].strip() for pin in pins if pin)]) + "\n"


def references(doctree: nodes.document) -> str:
    """Return the list of references as plain text, for the links of the chapters."""
    works = (
        next(work.findall(nodes.paragraph)).astext() for work in doctree.findall(nodes.citation)
    )
    return "# References\n\n" + "".join(f"- {' '.join(work.split())}\n" for work in works)


def pages(app: Sphinx) -> dict[str, bytes]:
    """Return the chapters by file name, in their order, and the pages that they lead to."""
    root = app.config.root_doc
    paths = map(Path, map(app.env.doc2path, [root, *app.env.toctree_includes.get(root, ())]))
    chapters = [path for path in paths if path.suffix == ".ipynb"]
    files = {path.name: path.read_bytes() for path in chapters}
    for name in sorted(set(LINKED.findall(b"".join(files.values())))):
        files[name.decode()] = (ROOT / "book" / name.decode()).read_bytes()
    if "references.md" in files:  # which only a built book has in full
        doctree = app.env.get_and_resolve_doctree("book/references", app.builder)
        files["references.md"] = references(doctree).encode()
    return files


def pack(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html" or not is_whole(app):
        return
    files = pages(app)
    chapters = [name.removesuffix(".ipynb") for name in files if name.endswith(".ipynb")]
    library, content = wheel()
    files[library] = content
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    files["requirements.txt"] = requirements(lock, library).encode()
    begin = README.format(start=f"{chapters[0]}.ipynb", order=", ".join(chapters))
    files["README.txt"] = begin.encode()
    with zipfile.ZipFile(Path(app.outdir) / PLACE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}"), files[name], zipfile.ZIP_DEFLATED)


def is_whole(app: Sphinx) -> bool:
    """Tell the book from a small one of the tests, which has none of the chapters."""
    return Path(app.srcdir).resolve() == ROOT


def offer(app: Sphinx, config: Config) -> None:
    config.html_context["download"] = PLACE if is_whole(app) else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", offer)
    app.connect("build-finished", pack)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
