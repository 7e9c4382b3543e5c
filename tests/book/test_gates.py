"""Each gate passes a good notebook and catches its own faults; nbval catches what is left to it."""

import base64
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from authoring import gates
from authoring.__main__ import main
from authoring.new import chapter, exercise
from authoring.notebooks import chapters, code_cells, notebooks

ROOT = Path(__file__).parents[2]
FILLER = "A sentence of the chapter says in ten words what follows. " * 10
FIGURE = {
    "image": {"alt": "Two curves over sigma: the lower one is flat, the upper one grows."},
    "figure": {"name": "curves", "caption": "The variances of both gradients."},
}


SVG = '<svg width="360pt"><path d="M 0 0"/></svg>'


def png(value: float = 0) -> str:
    """Return a small image as a notebook stores it."""
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, np.array([[0, 1], [1, value]]))
    return base64.b64encode(buffer.getvalue()).decode()


def image() -> NotebookNode:
    return new_output(
        "display_data",
        data={"image/svg+xml": SVG, "text/plain": "<Figure size 640x480 with 1 Axes>"},
    )


def image_of_pixels() -> NotebookNode:
    return new_output("display_data", data={"image/png": png()})


def printed(text: str) -> list[NotebookNode]:
    return [new_output("stream", name="stdout", text=text + "\n")]


def good() -> NotebookNode:
    """Build the smallest chapter that keeps every rule: what `new` writes, and what gates count."""
    notebook = chapter("meet-the-node")
    numbers = "The mean is 5.5, the size 10,000; {cite:t}`mohamed2020` [link](a-100.1)."
    cell(notebook, "first").source += f"\n\n{FILLER} {numbers}"
    cell(notebook, "printing").update(
        source="size = 10_000\nprint(f'{mean:.2f}')", outputs=printed("5.50")
    )
    cell(notebook, "failing").outputs = [
        new_output("error", ename="ValueError", evalue="sigma", traceback=["ValueError: sigma"])
    ]
    plot = new_code_cell("ax.plot(x, y, color=COLORS['lhs'])\nplt.show()", id="plotting")
    plot.update(
        metadata=nbformat.from_dict({"mystnb": FIGURE, "tags": ["hide-input"]}), outputs=[image()]
    )
    added = [new_markdown_cell(FILLER, id="picture"), plot]
    for number in range(8):
        text = new_markdown_cell(FILLER, id=f"text-{number}")
        added += [text, new_code_cell("x + 1", id=f"code-{number}")]
    insert_after(notebook, "printing", added)
    for number in (2, 3):
        more = exercise(number, f"meet-the-node-{number}", "answer", "...")
        insert_after(notebook, f"check-{number - 1}", more)
        cell(notebook, f"exercise-{number}").source += f"\n\n{FILLER}"
    for count, (_, code) in enumerate(code_cells(notebook), 1):
        code.execution_count = count
    nbformat.validate(notebook)
    return notebook


def cell(notebook: NotebookNode, identity: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == identity)


def insert_after(notebook: NotebookNode, identity: str, cells: list[NotebookNode]) -> None:
    place = notebook.cells.index(cell(notebook, identity)) + 1
    notebook.cells[place:place] = cells


Fault = Callable[[NotebookNode], object]
FAULTS: list[tuple[str, str, Fault]] = []


def fault(gate: str, name: str) -> Callable[[Fault], Fault]:
    """Register a change to the good notebook that `gate` alone must catch."""

    def register(change: Fault) -> Fault:
        FAULTS.append((gate, name, change))
        return change

    return register


def says(gate: str, identity: str, text: str, new: str = "") -> None:
    """Register: `text` appended to the cell, or replaced by `new`, breaks `gate`."""

    def change(notebook: NotebookNode) -> None:
        target = cell(notebook, identity)
        if new:
            assert text in target.source
            target.source = target.source.replace(text, new)
        else:
            target.source = (
                f"{text}\n{target.source}"
                if target.cell_type == "code"
                else f"{target.source}\n\n{text}"
            )

    fault(gate, f"{identity}: {text} {new}".strip())(change)


def shows(gate: str, text: str) -> None:
    """Register: a cell that prints `text` breaks `gate`."""
    fault(gate, f"prints {text}")(
        lambda notebook: cell(notebook, "code-0").update(outputs=printed(text))
    )


