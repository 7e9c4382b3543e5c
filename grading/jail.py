"""Run a notebook that nobody trusts: a process of its own, limits, and nothing left behind."""

import contextlib
import ctypes
import json
import os
import pwd
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode

READABLE = (
    "/usr /bin /sbin /lib /lib64 /etc/ld.so.cache "
    "/dev/null /dev/zero /dev/full /dev/random /dev/urandom"
)
# Not bubblewrap: it leaves the memory disks that it makes without a limit, lets a program make
# user namespaces of its own, which chroot forbids, and has no user for each job.
# It ends with the grader, also where that is killed; so does the runner.
UNSHARE = "setpriv --pdeathsig KILL unshare --mount --pid --net --ipc --uts --fork --kill-child"
SETPRIV = "setpriv --no-new-privs --bounding-set=-all --inh-caps=-all"
_lock = threading.Lock()
_running: set[int] = set()

# Builds, in a mount namespace, a root that holds the given paths read-only, an empty /tmp, and
# what shells and pools of processes need.
_SETUP = """
set -e
root=$1; shift
mount -t tmpfs -o size=$1,nr_inodes=65536,mode=755 tmpfs "$root"; shift
while [ "$1" != -- ]; do
    mkdir -p "$root$(dirname "$1")"
    if [ -e "$root$1" ]; then :
    elif [ -L "$1" ]; then cp -P "$1" "$root$1"
    elif [ -e "$1" ]; then
        if [ -d "$1" ]; then mkdir -p "$root$1"; else : > "$root$1"; fi
        mount --bind "$1" "$root$1"
        case $1 in /dev/*) ;; *) mount -o remount,bind,ro,nosuid,nodev "$root$1" ;; esac
    fi
    shift
done
mkdir -p "$root/tmp" "$root/proc" "$root/dev/pts" "$root/dev/shm"
chmod 1777 "$root/tmp" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc proc "$root/proc"
cd /
shift
exec chroot "$root" "$@"
"""


@dataclass(frozen=True)
class Limits:
    """What one submission may use; 0 is no limit."""

    wall_seconds: float = 120
    cell_seconds: float = 20
    cpu_seconds: float = 100
    memory: float = 4 * 2**30
    file_size: float = 64 * 2**20
    disk: float = 256 * 2**20  # all files in its folder together
    output: float = 2**20
    processes: float = 128  # threads among them; only in the sandbox, where a job has its own user
    restarts: float = 5


class JailError(RuntimeError):
    """The jail itself does not work: no submission is to blame."""


@dataclass(frozen=True)
class Run:
    """What a runner told of a notebook; a submission can forge all of it.

    `skipped` has the reasons why cells were left out, beginning with a status, by their number;
    `failed` says why there is nothing at all, which no answer is to blame for.
    """

    outputs: list[list[Any]]
    skipped: dict[int, str]
    failed: str = ""
    log: str = ""


def run(notebook: NotebookNode, limits: Limits, sandbox: bool, package: Path) -> Run:
    """Run a notebook that imports a package, and end every process that it started."""
    began = time.time()
    _adopt_orphans()
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as errors,
    ):
        command, work = [sys.executable, "-I", str(Path(__file__).with_name("runner.py"))], folder
        allowed = asdict(limits)
        if sandbox:
            command, work = _sandboxed(command, folder, limits.disk, package), "/tmp"
            allowed["disk"] = 0  # its folder is a disk of that size
        else:  # the system counts the processes of a user, here all of the instructor's
            allowed["processes"] = 0
        # Not the grader's environment, which may hold the secret.
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        own = "HOME TMPDIR IPYTHONDIR JUPYTER_RUNTIME_DIR JUPYTER_CONFIG_DIR MPLCONFIGDIR"
        environment |= dict.fromkeys(own.split(), work)
        with _lock:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                start_new_session=True,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=errors,
            )
            _running.add(process.pid)
        failed = "the runner ended before its work was done"
        try:
            job = json.dumps({"notebook": notebook, "limits": allowed, "fonts": _fonts()})
            process.communicate(job.encode(), timeout=limits.wall_seconds + 15)
        except subprocess.TimeoutExpired:
            failed = f"the runner did not end within {limits.wall_seconds:g} s"
        finally:
            _end(process, began)
        out.seek(0)
        errors.seek(0)
        log = errors.read().decode(errors="replace")[-2000:]
        try:
            result = json.loads(out.read())
            outputs = [list(cell.get("outputs", [])) for cell in result["notebook"]["cells"]]
            if len(outputs) == len(notebook.cells):
                skipped = {int(index): _line(why) for index, why in result["skipped"].items()}
                return Run(outputs, skipped, log=log)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # the runner did not come to its end, or something else wrote in its place
        return Run([[] for _ in notebook.cells], {}, failed, log)


