"""The compiled packages of Python in the browser, which no package registry has.

Pyodide builds them, and the list that comes with it from npm names their files and hashes. `make
wheels` fetches them, for a site to be published. A build takes them if they are there.
"""

import hashlib
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from sphinx.errors import ExtensionError

import npm

FOLDER = Path(__file__).resolve().parents[2] / "_build" / "wheels"
LIST = npm.PACKAGES / "pyodide" / "pyodide-lock.json"
SERVER = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file}"
NAMES = ("contourpy", "kiwisolver", "matplotlib", "numpy", "pillow", "scipy")


def listed() -> dict[str, Any]:
    """Return Pyodide's list without the packages that the book does not need."""
    whole = json.loads(LIST.read_text(encoding="utf-8"))
    packages = {name: whole["packages"][name] for name in NAMES}
    for package in packages.values():
        package["depends"] = [name for name in package["depends"] if name in NAMES]
    return {"info": whole["info"], "packages": packages}


def check(package: dict[str, str], content: bytes) -> bytes:
    """Return the bytes of a wheel, if they are those that the list names.

    Raises
    ------
    ExtensionError
        If they are others, however few.
    """
    if hashlib.sha256(content).hexdigest() != package["sha256"]:
        raise ExtensionError(f"{package['file_name']} is not the file that Pyodide's list names")
    return content


def found() -> dict[str, bytes]:
    """Return the wheels by file name: all of them or, where one is missing, none."""
    packages = listed()["packages"].values()
    paths = {package["file_name"]: FOLDER / package["file_name"] for package in packages}
    if not all(path.is_file() for path in paths.values()):
        return {}
    return {
        package["file_name"]: check(package, paths[package["file_name"]].read_bytes())
        for package in packages
    }


def address(file: str, server: str = SERVER) -> str:
    """Return where a wheel of this version of Pyodide is."""
    version = json.loads(LIST.with_name("package.json").read_text(encoding="utf-8"))["version"]
    return server.format(version=version, file=file)


def fetch(server: str = SERVER) -> None:
    """Bring the wheels that are not here yet to this machine."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package in listed()["packages"].values():
        path = FOLDER / package["file_name"]
        if path.is_file():
            check(package, path.read_bytes())
            continue
        try:
            with urllib.request.urlopen(address(path.name, server), timeout=60) as reply:
                content = reply.read()
        except OSError as error:
            raise ExtensionError(f"{path.name} could not be fetched: {error}") from None
        path.write_bytes(check(package, content))
        print(f"{path.name}: {len(content) / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    try:
        npm.install()
        fetch()
    except ExtensionError as error:
        sys.exit(str(error))