fault("executed", "never run")(
    lambda notebook: cell(notebook, "code-0").update(execution_count=None)
)
fault("executed", "out of order")(
    lambda notebook: cell(notebook, "code-0").update(execution_count=99)
)
fault("executed", "run twice")(lambda notebook: cell(notebook, "code-1").update(execution_count=4))
fault("errors", "raises nothing")(lambda notebook: cell(notebook, "failing").update(outputs=[]))
fault("errors", "untagged error")(
    lambda notebook: cell(notebook, "failing").update(metadata=NotebookNode())
)
fault("errors", "stderr")(
    lambda notebook: cell(notebook, "code-0").update(
        outputs=[new_output("stream", name="stderr", text="Warning")]
    )
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
says("seeds", "code-0", "np.random.default_rng()")
says("seeds", "code-0", "default_rng(None)")
says("colors", "code-0", "ax.plot(x, color='red')")
says("colors", "code-0", "ax.bar(x, c='k')")
says("colors", "code-0", "ax.fill_between(x, y, facecolor='#1f77b4')")
says("colors", "code-0", "palette = ['C0']")
says("colors", "code-0", "ax.plot(x, y, 'r--')")
says("colors", "code-0", "ax.errorbar(x, y, fmt='ko')")

says("figures", "plotting", "plt.show()", "ax.legend()")
fault("figures", "two in a cell")(
    lambda notebook: cell(notebook, "plotting").outputs.append(image())
)
fault("figures", "twice in one output")(
    lambda notebook: cell(notebook, "plotting").outputs[0].data.update({"image/png": png()})
)
fault("figures", "JPEG")(
    lambda notebook: cell(notebook, "plotting").outputs[0].update(data={"image/jpeg": png()})
)
fault("figures", "heavy")(
    lambda notebook: (
        cell(notebook, "plotting").outputs[0].data.update({"image/svg+xml": "x" * 150_001})
    )
)
fault("figure_descriptions", "no metadata")(
    lambda notebook: cell(notebook, "plotting").update(
        metadata=nbformat.from_dict({"tags": ["hide-input"]})
    )
)
fault("figure_descriptions", "no caption")(
    lambda notebook: cell(notebook, "plotting").metadata.update(mystnb={"image": FIGURE["image"]})
)
fault("figure_descriptions", "alt is a file name")(
    lambda notebook: cell(notebook, "plotting").metadata.mystnb.update(
        image={"alt": "x" * 40 + ".png"}
    )
)


@fault("cell_lengths", "long median")
def _(notebook: NotebookNode) -> None:
    for identity in (*(f"code-{number}" for number in range(8)), "answer-2", "answer-3"):
        cell(notebook, identity).source = "x\n" * 5


@fault("cell_lengths", "two long cells of seventeen")
def _(notebook: NotebookNode) -> None:
    for number in range(2):
        cell(notebook, f"code-{number}").source = "for i in x:\n" + "    x\n" * 12


says("columns", "code-0", f"a = '{'x' * 74}'")


fault("surrounded", "no cell between")(
    lambda notebook: notebook.cells.remove(cell(notebook, "text-3"))
)
fault("surrounded", "a heading alone")(
    lambda notebook: cell(notebook, "text-3").update(source="## A heading")
)
fault("size", "too few words")(
    lambda notebook: [c.update(source=c.source.replace(FILLER, "Yes.")) for c in notebook.cells]
)
fault("size", "too many words")(
    lambda notebook: cell(notebook, "text-0").update(source=FILLER * 22)
)


@fault("size", "too few code cells")
def _(notebook: NotebookNode) -> None:
    for number in (6, 7):
        notebook.cells.remove(cell(notebook, f"text-{number}"))
        notebook.cells.remove(cell(notebook, f"code-{number}"))
    for count, (_, code) in enumerate(code_cells(notebook), 1):
        code.execution_count = count


says("quoted_numbers", "text-0", "The ratio is 5.6.")
says("quoted_numbers", "text-0", "In TeX it is $5.61$.")
says("quoted_numbers", "text-0", "The speed is $299{,}852$ km/s.")
says("quoted_numbers", "text-0", "There are 100 of them.")
says("quoted_numbers", "text-0", "There are 2,000 of them.")
says("quoted_numbers", "text-0", "There are 12 of them.")
says("quoted_numbers", "text-0", "It is 7 times as large.")
says("quoted_numbers", "text-0", "It is 13/2.")
says("quoted_numbers", "text-0", r"It is $\frac{13}{2}$.")
says("quoted_numbers", "text-0", "It is 12 thousand.")
says("quoted_numbers", "text-0", r"Take $\sigma = 61$.")
says("quoted_numbers", "text-6", "It is 5.5, as a cell says that is far away.")
fault("swapped_numbers", "in a sentence")(
    lambda notebook: (
        cell(notebook, "code-0").update(outputs=printed("1.5, 2.5")),
        cell(notebook, "text-1").update(source=f"{FILLER} From 2.5 down to 1.5."),
    )
)
says("assertions", "code-0", "assert True")
says("assertions", "code-0", "assert x > 0 or True")
says("assertions", "code-0", "assert True and 1 < 2")
says("assertions", "code-0", "assert [x > 0]")
fault("quoted_numbers", "in a caption")(
    lambda notebook: cell(notebook, "plotting").metadata.mystnb.figure.update(
        caption="The ratio is 12.25."
    )
)

fault("figure_cells", "not folded")(
    lambda notebook: cell(notebook, "plotting").metadata.update(tags=[])
)

says("opening", "title", "# Meet", "## Meet")
says("opening", "title", "# A second title")
says("opening", "title", "**You will**", "What follows")
says("opening", "title", "*You need*", "Before it")
says("opening", "title", "- do one thing;\n", "\n")
says("opening", "title", "- do one thing;", "- a\n- b\n- c\n- d")
says("setup", "setup", "default_rng(SEED)", "default_rng(1)")
says("setup", "code-0", "SEED = 2")
fault("setup", "hidden")(
    lambda notebook: cell(notebook, "setup").metadata.update(tags=["hide-input"])
)
says("sections", "wrong", "## What can go wrong", "## What may fail")
says("sections", "wrong", "## Summary\n\n- a\n- b\n- c\n- d\n- e\n\n## Further reading")
says("sections", "summary", "- what was seen,", "what was seen,")
says("sections", "summary", "- what was seen,", "- what\n- was seen,")
says("exercises", "exercise-1", "### Exercise 1", "### Task 1")
says("exercises", "text-0", "### Exercise 0")
says("exercises", "exercise-1", "### Exercise 4\n\n### Exercise 5\n\n### Exercise 6")
fault("exercises", "no metadata")(
    lambda notebook: cell(notebook, "answer-1").update(metadata=NotebookNode())
)
fault("exercises", "same grade_id")(
    lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(grade_id="meet-the-node-2")
)
fault("exercises", "old schema")(
    lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(schema_version=2)
)
fault("exercises", "no points")(
    lambda notebook: cell(notebook, "answer-1").metadata.nbgrader.update(grade=True)
)
says("language", "text-0", "Obviously true.")
says("language", "text-0", "Of course.")


def failing(notebook: NotebookNode) -> set[str]:
    return {gate.__name__ for gate in gates.GATES if gate(notebook)}


def test_good_notebook_passes_every_gate() -> None:
    assert [violation for gate in gates.GATES for violation in gate(good())] == []


@pytest.mark.parametrize(
    ("gate", "change"), [pytest.param(g, c, id=f"{g}-{n}") for g, n, c in FAULTS]
)
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
    ("identity", "text"),
    [
        ("text-0", "It is 11/2, or 5.5, and 10 thousand."),
        ("text-0", "It is 5.50 in [another chapter](nothing.ipynb): $n = 10{,}000$."),
        ("summary", "The summary says 5.5 again."),
        ("wrong", "It is 15/4 in [a chapter](variance-comparison.ipynb)."),
        ("text-0", "Six times, and 5 of them, and $2^{12}$."),
    ],
)
def test_number_of_a_cell_near_it_passes(identity: str, text: str) -> None:
    notebook = good()
    cell(notebook, identity).source += f"\n\n{text}"
    assert gates.quoted_numbers(notebook) == []


