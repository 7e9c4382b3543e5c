"""Each gate passes a good notebook and catches its own faults; nbval catches what is left to it."""

import base64
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gates
import matplotlib.image
import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parents[1]
FILLER = "A sentence of the chapter says in ten words what follows. " * 9
SETUP = "import numpy as np\n\nSEED = 1879\nrng = np.random.default_rng(SEED)"
NBGRADER = {"grade": False, "locked": False, "schema_version": 3, "solution": True, "task": False}
FIGURE = {
    "image": {"alt": "Two curves over sigma: the lower one is flat, the upper one grows."},
    "figure": {"name": "curves", "caption": "The variances of both gradients."},
}


def png(value: float = 0) -> str:
    """Return a small image as a notebook stores it."""
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, np.array([[0, 1], [1, value]]))
    return base64.b64encode(buffer.getvalue()).decode()


def image() -> NotebookNode:
    return new_output("display_data", data={"image/png": png(), "text/plain": "<Figure size 640x480 with 1 Axes>"})


def printed(text: str) -> list[NotebookNode]:
    return [new_output("stream", name="stdout", text=text + "\n")]


def good() -> NotebookNode:
    """Build the smallest chapter that keeps every rule."""
    cells = [
        new_markdown_cell(
            "# Meet the node\n\n**You will**\n\n- say it\n- prove it\n\n**You need** nothing.", id="title"
        ),
        new_code_cell(SETUP, id="setup"),
        new_markdown_cell(
            f"{FILLER} The mean is 5.5, the size 10,000; {{cite:t}}`mohamed2020` [link](a-100.123).", id="first"
        ),
        new_code_cell("size = 10_000\nprint(f'{mean:.2f}')", id="printing", outputs=printed("5.50")),
        new_markdown_cell(FILLER, id="picture"),
        new_code_cell(
            "ax.plot(x, y, color=COLORS['lhs'])\nplt.show()",
            id="plotting",
            metadata={"mystnb": FIGURE},
            outputs=[image()],
        ),
    ]
    for number in range(8):
        cells += [new_markdown_cell(FILLER, id=f"text-{number}"), new_code_cell("x + 1", id=f"code-{number}")]
    failing = new_code_cell("Normal(0, -1)", id="failing", metadata={"tags": ["raises-exception"]})
    failing.outputs = [
        new_output("error", ename="ValueError", evalue="sigma is -1", traceback=["ValueError: sigma is -1"])
    ]
    cells += [new_markdown_cell(f"## What can go wrong\n\n{FILLER}", id="wrong"), failing]
    cells += [new_markdown_cell(f"That cannot be.\n\n## Exercises\n\n{FILLER}", id="exercises")]
    for number in range(1, 4):
        cells += [
            new_markdown_cell(f"### Exercise {number}\n\n{FILLER}", id=f"exercise-{number}"),
            new_code_cell("...", id=f"answer-{number}", metadata={"nbgrader": NBGRADER | {"grade_id": f"e{number}"}}),
        ]
    summary = "\n".join(f"- Line {number}." for number in range(5))
    cells += [new_markdown_cell(f"{FILLER}\n\n## Summary\n\n{summary}\n\n## Further reading\n\nA book.", id="summary")]
    notebook = new_notebook(cells=cells)
    for count, (_, cell) in enumerate(gates.code_cells(notebook), 1):
        cell.execution_count = count
    nbformat.validate(notebook)
    return notebook


Fault = Callable[[NotebookNode], object]
FAULTS: list[tuple[str, str, Fault]] = []


def fault(gate: str, name: str) -> Callable[[Fault], Fault]:
    """Register a change to the good notebook that `gate` alone must catch."""

    def register(change: Fault) -> Fault:
        FAULTS.append((gate, name, change))
        return change

    return register


def cell(notebook: NotebookNode, identity: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == identity)


def says(gate: str, identity: str, text: str, new: str = "") -> None:
    """Register: `text` appended to the cell, or replaced by `new`, breaks `gate`."""

    def change(notebook: NotebookNode) -> None:
        target = cell(notebook, identity)
        if new:
            assert text in target.source
            target.source = target.source.replace(text, new)
        else:
            target.source = f"{text}\n{target.source}" if target.cell_type == "code" else f"{target.source}\n\n{text}"

    fault(gate, f"{identity}: {text} {new}".strip())(change)


def shows(gate: str, text: str) -> None:
    """Register: a cell that prints `text` breaks `gate`."""
    fault(gate, f"prints {text}")(lambda notebook: cell(notebook, "code-0").update(outputs=printed(text)))


fault("executed", "never run")(lambda notebook: cell(notebook, "code-0").update(execution_count=None))
fault("executed", "out of order")(lambda notebook: cell(notebook, "code-0").update(execution_count=99))
fault("executed", "run twice")(lambda notebook: cell(notebook, "code-1").update(execution_count=4))
fault("errors", "raises nothing")(lambda notebook: cell(notebook, "failing").update(outputs=[]))
fault("errors", "untagged error")(lambda notebook: cell(notebook, "failing").update(metadata=NotebookNode()))
fault("errors", "stderr")(
    lambda notebook: cell(notebook, "code-0").update(outputs=[new_output("stream", name="stderr", text="Warning")])
)
fault("tags", "hidden from nbval by a tag")(
    lambda notebook: cell(notebook, "code-0").metadata.update(tags=["nbval-ignore-output"])
)
says("tags", "code-0", "# NBVAL_IGNORE_OUTPUT")

