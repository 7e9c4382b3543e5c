"""What the commands share: which notebooks are chapters, a cell's name, the form that is stored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"mystnb", "nbgrader", "tags"}


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the chapters in the order of `_toc.yml`: the notebooks of its numbered parts."""
    return [path for part in parts(root) if part.get("numbered") for path in listed(part, root)]


def notebooks(root: Path = ROOT) -> list[Path]:
    """Return the chapters, and then the other pages that are notebooks."""
    others = [path for part in parts(root) for path in listed(part, root)]
    return list(dict.fromkeys([*chapters(root), *others]))


def parts(root: Path) -> list[dict[str, Any]]:
    """Return the parts of the book as `_toc.yml` has them."""
    return list(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))["parts"])


def listed(part: dict[str, Any], root: Path) -> list[Path]:
    """Return the pages of a part that are no markdown."""
    pages = [root / chapter["file"] for chapter in part["chapters"]]
    return [page.with_suffix(".ipynb") for page in pages if not page.with_suffix(".md").exists()]


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def serialize(notebook: NotebookNode) -> str:
    """Write a notebook as text, always in the same way."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def clean(notebook: NotebookNode) -> None:
    """Drop, in place, whatever differs between two runs or two machines."""
    notebook.nbformat_minor = 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in notebook.cells:
        kept = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
        cell.metadata = nbformat.from_dict(kept)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                # The rest of a traceback shows paths of this machine and this IPython's colors.
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if "metadata" in output:
                output.metadata = NotebookNode()


def code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Every stored output with the index of its cell."""
    return ((index, output) for index, cell in code_cells(notebook) for output in cell.outputs)


def at(notebook: NotebookNode, index: int) -> str:
    """Name a cell so that an author finds it: its number, nbval's number, its id, its first line.

    nbval counts code cells only, from 0.
    """
    cell = notebook.cells[index]
    first_line = cell.source.strip().split("\n")[0][:60]
    of_nbval = sum(one.cell_type == "code" for one in notebook.cells[:index])
    number = f"cell {index + 1}" + (f", nbval's {of_nbval}" if cell.cell_type == "code" else "")
    return f"{number} ({cell.get('id')}: {first_line!r})"


def errors(notebook: NotebookNode) -> list[str]:
    """Only cells tagged raises-exception hold an error, and they do; nothing is on stderr."""
    found = []
    for index, cell in code_cells(notebook):
        raised = [output.ename for output in cell.outputs if output.output_type == "error"]
        tagged = "raises-exception" in cell.metadata.get("tags", [])
        if raised and not tagged:
            mend = f"{raised[0]}: mend it or tag it raises-exception"
            found.append(f"{at(notebook, index)} holds an error, {mend}")
        if tagged and not raised:
            found.append(f"{at(notebook, index)} is tagged raises-exception and raised nothing")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                found.append(f"{at(notebook, index)} wrote to stderr: {output.text.strip()}")
    return found
