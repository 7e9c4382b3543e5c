"""Execute chapters from top to bottom and store their outputs, so that a diff shows a change and not noise.

    python book/_ext/refresh.py [notebook ...]

Without arguments every chapter in ``book/`` is refreshed. A chapter that fails is left as it was.
"""

import base64
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

BOOK = Path(__file__).parents[1]
LANDING_FIGURE = ("variance-comparison.ipynb", "answer", "_static/answer.png")
CELL_TIMEOUT = 60
# Everything outside the notebook that could change what it prints.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"mystnb", "nbgrader", "tags"}


@dataclass(frozen=True)
class Run:
    """A chapter after one run: its outputs, its time without the kernel's start, and what went wrong."""

    notebook: NotebookNode
    seconds: float
    processor_seconds: float  # with the kernel's start; does not grow when the machine is busy
    problem: str | None


def where(notebook: NotebookNode, index: int) -> str:
    """Name a cell so that an author finds it: its position, its id, its first line."""
    cell = notebook.cells[index]
    first_line = cell.source.strip().split("\n")[0][:60]
    return f"cell {index + 1} ({cell.id}: {first_line!r})"


def execute(path: Path) -> Run:
    """Run a chapter in a fresh kernel, in its own folder."""
    notebook = nbformat.read(path, as_version=4)
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
        problem = f"{where(notebook, running)} raised {error.ename}: {error.evalue}"
    except CellTimeoutError:
        problem = f"{where(notebook, running)} took longer than {CELL_TIMEOUT} s"
    except DeadKernelError:
        problem = f"{where(notebook, running)} ended the kernel"
    end = os.times()
    clean(notebook)
    return Run(
        notebook,
        seconds=ticks[-1] - ticks[0] if ticks else 0.0,
        processor_seconds=end.children_user + end.children_system - start.children_user - start.children_system,
        problem=problem or complaint(notebook),
    )


def complaint(notebook: NotebookNode) -> str | None:
    """Say which cell wrote to stderr, or raised nothing although it is tagged to raise."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                return f"{where(notebook, index)} wrote to stderr: {output.text.strip()}"
        raised = any(output.output_type == "error" for output in cell.outputs)
        if "raises-exception" in cell.metadata.get("tags", []) and not raised:
            return f"{where(notebook, index)} is tagged raises-exception and raised nothing"
    return None


def clean(notebook: NotebookNode) -> None:
    """Drop, in place, whatever differs between two runs or two machines."""
    notebook.nbformat_minor = 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                # The rest of a traceback shows paths of this machine and, in color codes, of this IPython.
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if "metadata" in output:
                output.metadata = NotebookNode()


def serialize(notebook: NotebookNode) -> str:
    """Write a notebook as text, always in the same way."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def refresh(path: Path) -> Run:
    """Run a chapter and, if nothing went wrong, store it in place."""
    run = execute(path)
    if run.problem is None:
        path.write_text(serialize(run.notebook), encoding="utf-8")
    return run


def named_figure(notebook: NotebookNode, name: str) -> bytes:
    """Return the PNG of the cell whose ``mystnb.figure.name`` is `name`."""
    for cell in notebook.cells:
        if cell.metadata.get("mystnb", {}).get("figure", {}).get("name") == name:
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    raise LookupError(f"no cell with mystnb.figure.name {name!r} holds a PNG")


def write_landing_figure() -> str | None:
    """Copy the landing page's figure out of its chapter; say what is missing, if anything is."""
    chapter, name, target = LANDING_FIGURE
    if (BOOK / chapter).exists():
        try:
            png = named_figure(nbformat.read(BOOK / chapter, as_version=4), name)
        except LookupError as error:
            return f"{chapter}: {error}"
        (BOOK / target).parent.mkdir(exist_ok=True)
        (BOOK / target).write_bytes(png)
    return None


def main(arguments: list[str]) -> int:
    """Refresh the named chapters, or all; return the exit code."""
    paths = [Path(argument).resolve() for argument in arguments] or sorted(BOOK.glob("*.ipynb"))
    if not paths:
        print(f"no notebook found in {BOOK}", file=sys.stderr)
        return 1
    workers = min(len(paths), os.cpu_count() or 1)
    print(f"Running {len(paths)} notebook(s), {workers} at a time", flush=True)
    problems = []
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(refresh, path): path for path in paths}
        for done, future in enumerate(as_completed(futures), 1):
            name, run = futures[future].name, future.result()
            print(
                f"[{done}/{len(paths)}] {name:<36}{run.seconds:5.1f} s{'  FAILED' if run.problem else ''}", flush=True
            )
            if run.problem:
                problems.append(f"{name}: {run.problem}")
    if missing := write_landing_figure():
        problems.append(missing)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