shows("stable_outputs", "<rpt_helpers.Loss object at 0x7f3a5c2b1d90>")
shows("stable_outputs", "[<matplotlib.lines.Line2D>]")
shows("stable_outputs", "<Figure size 640x480 with 1 Axes>")
shows("stable_outputs", "np.float64(5.5)")
shows("stable_outputs", "np.True_")
shows("stable_outputs", "read /home/reader/book/data.csv")
shows("stable_outputs", "made on 2025-01-31")
shows("stable_outputs", "at 12:30:59")
shows("digits", "0.1234567")
shows("digits", "299,852.41")
shows("digits", "1234567.8")

says("plain_python", "code-0", "%matplotlib inline")
says("plain_python", "code-0", "!pip install numpy")
says("plain_python", "code-0", "%%capture")
says("plain_python", "code-0", "sys.path.insert(0, '..')")
says("plain_python", "code-0", "open('data.csv')")
says("plain_python", "code-0", "load('/home/reader/data.csv')")
says("plain_python", "code-0", "clear_output()")
says("plain_python", "code-0", "display(x, display_id='a')")
says("semicolons", "code-0", "ax.plot(x);")
says("randomness", "code-0", "np.random.seed(1)")
says("randomness", "code-0", "np.random.normal()")
says("randomness", "code-0", "np.random.default_rng()")
says("randomness", "code-0", "import random")
says("colors", "code-0", "ax.plot(x, color='red')")
says("colors", "code-0", "ax.bar(x, c='k')")
says("colors", "code-0", "ax.fill_between(x, y, facecolor='#1f77b4')")
says("colors", "code-0", "palette = ['C0']")
says("colors", "code-0", "ax.plot(x, y, 'r--')")
says("colors", "code-0", "ax.errorbar(x, y, fmt='ko')")

says("figures", "plotting", "plt.show()", "ax.legend()")
fault("figures", "two in a cell")(lambda notebook: cell(notebook, "plotting").outputs.append(image()))
fault("figures", "SVG")(lambda notebook: cell(notebook, "plotting").outputs[0].data.update({"image/svg+xml": "<svg/>"}))
fault("figure_descriptions", "no metadata")(lambda notebook: cell(notebook, "plotting").update(metadata=NotebookNode()))
fault("figure_descriptions", "no caption")(
    lambda notebook: cell(notebook, "plotting").metadata.update(mystnb={"image": FIGURE["image"]})
)
fault("figure_descriptions", "alt is a file name")(
    lambda notebook: cell(notebook, "plotting").metadata.mystnb.update(image={"alt": "x" * 40 + ".png"})
)


@fault("cell_lengths", "long median")
def _(notebook: NotebookNode) -> None:
    for number in range(8):
        cell(notebook, f"code-{number}").source = "x\n" * 12


@fault("cell_lengths", "two long cells of fifteen")
def _(notebook: NotebookNode) -> None:
    for number in range(2):
        cell(notebook, f"code-{number}").source = "x\n" * 13


fault("surrounded", "no cell between")(lambda notebook: notebook.cells.remove(cell(notebook, "text-3")))
fault("surrounded", "a heading alone")(lambda notebook: cell(notebook, "text-3").update(source="## A heading"))
fault("size", "too few words")(
    lambda notebook: [c.update(source=c.source.replace(FILLER, "Yes.")) for c in notebook.cells]
)
fault("size", "too many words")(lambda notebook: cell(notebook, "text-0").update(source=FILLER * 22))


@fault("size", "too few code cells")
def _(notebook: NotebookNode) -> None:
    for number in (6, 7):
        notebook.cells.remove(cell(notebook, f"text-{number}"))
        notebook.cells.remove(cell(notebook, f"code-{number}"))
    for count, (_, code) in enumerate(gates.code_cells(notebook), 1):
        code.execution_count = count


says("quoted_numbers", "text-0", "The ratio is 5.6.")
says("quoted_numbers", "text-0", "In TeX it is $5.61$.")
says("quoted_numbers", "text-0", "The speed is $299{,}852$ km/s.")
says("quoted_numbers", "text-0", "There are 100 of them.")
says("quoted_numbers", "text-0", "There are 2,000 of them.")
fault("quoted_numbers", "in a caption")(
    lambda notebook: cell(notebook, "plotting").metadata.mystnb.figure.update(caption="The ratio is 12.25.")
)