def test_caption_quotes_what_made_its_figure() -> None:
    notebook = good()
    cell(notebook, "code-0").source = "mean = size = 12345"
    cell(notebook, "code-7").update(source="ax.plot(mean)\nplt.show()", outputs=[image()])
    caption = nbformat.from_dict({"mystnb": {**FIGURE, "figure": {"caption": "12,345 draws."}}})
    cell(notebook, "code-7").metadata = caption
    assert gates.quoted_numbers(notebook) == []


def test_numbers_in_the_order_of_their_cell_pass() -> None:
    notebook = good()
    cell(notebook, "code-0").update(outputs=printed("1.5, 2.5, 2.5"))
    cell(notebook, "text-1").source += "\n\nFrom 1.5 to 2.5. At 2.5 it was 1.5."
    assert gates.swapped_numbers(notebook) == []


def test_cells_at_the_limits_pass() -> None:
    notebook = good()
    for number in range(8):
        # Four statements, however many lines they take.
        cell(notebook, f"code-{number}").source = "print(\n    x,\n    y,\n)\n" * 4
    cell(notebook, "code-0").source = "x\n" * 13
    cell(notebook, "code-1").source = f"# {'x' * 77}"
    assert gates.cell_lengths(notebook) == gates.columns(notebook) == []


def test_command_line_prints_violations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = good()
    path = str(tmp_path / "chapter.ipynb")
    nbformat.write(notebook, path)
    assert main(["check", path]) == 0
    assert capsys.readouterr().out == "0 violations in 1 notebook\n"
    cell(notebook, "code-0").execution_count = None
    nbformat.write(notebook, path)
    assert main(["check", path]) == 1
    said = "[executed] cell 8, nbval's 3 (code-0: 'x + 1'): execution count is None, not 4"
    assert said in capsys.readouterr().out


