"""`make refresh` stores only what is stable, stores all or nothing, and says what went wrong."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from authoring import refresh
from authoring.__main__ import main
from authoring.notebooks import NOTEBOOK_METADATA

CHAPTER = [
    "import matplotlib.pyplot as plt",
    "print('first', flush=True)\nprint('second', flush=True)\n'last'",
    "plt.plot([1, 2])\nplt.show()",
    "import json\njson.loads('{')",
]
CELL = "cell 2, nbval's 1 (cell-1: "
PROBLEMS = {
    "1 / 0": "'1 / 0') raised ZeroDivisionError: division by zero in line 1, '1 / 0'",
    "x = 2\nassert x == 3": "'x = 2') raised AssertionError in line 2, 'assert x == 3'",
    "def f():\n    assert False, 'no'\n\n\nf()": (
        "'def f():') raised AssertionError: no in line 5, 'f()'"
    ),
    "import sys\nsys.stderr.write('careful')": "'import sys') wrote to stderr: careful",
    "import os\nos._exit(1)": "'import os') ended the kernel",
}


def store(path: Path, sources: list[str], raises: int | None = None) -> None:
    notebook = new_notebook(
        cells=[new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    )
    if raises is not None:
        notebook.cells[raises].metadata = {"tags": ["raises-exception"], "collapsed": True}
    nbformat.write(notebook, path)


def test_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chapter.ipynb"
    store(path, CHAPTER, raises=3)
    assert main(["refresh", str(path)]) == 0
    first = path.read_bytes()
    said = capsys.readouterr().out
    assert "chapter.ipynb: other outputs in\n    cell 2, nbval's 1 (cell-1:" in said
    assert "The outputs of 1 notebook(s) changed." in said

    assert main(["refresh", str(path)]) == 0
    assert path.read_bytes() == first
    assert "The outputs of 0 notebook(s) changed." in capsys.readouterr().out

    notebook = nbformat.reads(first.decode(), as_version=4)
    assert notebook.metadata == NOTEBOOK_METADATA
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4]
    kinds = [output.output_type for output in notebook.cells[1].outputs]
    assert kinds == ["stream", "execute_result"]
    assert notebook.cells[1].outputs[0].text == "first\nsecond\n"
    assert notebook.cells[3].metadata == {"tags": ["raises-exception"]}
    assert notebook.cells[3].outputs[0].traceback == [
        "JSONDecodeError: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)"
    ]


@pytest.mark.parametrize("source", PROBLEMS)
def test_problem_names_the_cell_and_the_line(source: str, tmp_path: Path) -> None:
    store(tmp_path / "chapter.ipynb", ["2", source])
    assert refresh.execute(tmp_path / "chapter.ipynb").problem == CELL + PROBLEMS[source]


def test_cell_that_must_raise_and_does_not_is_named(tmp_path: Path) -> None:
    store(tmp_path / "chapter.ipynb", ["2", "3"], raises=1)
    problem = refresh.execute(tmp_path / "chapter.ipynb").problem
    assert problem == CELL + "'3') is tagged raises-exception and raised nothing"


def test_cell_that_does_not_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "CELL_TIMEOUT", 1)
    store(tmp_path / "chapter.ipynb", ["2", "while True: pass"])
    problem = refresh.execute(tmp_path / "chapter.ipynb").problem
    assert problem == CELL + "'while True: pass') took longer than 1 s"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("broken", ["1 / 0", "print('a chapter without the landing figure')"])
def test_one_failure_means_that_nothing_is_stored(
    broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter, _, target = refresh.LANDING_FIGURE
    (tmp_path / target).parent.mkdir()
    (tmp_path / target).write_bytes(b"the figure of the last run")
    store(tmp_path / "sound.ipynb", ["print(2)"])
    store(tmp_path / chapter, [broken])
    before = contents(tmp_path)
    assert main(["refresh", *map(str, sorted(tmp_path.glob("*.ipynb")))]) == 1
    assert contents(tmp_path) == before
    said = capsys.readouterr().err
    assert said.startswith(f"{chapter}: ") and said.endswith("Nothing was stored.\n")


def test_landing_figure_is_stored_with_its_chapter(tmp_path: Path) -> None:
    chapter, name, target = refresh.LANDING_FIGURE
    source = (
        "import matplotlib.pyplot as plt\nfrom rpt_helpers import plots\n"
        "plots.use_style()\nplt.plot([1, 2])\nplt.show()"
    )
    figure = new_code_cell(source, metadata={"mystnb": {"figure": {"name": name}}})
    nbformat.write(new_notebook(cells=[figure]), tmp_path / chapter)
    assert main(["refresh", str(tmp_path / chapter)]) == 0
    stored = nbformat.read(tmp_path / chapter, as_version=4)
    assert (tmp_path / target).read_bytes() == refresh.named_figure(stored, name)


def test_missing_figure_is_named() -> None:
    with pytest.raises(LookupError, match="figure.name 'answer'"):
        refresh.named_figure(new_notebook(), "answer")