says("opening", "title", "# Meet", "## Meet")
says("opening", "title", "# A second title")
says("opening", "title", "**You will**", "What follows")
says("opening", "title", "**You need**", "Before it")
says("opening", "title", "- say it\n", "\n")
says("opening", "title", "- say it", "- a\n- b\n- c\n- d")
says("setup", "setup", "default_rng(SEED)", "default_rng(1)")
says("setup", "code-0", "SEED = 2")
fault("setup", "hidden")(lambda notebook: cell(notebook, "setup").metadata.update(tags=["hide-input"]))
says("sections", "wrong", "## What can go wrong", "## What may fail")
says("sections", "wrong", "## Summary\n\n- a\n- b\n- c\n- d\n- e\n\n## Further reading")
says("sections", "summary", "- Line 4.", "Line 4.")
says("sections", "summary", "- Line 4.", "- Line 4.\n- Line 5.")
says("exercises", "exercise-1", "### Exercise 1", "### Task 1")
says("exercises", "text-0", "### Exercise 0")
says("exercises", "exercise-1", "### Exercise 4\n\n### Exercise 5\n\n### Exercise 6")
fault("exercises", "no metadata")(lambda notebook: cell(notebook, "answer-1").update(metadata=NotebookNode()))
fault("exercises", "same grade_id")(lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(grade_id="e2"))
fault("exercises", "old schema")(lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(schema_version=2))
fault("exercises", "no points")(lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(grade=True))
says("language", "text-0", "Obviously true.")
says("language", "text-0", "Of course.")
says("language", "text-0", "Its behaviour is optimised.")
says("language", "code-0", "colour = 1")


def failing(notebook: NotebookNode) -> set[str]:
    return {gate.__name__ for gate in gates.GATES if gate(notebook)}


def test_good_notebook_passes_every_gate() -> None:
    assert [violation for gate in gates.GATES for violation in gate(good())] == []


@pytest.mark.parametrize(("gate", "change"), [pytest.param(g, c, id=f"{g}-{n}") for g, n, c in FAULTS])
def test_fault_fails_its_gate_alone(gate: str, change: Fault) -> None:
    notebook = good()
    change(notebook)
    assert failing(notebook) == {gate}


def test_every_gate_is_tested() -> None:
    assert {gate for gate, _, _ in FAULTS} == {gate.__name__ for gate in gates.GATES}


@pytest.mark.parametrize(
    "text",
    [
        "The ratio is 5.5, or $5{.}5$, or $11/2$, by $\\tfrac{11}{2}$.",
        "In `x = 123.4` and $$10{,}000$$ and 10,000.",
        "Measured in 1879, published in 2020.",
        "See <https://doi.org/10.1000/123.456> and {cite:p}`a100.5`.",
        "```\n123.456\n```",
    ],
)
def test_number_that_is_produced_or_no_quotation_passes(text: str) -> None:
    notebook = good()
    cell(notebook, "text-0").source += f"\n\n{text}"
    assert gates.quoted_numbers(notebook) == []


@pytest.mark.parametrize(
    "text", ["optimism", "analyses", "parameter", "realistic", "emphasis", "symmetric", "geometry"]
)
def test_american_words_pass(text: str) -> None:
    assert not gates.BRITISH.search(text)


def test_command_line_prints_violations(tmp_path: Path) -> None:
    notebook = good()
    cell(notebook, "code-0").execution_count = None
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    script = [sys.executable, gates.__file__, str(tmp_path / "chapter.ipynb")]
    result = subprocess.run(script, capture_output=True, text=True)
    assert result.returncode == 1
    assert "[executed] cell 8 (code-0: 'x + 1'): execution count is None, not 4" in result.stdout


def test_changed_figures_are_named() -> None:
    other, without = good(), good()
    cell(other, "plotting").outputs[0].data["image/png"] = png(0.01)
    cell(without, "plotting").outputs = []
    assert gates.changed_figures(good(), good()) == []
    for notebook in (other, without):
        assert [found[:6] for found in gates.changed_figures(good(), notebook)] == ["cell 6"]


# nbval proves stored outputs; what it lets pass is what the gates are for


def nbval(notebook: NotebookNode, folder: Path) -> list[str]:
    """Return nbval's verdict on each code cell, run as `make test` runs it."""
    nbformat.write(notebook, folder / "chapter.ipynb")
    command = [sys.executable, "-m", "pytest", "-v", "--color=no", "--nbval", "--nbval-current-env"]
    options = [f"--nbval-sanitize-with={ROOT / 'tests/nbval.cfg'}", f"--rootdir={folder}", str(folder)]
    result = subprocess.run(command + options, cwd=folder, capture_output=True, text=True)
    return re.findall(r"::Cell \d+ (PASSED|FAILED)", result.stdout)


def test_nbval_catches_altered_outputs_but_no_cell_that_was_never_run(tmp_path: Path) -> None:
    notebook = new_notebook(metadata={"kernelspec": {"display_name": "Python 3", "name": "python3"}})
    for stored, count in (("5.50", 1), ("5.51", 2), (None, 3), (None, None)):
        code = new_code_cell("print(f'{11 / 2:.2f}')", execution_count=count)
        code.outputs = [] if stored is None else printed(stored)
        notebook.cells.append(code)
    assert nbval(notebook, tmp_path) == ["PASSED", "FAILED", "FAILED", "PASSED"]
    assert len(gates.executed(notebook)) == 1