def test_command_line_refuses_what_is_no_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["check", "nothing.ipynb"])
    assert "nothing.ipynb is not a notebook" in capsys.readouterr().err


# What ruff and codespell see in a chapter, with the project's own settings


def lint(tool: str, source: str, folder: Path) -> str:
    """Return what a linter says about a chapter with this cell, in a project with our settings."""
    (folder / "book").mkdir()
    for settings in ("pyproject.toml", "book/ruff.toml"):
        (folder / settings).write_text((ROOT / settings).read_text())
    notebook = new_notebook(cells=[new_code_cell(source, outputs=[image(), image_of_pixels()])])
    nbformat.write(notebook, folder / "book/chapter.ipynb")
    command = [sys.executable, "-m", *tool.split(), "book"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import numpy as np\n\nnp.random.seed(1)", "NPY002"),
        ("import numpy as np\n\nnp.random.normal()", "NPY002"),
        ("import numpy as np\n\nnp.random.RandomState(1)", "TID251"),
        ("import random", "TID251"),
        (f"x = '{'x' * 74}'", "E501"),
    ],
)
def test_ruff_refuses(source: str, rule: str, tmp_path: Path) -> None:
    assert rule in lint("ruff check", source, tmp_path)


WRONG = ["behaviour", "optimised", "colour", "recieve"]  # codespell:ignore


@pytest.mark.parametrize("word", WRONG)
def test_codespell_refuses(word: str, tmp_path: Path) -> None:
    assert f"{word} ==> " in lint("codespell_lib", f"# {word}", tmp_path)


def test_linters_accept_a_sound_cell(tmp_path: Path) -> None:
    assert lint("codespell_lib", "# the color of optimism", tmp_path) == ""


def test_changed_figures_are_named() -> None:
    def drawn(data: dict[str, str]) -> NotebookNode:
        notebook = good()
        cell(notebook, "plotting").outputs = [new_output("display_data", data)] if data else []
        return notebook

    pictures = {"image/png": (png(), png(0.01)), "image/svg+xml": (SVG, SVG.replace("M 0", "M 1"))}
    for kind, (picture, changed) in pictures.items():
        stored = drawn({kind: picture})
        assert gates.changed_figures(stored, drawn({kind: picture})) == []
        for other in (drawn({kind: changed}), drawn({})):
            assert [found[:6] for found in gates.changed_figures(stored, other)] == ["cell 6"]


def test_figure_that_is_decoded_to_the_same_pixels_is_unchanged() -> None:
    stored, rerun = good(), good()
    for notebook, level in ((stored, 0), (rerun, 9)):
        buffer = io.BytesIO()
        picture = np.zeros((2, 2, 4), np.uint8)
        matplotlib.image.imsave(buffer, picture, pil_kwargs={"compress_level": level})
        data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
        cell(notebook, "plotting").outputs[0].data = data
    assert drawn_bytes(stored) != drawn_bytes(rerun)
    assert gates.changed_figures(stored, rerun) == []


