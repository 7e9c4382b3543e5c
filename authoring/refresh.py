"""Execute chapters from top to bottom and store their outputs: a diff shows a change and not noise.

Nothing is stored unless every chapter ran without a problem.
"""

import multiprocessing
import os
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from .gates import SVG
from .notebooks import at, clean, code_cells, errors, read, serialize

LANDING_FIGURE = ("variance-comparison.ipynb", "answer", "_static/answer.svg")
CELL_TIMEOUT = 60
# Everything outside the notebook that could change what it prints.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Run:
    """A chapter after a run: its outputs, its time without the kernel's start, what went wrong."""

    notebook: NotebookNode
    seconds: float
    processor_seconds: float  # with the kernel's start
    problem: str | None


def execute(path: Path) -> Run:
    """Run a chapter in a fresh kernel, in its own folder."""
    notebook = read(path)
    for number, cell in enumerate(notebook.cells, 1):
        cell.setdefault("id", f"cell-{number}")
    ticks: list[float] = []
    running = 0

    def on_cell_start(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_index
        ticks.append(perf_counter())

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=on_cell_start,
        on_cell_complete=lambda **_: ticks.append(perf_counter()),
    )
    problem = None
    start = os.times()
    try:
        client.execute(env=os.environ | ENVIRONMENT)
    except CellExecutionError as error:
        what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
        problem = f"{at(notebook, running)} raised {what}{failing_line(error.traceback)}"
    except CellTimeoutError:
        problem = f"{at(notebook, running)} took longer than {CELL_TIMEOUT} s"
    except DeadKernelError:
        problem = f"{at(notebook, running)} ended the kernel"
    end = os.times()
    clean(notebook)
    return Run(
        notebook,
        seconds=ticks[-1] - ticks[0] if ticks else 0.0,
        processor_seconds=sum(end[2:4]) - sum(start[2:4]),  # of child processes, user and system
        problem=problem or next(iter(errors(notebook)), None),
    )


def failing_line(traceback: str) -> str:
    """Say which line of the cell failed: IPython's first arrow points at it."""
    arrow = re.search(r"^-+> (\d+) (.*)$", re.sub(r"\x1b\[[\d;]*m", "", traceback), re.MULTILINE)
    return f" in line {arrow[1]}, {arrow[2].strip()!r}" if arrow else ""


def changed_cells(old: NotebookNode, new: NotebookNode) -> list[str]:
    """Name the cells whose outputs are others than before."""

    def shown(notebook: NotebookNode) -> dict[int, list[NotebookNode]]:
        return {
            index: [NotebookNode(output, execution_count=None) for output in cell.outputs]
            for index, cell in code_cells(notebook)
        }

    before, after = shown(old), shown(new)
    return [at(new, index) for index in after if before.get(index) != after[index]]


def named_figure(notebook: NotebookNode, name: str) -> bytes:
    """Return the SVG of the cell whose ``mystnb.figure.name`` is `name`."""
    for cell in notebook.cells:
        if cell.metadata.get("mystnb", {}).get("figure", {}).get("name") == name:
            for output in cell.outputs:
                if SVG in output.get("data", {}):
                    return str(output.data[SVG]).encode()
    raise LookupError(f"no cell with mystnb.figure.name {name!r} holds an SVG")


def run_all(paths: Sequence[Path]) -> dict[Path, Run]:
    """Run the chapters, several at once, with a line for each that is done."""
    workers = min(len(paths), os.cpu_count() or 1)
    print(f"Running {len(paths)} notebook(s), {workers} at a time", flush=True)
    runs = {}
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(execute, path): path for path in paths}
        for done, future in enumerate(as_completed(futures), 1):
            path, run = futures[future], future.result()
            runs[path] = run
            failed = "  FAILED" if run.problem else ""
            print(f"[{done}/{len(paths)}] {path.name:<36}{run.seconds:5.1f} s{failed}", flush=True)
    return {path: runs[path] for path in paths}


def refresh(paths: Sequence[Path]) -> int:
    """Run chapters and, if nothing went wrong in any, store them all; return the exit code."""
    runs = run_all(paths)
    problems = [f"{path.name}: {run.problem}" for path, run in runs.items() if run.problem]
    files = {path: serialize(run.notebook).encode() for path, run in runs.items()}
    chapter, name, target = LANDING_FIGURE
    for path, run in runs.items():
        if path.name == chapter and not run.problem:
            try:
                files[path.parent / target] = named_figure(run.notebook, name)
            except LookupError as error:
                problems.append(f"{path.name}: {error}")
    if problems:
        print(*problems, "Nothing was stored.", sep="\n", file=sys.stderr)
        return 1
    changes = {path: changed_cells(read(path), run.notebook) for path, run in runs.items()}
    for file, content in files.items():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    for path, cells in changes.items():
        if cells:
            print(f"{path.name}: other outputs in", *cells, sep="\n    ")
    print(f"The outputs of {sum(map(bool, changes.values()))} notebook(s) changed.")
    return 0
