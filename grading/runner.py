"""Run a notebook's code cells under limits: both come on stdin, the notebook goes to stdout.

Starts by its path, in a process of its own that sees nothing of this package. A cell that hangs or
kills its kernel is left out, and the others run again without it.
"""

import contextlib
import json
import os
import resource
import signal
import sys
import threading
import time
from typing import Any

import nbformat
import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

TOO_LARGE = "asked for too much memory"


class Client(NotebookClient):
    """A client that ends a kernel that prints too much."""

    allowance = 0
    too_large = False

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Count what a kernel sends before it is stored."""
        self.allowance -= len(str(msg["content"]))
        if self.allowance > 0:
            return super().process_message(msg, cell, cell_index)
        os.kill(self.km.provisioner.pid, signal.SIGKILL)  # type: ignore[union-attr]
        return None


def watch(client: Client, memory: float) -> None:
    """End a kernel that holds too much memory together with all that it started."""
    while True:
        time.sleep(0.5)
        held, processes = 0, psutil.Process().children(recursive=True)
        for process in processes:
            with contextlib.suppress(psutil.Error):
                used = process.memory_full_info()
                # Forks share pages, which count once.
                held += getattr(used, "pss", used.uss)
        if held > memory:
            client.too_large = True
            for process in processes:
                with contextlib.suppress(psutil.Error):
                    process.kill()


def attempt(
    notebook: Any, skipped: dict[int, str], limits: dict[str, float], deadline: float
) -> dict[int, str]:
    """Run the cells that are not skipped; return which to skip next time, and why."""
    manager = AsyncKernelManager(
        kernel_name="python3", transport="ipc", ip=f"{os.getcwd()}/k{len(skipped)}"
    )
    client = Client(notebook, km=manager, allow_errors=True, shutdown_kernel="immediate")
    client.allowance = int(limits["output"])
    threading.Thread(target=watch, args=(client, limits["memory"]), daemon=True).start()
    with client.setup_kernel(cleanup_kc=True):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or index in skipped:
                continue
            cell.outputs = []
            client.timeout = max(
                1, min(int(limits["cell_seconds"]), int(deadline - time.monotonic()))
            )
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                return {index: f"TIMEOUT: no end within {client.timeout} s"}
            except DeadKernelError:
                why = "printed too much" if client.allowance <= 0 else "ended its kernel"
                return {index: f"CRASHED: {TOO_LARGE if client.too_large else why}"}
            if any(output.get("ename") == "MemoryError" for output in cell.outputs):
                return {index: f"CRASHED: {TOO_LARGE}"}
    return {}


def main() -> None:
    """Read the job, run it, write the result."""
    job = json.load(sys.stdin)
    limits = job["limits"]
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
        while stopped := attempt(notebook, skipped, limits, deadline):
            skipped.update(stopped)
            for index in stopped:
                notebook.cells[index].outputs = []
            if time.monotonic() > deadline - 1 or len(skipped) > limits["restarts"]:
                break
        json.dump({"notebook": notebook, "skipped": skipped}, result)


if __name__ == "__main__":
    main()