def drawn_bytes(notebook: NotebookNode) -> str:
    return str(cell(notebook, "plotting").outputs[0].data["image/png"])


@pytest.mark.parametrize("tag", ["hide-input", "show-input"])
def test_a_figure_of_five_inches_whose_cell_is_tagged_passes(tag: str) -> None:
    notebook = good()
    cell(notebook, "plotting").metadata.tags = []
    assert "fold its code" in gates.figure_cells(notebook)[0]
    cell(notebook, "plotting").metadata.tags = [tag]
    assert gates.figure_cells(notebook) == []


def test_one_cell_of_a_chapter_shows_how_it_draws_and_no_figure_is_wide() -> None:
    notebook = good()
    for identity in ("plotting", "code-0"):
        cell(notebook, identity).metadata.tags = ["show-input"]
    cell(notebook, "code-0").outputs = [image()]
    assert gates.figure_cells(notebook) == ["2 cells are tagged show-input, allowed is 1"]
    cell(notebook, "code-0").metadata.tags = ["hide-input"]
    cell(notebook, "code-0").outputs[0].data["image/svg+xml"] = SVG.replace("360", "361")
    assert "is wider than 5 in" in gates.figure_cells(notebook)[0]


# nbval proves stored outputs; what it lets pass is what the gates are for


def nbval(notebook: NotebookNode, folder: Path) -> list[str]:
    """Return nbval's verdict on each code cell, run as `make test` runs it."""
    nbformat.write(notebook, folder / "chapter.ipynb")
    command = [sys.executable, "-m", "pytest", "-v", "--color=no", "--nbval", "--nbval-current-env"]
    options = [
        f"--nbval-sanitize-with={ROOT / 'tests/book/nbval.cfg'}",
        f"--rootdir={folder}",
        str(folder),
    ]
    result = subprocess.run(command + options, cwd=folder, capture_output=True, text=True)
    return re.findall(r"::Cell \d+ (PASSED|FAILED)", result.stdout)


def test_nbval_catches_altered_outputs_but_no_cell_that_was_never_run(tmp_path: Path) -> None:
    notebook = new_notebook(
        metadata={"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    )
    for stored, count in (("5.50", 1), ("5.51", 2), (None, 3), (None, None)):
        code = new_code_cell("print(f'{11 / 2:.2f}')", execution_count=count)
        code.outputs = [] if stored is None else printed(stored)
        notebook.cells.append(code)
    assert nbval(notebook, tmp_path) == ["PASSED", "FAILED", "FAILED", "PASSED"]
    assert len(gates.executed(notebook)) == 1


def test_nbval_compares_figures_and_tables_as_text(tmp_path: Path) -> None:
    imports = (
        "import matplotlib.pyplot as plt\n"
        "from rpt_helpers import plots\nfrom rpt_helpers.tables import table\nplots.use_style()"
    )
    figure = "plt.figure(figsize=(5, 3)).add_subplot().plot([1, 2])\nplt.show()"
    numbers = 'table(["a", "b"], [[1, 2.5]])'
    changes = [(figure, 'd="M', 'd="M 1'), (numbers, "<td", "<th"), (numbers, "  2.5", "  2.6")]
    path = tmp_path / "chapter.ipynb"
    sources = [imports, *(source for source, _, _ in changes)]
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    assert main(["refresh", str(path)]) == 0
    notebook = nbformat.read(path, as_version=4)
    assert nbval(notebook, tmp_path) == ["PASSED"] * 4
    for cell, (_, stored, changed) in zip(notebook.cells[1:], changes, strict=True):
        [output] = cell.outputs
        [kind] = [kind for kind, data in output.data.items() if stored in data]
        output.data[kind] = output.data[kind].replace(stored, changed)
    assert nbval(notebook, tmp_path) == ["PASSED", "FAILED", "FAILED", "FAILED"]


def test_page_that_is_no_chapter_keeps_all_rules_but_those_of_the_frame() -> None:
    [page] = set(notebooks()) - set(chapters())
    assert {*gates.GATES} - {*gates.gates_of(page)} == {*gates.FRAME}
    assert gates.gates_of(chapters()[0]) == gates.gates_of(Path("elsewhere.ipynb")) == gates.GATES
