"""Chapters that run on their pages: what Python in the browser is made of, and the button for it.

Pyodide comes from npm. What is Python alone is packed from the packages of this environment. The
compiled packages come from wasm_wheels.py, where it could fetch them; a site without them says so,
and runs what needs none.
"""

import base64
import functools
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

import download
import npm
import wasm_wheels

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "book" / "run"
START = SOURCE / "run.js"  # all that a page loads before a reader asks for more
PYODIDE = npm.PACKAGES / "pyodide"
PLACE = "_static/python"
LIBRARY = "rpt-helpers"


@dataclass(frozen=True)
class Group:
    """Packages that are loaded together, before the first cell in which the pattern is found."""

    pattern: str
    pure: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()
    needs_wheels: bool = True  # or is of use without them


SYMPY = Group(r"sympy|\bsymbolic\b", ("mpmath", "sympy"), needs_wheels=False)
GROUPS = (
    Group("", (LIBRARY,), ("numpy",), needs_wheels=False),
    Group(
        r"matplotlib|\bplots\b",
        ("cycler", "packaging", "pyparsing", "python-dateutil"),
        ("contourpy", "kiwisolver", "matplotlib", "pillow"),
    ),
    SYMPY,
    Group(r"scipy|EnergyScore|MeanAbsoluteError|Sobol", (), ("scipy",)),  # or imports it itself
)

BAR = """
<div class="run-bar pst-js-only d-print-none mb-4" data-python="{place}/">
<div class="run-buttons d-flex flex-wrap gap-2">{button}</div>
<p class="run-note mb-0"><small>{note}</small></p>
<p class="run-status mb-0" role="status"></p>
</div>
"""
BUTTON = (
    '<button type="button" class="sd-btn sd-btn-outline-primary">Edit and run this page</button>'
)
# The theme has the buttons; a notebook on Colab finds no library.
ELSEWHERE = (
    " The rocket above opens it in JupyterLite, which is Jupyter in this browser{numpy}, on "
    "Binder or, after one line in a new first cell, on Colab: "
    "<code>%pip install git+{address}</code>"
)
FROM_ITS_SERVER = " and takes numpy from Pyodide's server"
LACKING = "This copy of the book was built without numpy for the browser"


