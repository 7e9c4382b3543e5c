"""Figures that a reader moves, on the pages of the book and in JupyterLab."""

from pathlib import Path
from typing import Any

from ._arguments import one_of

TITLES = {
    "hold-the-noise": "Drag the dials: fresh noise leaves dust, held noise a curve",
    "push-or-weigh": "Turn the dials: draws that are pushed, and draws that are weighed",
    "two-ways": "Drag the dials: two estimates of one gradient, and how far they scatter",
    "where-is-sigma": "Drop a ball: where each objective leads it, with the trick and without",
    "who-wins": "Choose a loss: which estimate of its gradient varies less, and where that changes",
}
SCRIPT = Path(__file__).with_suffix(".js")  # written when the book is built


class Explorable:
    """A figure in the output of a cell: its name there, and a page or notebook draws it."""

    def __init__(self, name: str) -> None:
        one_of("name", name, tuple(TITLES))
        self.name = name

    def __repr__(self) -> str:
        return f"{TITLES[self.name]} (a figure that moves on the page)"

    def _repr_html_(self) -> str:
        return f"<rpt-{self.name}><p>{TITLES[self.name]}.</p></rpt-{self.name}>"


def explore(name: str) -> Explorable:
    """Show a figure that moves, by its name in `TITLES`, as the last expression of a cell.

    JupyterLab is sent the script that draws it, if the package was built with one; a stored output
    holds the name alone.
    """
    figure = Explorable(name)
    if _in_a_browser() and SCRIPT.is_file():
        from IPython.display import Javascript, display

        display(Javascript(SCRIPT.read_text(encoding="utf-8")))  # type: ignore[no-untyped-call]
    return figure


def _in_a_browser() -> bool:
    """Tell JupyterLab, which names the cell that it runs, from a program that runs a notebook."""
    try:
        shell: Any = get_ipython()  # type: ignore[name-defined]
        return "cellId" in shell.kernel.get_parent()["metadata"]
    except (NameError, AttributeError, KeyError):
        return False
