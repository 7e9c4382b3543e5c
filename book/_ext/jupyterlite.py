"""JupyterLite: the chapters in a Jupyter that runs in the browser, where a site has an address.

Jupyter and its kernel come from PyPI; Python and the packages of the chapters are those of the
pages that run (in_browser.py). Without numpy for the browser, a reader's browser takes it from
Pyodide's own server.
"""

import contextlib
import hashlib
import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import jupyter_server
from packaging.requirements import Requirement
from sphinx.application import Sphinx

import download
import in_browser
import npm
import wasm_wheels

PLACE = "lite"
PYTHON = f"{PLACE}/python"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSION = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / KERNEL
OF_THE_KERNEL = ("ipykernel", "piplite", "pyodide_kernel")  # wheels that it brings
FAVICONS = Path(jupyter_server.DEFAULT_STATIC_FILES_PATH) / "favicons"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
BUILD = {
    "apps": ["lab", "notebooks", "tree"],
    "contents": ["files"],
    "output_dir": PLACE,
    # A reader needs the kernel alone of what extends Jupyter here.
    "ignore_sys_prefix": True,
    "federated_extensions": [str(EXTENSION)],
    "no_sourcemaps": True,
    "no_unused_shared_packages": True,
}


def wheels_at_start() -> list[Path]:
    """Return the wheels that the kernel wants before the first cell: its own, and those of PyPI.

    The latter are for the Python of Pyodide, which no environment here has; they are fetched once.
    """
    locked = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    folder = npm.PACKAGES / ".python" / f"lite-{locked[:16]}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        version = ".".join(wasm_wheels.listed()["info"]["python"].split(".")[:2])
        target = ["--python-version", version, "--implementation=py", "--abi=none"]
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        wanted = ["--platform=any", "--only-binary=:all:", "-r", str(REQUIREMENTS)]
        with tempfile.TemporaryDirectory(dir=folder.parent) as part:
            new = Path(part) / folder.name
            arguments = [*options, *target, *wanted, "-d", str(new)]
            download.run("JupyterLite has no kernel", "pip", "download", *arguments)
            with contextlib.suppress(OSError):  # another build was faster
                new.rename(folder)
    own = (EXTENSION / "static" / "pypi").glob("*.whl")
    return [*folder.glob("*.whl"), *(path for path in own if path.name.startswith(OF_THE_KERNEL))]


def entry(file: str, content: bytes) -> dict[str, Any]:
    """Return what Pyodide's list says of a package: a wheel, or an archive of its files."""
    found = re.fullmatch(r"(.+?)-(\d[^-]*)(-.*[.]whl|[.]zip)", Path(file).name)
    assert found, file
    name, version, _ = found.groups()
    inside = zipfile.ZipFile(io.BytesIO(content)).namelist()
    modules = {path.split("/")[0] for path in inside if ".dist-info/" not in path}
    return {
        "name": re.sub("[_.]", "-", name),
        "version": version,
        "file_name": file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "imports": sorted(module.removesuffix(".py") for module in modules),
        "depends": [],
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def required(name: str) -> set[str]:
    """Return what a package of this environment needs wherever it is installed."""
    wanted = map(Requirement, requires(name) or ())
    return {need.name for need in wanted if not need.marker or need.marker.evaluate()}


def compiled() -> dict[str, Any]:
    """Return Pyodide's list of compiled packages: on the pages or, without them, on its server."""
    here = in_browser.parts()
    listed = wasm_wheels.listed()
    for package in listed["packages"].values():
        file = package["file_name"]
        on_pages = f"../../{in_browser.PLACE}/{file}"
        package["file_name"] = on_pages if file in here else wasm_wheels.address(file)
    return listed


def packages() -> tuple[dict[str, bytes], dict[str, Any], list[str]]:
    """Return packages by file name, Pyodide's list of all, and those that are loaded at the start.

    The library is a wheel, because figures that move need the script that a page has already.
    """
    listed = compiled()
    pure = {name for group in in_browser.GROUPS for name in group.pure} - {in_browser.LIBRARY}
    files = dict(map(in_browser.pure_archive, sorted(pure)))
    listed["packages"] |= {one["name"]: one for one in map(entry, files, files.values())}
    for name, package in listed["packages"].items():
        package["depends"] = sorted(required(name) & listed["packages"].keys())
    library, content = download.wheel()
    files[library] = content
    whole = entry(library, content) | {"depends": [*listed["packages"]]}
    at_start = {path.name: path.read_bytes() for path in wheels_at_start()}
    start = {one["name"]: one for one in map(entry, at_start, at_start.values())}
    listed["packages"] |= start | {in_browser.LIBRARY: whole}
    return files | at_start, listed, [*start]


def settings(title: str, start: list[str]) -> dict[str, Any]:
    """Return what JupyterLite reads when it starts: its name, where Python is, what comes first."""
    kernel = {
        "pyodideUrl": f"./{Path(PYTHON).name}/pyodide.mjs",
        "loadPyodideOptions": {"packages": start},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": title,
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }


def deliver(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    target = Path(app.outdir) / PLACE
    shutil.rmtree(target, ignore_errors=True)
    if not app.config.html_theme_options.get("repository_url"):
        return
    files, listed, start = packages()
    core = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
    files |= {name: (in_browser.PYODIDE / name).read_bytes() for name in core}
    files["pyodide-lock.json"] = json.dumps(listed).encode()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in download.pages(app).items():
            in_browser.put(root / "files" / "book" / name, content)
        for name, said in {
            "jupyter_lite_config.json": {"LiteBuildConfig": BUILD},
            "jupyter-lite.json": settings(app.config.project, start),
        }.items():
            (root / name).write_text(json.dumps(said), encoding="utf-8")
        download.run("JupyterLite was not built", "jupyterlite_core", "build", cwd=root)
        for name, content in files.items():
            in_browser.put(root / PYTHON / name, content)
        # Its notebooks show the signs of a server of Jupyter, and do not bring them.
        shutil.copytree(FAVICONS, root / PLACE / "static" / FAVICONS.name)
        shutil.move(root / PLACE, target)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", deliver)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
