"""Run a notebook's code cells under limits: both come on stdin, the notebook goes to stdout.

Starts by its path, in a process of its own that sees nothing of this package. A cell that hangs or
kills its kernel is left out, and the others run again without it.
"""

import contextlib
import ctypes
import json
import os
import platform
import resource
import shutil
import signal
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

TOO_LARGE = "asked for too much memory"
TOO_MUCH = "wrote too much to its disk"
# What makes memory that no process holds, so that nothing limits it: memfd_create, shmget, msgget;
# and what reads the keys of whoever grades, which no namespace hides: add_key, request_key, keyctl.
FORBIDDEN = {
    "x86_64": (0xC000003E, (319, 29, 68, 248, 249, 250)),
    "aarch64": (0xC00000B7, (279, 194, 186, 217, 218, 219)),
}


class Client(NotebookClient):
    """A client that ends a kernel that prints too much; `excess` says what else was too much."""

    allowance = 0
    excess = ""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Count what a kernel sends before it is stored."""
        self.allowance -= len(str(msg["content"]))
        if self.allowance > 0:
            return super().process_message(msg, cell, cell_index)
        os.kill(self.km.provisioner.pid, signal.SIGKILL)  # type: ignore[union-attr]
        return None


def watch(client: Client, limits: dict[str, float], ended: threading.Event) -> None:
    """End a kernel that takes too much memory or disk together with all that it started."""
    while not ended.wait(0.5):
        processes = psutil.Process().children(recursive=True)
        if sum(map(held, processes)) > limits["memory"]:
            client.excess = TOO_LARGE
        elif limits["disk"] and written() > limits["disk"]:
            client.excess = TOO_MUCH
        else:
            continue
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.kill()


@contextlib.contextmanager
def watched(client: Client, limits: dict[str, float]) -> Iterator[None]:
    """Watch for as long as this kernel is the one that runs."""
    ended = threading.Event()
    threading.Thread(target=watch, args=(client, limits, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def held(process: psutil.Process) -> float:
    """Return the memory of a process; pages that forks share count once."""
    with contextlib.suppress(psutil.Error):
        try:
            used = process.memory_full_info()
            return float(getattr(used, "pss", used.uss))
        except psutil.AccessDenied:  # it asked the system to hide it
            return float(process.memory_info().rss)
    return 0


def written() -> float:
    """Return what all files in the folder of the job take of the disk."""
    total = 0
    for folder, _, names in os.walk(os.getcwd()):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return total


def empty(fonts: str) -> None:
    """Leave in the folder of the job, of all files, matplotlib's list of fonts."""
    for path in Path.cwd().iterdir():
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            path.unlink()
    with contextlib.suppress(OSError):
        shutil.copy(fonts, Path.cwd())


def shut() -> None:
    """Let the notebook neither reach into this process nor out of its sight (Linux)."""
    if sys.platform != "linux":
        return
    control = ctypes.CDLL(None).prctl
    control(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: nobody else opens its memory and its files
    control(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans are its children, which it watches
    machine, calls = FORBIDDEN.get(platform.machine(), (0, ()))
    if not calls:
        return
    # A filter of system calls. LD and RET are instructions; a pair of JEQ and JGE says how many to
    # jump over if so and if not.
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06
    refuse, allow = (end, 0, 0, 0x50000 | 38), (end, 0, 0, 0x7FFF0000)  # ENOSYS: no such call
    filters = [(load, 0, 0, 4), (equal, 1, 0, machine), refuse]
    filters += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), refuse]  # x32 has other numbers
    filters += [line for call in calls for line in ((equal, 0, 1, call), refuse)] + [allow]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in filters))
    program = struct.pack("HP", len(filters), ctypes.addressof(code))
    control(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which there are no filters
    control(22, 2, program, 0, 0)  # PR_SET_SECCOMP


def attempt(
    notebook: Any, skipped: dict[int, str], limits: dict[str, float], deadline: float
) -> dict[int, str]:
    """Run the cells that are not skipped; return which to skip next time, and why."""
    manager = AsyncKernelManager(
        kernel_name="python3", transport="ipc", ip=f"{os.getcwd()}/k{len(skipped)}"
    )
    client = Client(notebook, km=manager, allow_errors=True, shutdown_kernel="immediate")
    client.allowance = int(limits["output"])
    with watched(client, limits), client.setup_kernel(cleanup_kc=True):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or index in skipped:
                continue
            cell.outputs = []
            seconds, left = limits["cell_seconds"], deadline - time.monotonic()
            client.timeout = max(1, int(min(seconds, left)))
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                whole = f", nor all cells within {limits['wall_seconds']:g} s"
                return {
                    index: f"TIMEOUT: no end within {seconds:g} s{whole if left < seconds else ''}"
                }
            except DeadKernelError:
                why = "printed too much" if client.allowance <= 0 else "ended its kernel"
                return {index: f"CRASHED: {client.excess or why}"}
            if any(output.get("ename", "").endswith("MemoryError") for output in cell.outputs):
                return {index: f"CRASHED: {TOO_LARGE}"}
    return {}


def main() -> None:
    """Read the job, run it, write the result."""
    if sys.platform == "linux":  # it ends with its parent, also where that is killed
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    job = json.load(sys.stdin)
    limits = job["limits"]
    shut()
    os.chdir(os.environ["HOME"])
    # What the kernel prints past Jupyter must not mix with the result.
    with os.fdopen(os.dup(1), "w") as result:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        for name, key in (
            ("AS", "memory"),
            ("CPU", "cpu_seconds"),
            ("FSIZE", "file_size"),
            ("NPROC", "processes"),
        ):
            if limits[key]:
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (int(limits[key]),) * 2)
        notebook = nbformat.from_dict(job["notebook"])
        deadline = time.monotonic() + limits["wall_seconds"]
        skipped: dict[int, str] = {}
        empty(job["fonts"])
        while stopped := attempt(notebook, skipped, limits, deadline):
            empty(job["fonts"])
            skipped.update(stopped)
            for index in stopped:
                notebook.cells[index].outputs = []
            if time.monotonic() > deadline - 1 or len(skipped) > limits["restarts"]:
                break
        json.dump({"notebook": notebook, "skipped": skipped}, result)


if __name__ == "__main__":
    main()