def put(path: Path, content: bytes) -> None:
    """Write a file whole, and only if it changes: builds that run at the same time share it."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.write_bytes(content)
        part.replace(path)


def own_files() -> dict[str, Path]:
    """Return the library without the figures that move: their script is on the page already."""
    files = (path for path in (ROOT / "rpt_helpers").rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix(): path
        for path in files
        if path.suffix not in (".js", ".pyc")
    }


def installed_files(name: str) -> dict[str, Path]:
    """Return an installed package that is Python alone, with its license, without its tests."""
    files = {path.as_posix(): path for path in distribution(name).files or ()}
    return {
        inside: Path(str(path.locate()))
        for inside, path in files.items()
        if not {"..", "__pycache__", "benchmarks", "tests"} & {*path.parts}
        and (".dist-info/" not in inside or re.search("LICENSE|AUTHORS", path.name))
    }


def pack(files: dict[str, Path]) -> bytes:
    """Return a zip file, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            content = files[name].read_bytes()
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def made_once(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what takes a second to make and follows from versions, which are in its name."""
    path = npm.PACKAGES / ".python" / name
    if not path.is_file():
        put(path, make())
    return path.read_bytes()


def page_script() -> bytes:
    """Return the script of a page that runs, joined with KaTeX, which draws its outputs."""
    esbuild = [npm.node(), str(npm.PACKAGES / "esbuild" / "bin" / "esbuild")]
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"]
    done = subprocess.run(
        [*esbuild, str(SOURCE / "page.js"), *options],
        env={**os.environ, "NODE_PATH": str(npm.PACKAGES)},
        capture_output=True,
    )
    if done.returncode:
        raise ExtensionError(f"esbuild could not join book/run/page.js:\n{done.stderr.decode()}")
    return done.stdout


def pure_archive(name: str) -> tuple[str, bytes]:
    """Return a package that is Python alone, as a file's name and content."""
    if name == LIBRARY:
        return f"{name}.zip", pack(own_files())
    file = f"{name}-{distribution(name).version}.zip"
    return file, made_once(file, lambda: pack(installed_files(name)))


def integrity(content: bytes) -> str:
    """Return a hash as browsers take it: they refuse a file that has another."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


@functools.cache
def parts() -> dict[str, bytes]:
    """Return all files of Python in the browser by their names, manifest.json among them."""
    npm.install()
    version = json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"]
    imported = {name: (PYODIDE / name).read_bytes() for name in ("pyodide.mjs", "pyodide.asm.mjs")}
    core = imported | {
        "python_stdlib.zip": (PYODIDE / "python_stdlib.zip").read_bytes(),
        # Unpacked by the page, so that no server needs to compress it.
        "pyodide.asm.wasm.gzip": made_once(
            f"pyodide-{version}.wasm.gzip",
            lambda: gzip.compress((PYODIDE / "pyodide.asm.wasm").read_bytes(), mtime=0),
        ),
    }
    wheels, listed = wasm_wheels.found(), wasm_wheels.listed()
    archives: dict[str, bytes] = {}
    groups = []
    for group in GROUPS:
        if group.needs_wheels and not wheels:
            continue
        pure = dict(map(pure_archive, group.pure))
        compiled = group.compiled if wheels else ()
        files = [listed["packages"][name]["file_name"] for name in compiled]
        archives |= pure
        groups.append(
            {
                "pattern": group.pattern,
                "pure": [{"file": file, "integrity": integrity(pure[file])} for file in pure],
                "compiled": compiled,
                "bytes": sum(map(len, pure.values())) + sum(len(wheels[file]) for file in files),
            }
        )
    manifest = {
        "core": sum(map(len, core.values())),
        "imported": sum(map(len, imported.values())),
        "groups": groups,
        "lock": listed,
        "absent": [] if wheels else ["numpy", "matplotlib", "scipy"],
    }
    own = {
        "cell_runner.py": Path(__file__).with_name("cell_runner.py").read_bytes(),
        "page.js": page_script(),
        "run.css": (SOURCE / "run.css").read_bytes(),
        "worker.js": (SOURCE / "worker.js").read_bytes(),
        "manifest.json": json.dumps(manifest).encode(),
    }
    return core | archives | wheels | own


def size(manifest: dict[str, Any], source: str) -> str:
    """Return the size of what is loaded before this code runs."""
    groups = [group["bytes"] for group in manifest["groups"] if re.search(group["pattern"], source)]
    return f"{(manifest['core'] + sum(groups)) / 1e6:.0f} MB"


def code(doctree: nodes.document) -> list[str]:
    """Return the code cells of a page."""
    return [
        next(cell.findall(nodes.literal_block)).astext()
        for cell in doctree.findall(nodes.container)
        if cell.get("nb_element") == "cell_code"
    ]


def bar(
    manifest: dict[str, Any], sources: list[str], place: str, zipped: str | None, address: str
) -> str:
    """Return the button of a page, and what it costs; where nothing would run, only a sentence."""
    numpy = FROM_ITS_SERVER if manifest["absent"] else ""
    elsewhere = ELSEWHERE.format(address=address, numpy=numpy) if address else ""
    take = "take all chapters in one download"
    take = f'<a href="{zipped}" download>{take}</a>' if zipped else take
    first, whole = size(manifest, sources[0]), size(manifest, "\n".join(sources))
    note = f"Loads {first} of Python into this page, and nothing before you ask for it."
    if whole != first:
        note = f"Loads {first} of Python into this page, {whole} once every cell has run."
    if manifest["absent"]:
        if not any(re.search(SYMPY.pattern, source) for source in sources):
            note = f"{LACKING}, which this page needs to run. To run it, {take}."
            return BAR.format(place=place, button="", note=note + elsewhere)
        note += f" {LACKING}: here only cells that need sympy alone run. To run the others, {take}."
    return BAR.format(place=place, button=BUTTON, note=note + elsewhere)


def prepare(app: Sphinx, config: Config) -> None:
    config.html_static_path.append(str(START))
    # Other packages make Sphinx write every page again, since its button states their size.
    config.python_in_browser = parts()["manifest.json"].decode()


def add_bar(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree is None or app.builder.name != "html" or not (sources := code(doctree)):
        return
    manifest = json.loads(app.config.python_in_browser)
    place = context["pathto"](PLACE, resource=True)
    zipped = context["pathto"](download.PLACE, resource=True)
    zipped = zipped if download.is_whole(app) else None
    address = app.config.html_theme_options.get("repository_url", "")
    html = bar(manifest, sources, place, zipped, address)
    context["body"] = re.sub("</h1>", lambda end: end[0] + html, context["body"], count=1)
    app.add_js_file(START.name, loading_method="defer")


def deliver(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        target = Path(app.outdir) / PLACE
        for name, content in parts().items():
            put(target / name, content)
        for path in target.iterdir():
            if path.name not in parts():  # of an earlier version
                path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("python_in_browser", "", "html")
    app.connect("config-inited", prepare)
    app.connect("html-page-context", add_bar)
    app.connect("build-finished", deliver)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
