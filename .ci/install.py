"""Make .venv, or bring it up to date: `make` runs this first. With --check it only looks.

Two at once would mix their files: the second waits for the first, and then finds nothing to do.
"""

import fcntl
import hashlib
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / ".ready"
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]


def current() -> list[str]:
    """What the mark of an up-to-date environment says: where it works, what it was made from."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package = [config["build-system"], config["project"], config["tool"]["hatch"]]
    made_from = (ROOT / "requirements.txt").read_bytes() + repr(package).encode()
    return [str(ROOT), hashlib.sha256(made_from).hexdigest()]


def mark() -> list[str]:
    return MARK.read_text(encoding="utf-8").splitlines() if MARK.is_file() else []


def lock() -> IO[bytes]:
    """Wait until nobody else installs; the lock ends with this process and the pip it started."""
    file = (ROOT / "requirements.txt").open("r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another make is installing; waiting for it", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def run(command: list[str], held: IO[bytes], expected: int = 0) -> None:
    """Run pip or venv, with a word on its progress; where it fails, show what it said."""
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, pass_fds=[held.fileno()]
        )
        while process.poll() is None:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                found = Path(log.name).read_bytes().count(b"\nCollecting")
                if expected and found:
                    unpacked = len(list(VENV.glob("lib/*/site-packages/*.dist-info")))
                    print(f"  {found} of {expected} found, {unpacked} unpacked", flush=True)
            except KeyboardInterrupt:  # it reached pip too, whose traceback helps nobody
                process.wait()
                sys.exit("\nInterrupted: the next make begins the installation again.")
        if process.returncode:
            said = Path(log.name).read_text(encoding="utf-8", errors="replace").splitlines()
            print(*said[-20:], sep="\n", file=sys.stderr)
            sys.exit("The installation failed for the reason above; the next make begins it again.")


def install() -> None:
    with lock() as held:
        old, new = mark(), current()
        if old == new:
            return
        MARK.unlink(missing_ok=True)  # an interrupted installation counts as none
        if old[:1] != new[:1]:
            print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
            run([sys.executable, "-m", "venv", "--clear", str(VENV)], held)
        packages = (ROOT / "requirements.txt").read_text(encoding="utf-8").count("==")
        print(f"Installing {packages} packages; the first time, one to three minutes", flush=True)
        run([*PIP, "--require-hashes", "-r", "requirements.txt"], held, expected=packages)
        run([*PIP, "--no-deps", "--no-build-isolation", "-e", "."], held)
        # Matplotlib lists the machine's fonts once, and says so in the first cell that draws.
        subprocess.run([PYTHON, "-c", "import matplotlib.font_manager"], stderr=subprocess.DEVNULL)
        MARK.write_text("\n".join(new) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(mark() != current())
    install()