def probe(sandbox: bool, package: Path) -> None:
    """Run a notebook with one cell.

    Raises
    ------
    JailError
        If that fails, so that no submission is blamed for it.
    """
    cell = nbformat.v4.new_code_cell(f"import {package.name}\nprint(6 * 7)")
    tried = run(nbformat.v4.new_notebook(cells=[cell]), Limits(), sandbox, package)
    without = "--no-sandbox, or c.Grade.sandbox = False, runs submissions with your rights."
    if tried.outputs != [[{"name": "stdout", "output_type": "stream", "text": "42\n"}]]:
        raise JailError(
            f"{'the sandbox' if sandbox else 'a kernel'} cannot start here; "
            f"nothing was graded. {without if sandbox else ''}\n{tried.outputs}\n{tried.log}"
        )


def _sandboxed(command: list[str], folder: str, disk: float, package: Path) -> list[str]:
    """Return the command in namespaces without network, home, course or the other submissions."""
    namespaces, drop = UNSHARE.split(), SETPRIV.split()
    if os.geteuid() == 0:
        user = str(_user())
        drop += ["--reuid", user, "--regid", user, "--clear-groups"]
    else:
        namespaces += ["--user", "--map-root-user"]
    readable = [*READABLE.split(), sys.base_prefix, sys.prefix, _fonts(), command[-1]]
    readable.append(str(package))
    both = dict.fromkeys(
        place for path in readable for place in (path, os.path.realpath(path))
    )  # links and what they mean
    set_up = ["sh", "-c", _SETUP, "sh", folder, f"{disk:.0f}", *both]
    return [*namespaces, *set_up, "--", *drop, "--", *command]


def _user() -> int:
    """Return a user id that nobody else has, because the system counts the processes of a user.

    Raises
    ------
    JailError
        If this namespace has no ids to spare.
    """
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    first, _, count = max((list(map(int, each)) for each in ranges), key=lambda each: each[2])
    last = min(first + count, 2**31) - 1
    processes = psutil.process_iter(["uids"])
    taken = {each.info["uids"].real for each in processes if each.info["uids"]}
    taken |= {entry.pw_uid for entry in pwd.getpwall()}
    for _ in range(100):
        user = last - secrets.randbelow(max(1, (last - first) // 2))
        if user not in taken and user > 0:
            return user
    raise JailError("no user id is free for the sandbox; nothing was graded")


@cache
def _fonts() -> str:
    """Return the file with matplotlib's list of fonts, which takes seconds to make."""
    from matplotlib import font_manager, get_cachedir

    return f"{get_cachedir()}/fontlist-v{font_manager.FontManager.__version__}.json"


@cache
def _adopt_orphans() -> None:
    """Become the parent of processes whose own parents ended, so that they can be found (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _end(process: subprocess.Popen[bytes], began: float) -> None:
    """Kill a process, all that it started, and orphans of any run."""
    with contextlib.suppress(psutil.Error):
        _kill(psutil.Process(process.pid))
    process.wait()
    with _lock:
        _running.discard(process.pid)
        for child in psutil.Process().children():
            if child.pid not in _running and child.create_time() > began - 1:
                _kill(child)
                child.wait(5)


def _line(text: Any) -> str:
    """Return one short line of plain characters."""
    return ascii(str(text))[1:-1][:200]


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.Error):
        process.suspend()
        for each in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                each.kill()
