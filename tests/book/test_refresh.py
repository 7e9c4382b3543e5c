"""`make refresh` stores only what is stable, and says which cell went wrong."""

from pathlib import Path

import nbformat
import pytest
import refresh
from nbformat.v4 import new_code_cell, new_notebook

CHAPTER = [
    "import matplotlib.pyplot as plt",
    "print('first', flush=True)\nprint('second', flush=True)\n'last'",
    "plt.plot([1, 2])\nplt.show()",
    "import json\njson.loads('{')",
]
PROBLEMS = {
    "1 / 0": "cell 2 (cell-1: '1 / 0') raised ZeroDivisionError: division by zero",
    "import sys\nsys.stderr.write('careful')": "cell 2 (cell-1: 'import sys') wrote to stderr: careful",
    "import os\nos._exit(1)": "cell 2 (cell-1: 'import os') ended the kernel",
}


def store(path: Path, sources: list[str], raises: int | None = None) -> None:
    notebook = new_notebook(cells=[new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)])
    if raises is not None:
        notebook.cells[raises].metadata = {"tags": ["raises-exception"], "collapsed": True}
    nbformat.write(notebook, path)


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chapter.ipynb"
    store(path, CHAPTER, raises=3)
    assert refresh.refresh(path).problem is None
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first

    notebook = nbformat.reads(first.decode(), as_version=4)
    assert notebook.metadata == refresh.NOTEBOOK_METADATA
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4]
    assert [output.output_type for output in notebook.cells[1].outputs] == ["stream", "execute_result"]
    assert notebook.cells[1].outputs[0].text == "first\nsecond\n"
    assert notebook.cells[3].metadata == {"tags": ["raises-exception"]}
    assert notebook.cells[3].outputs[0].traceback == [
        "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ]


@pytest.mark.parametrize("source", PROBLEMS)
def test_problem_names_the_cell_and_leaves_the_file(
    source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chapter.ipynb"
    store(path, ["2", source])
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert f"chapter.ipynb: {PROBLEMS[source]}" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_cell_that_must_raise_and_does_not_is_named(tmp_path: Path) -> None:
    store(tmp_path / "chapter.ipynb", ["2", "3"], raises=1)
    problem = refresh.execute(tmp_path / "chapter.ipynb").problem
    assert problem == "cell 2 (cell-1: '3') is tagged raises-exception and raised nothing"


def test_missing_figure_is_named() -> None:
    with pytest.raises(LookupError, match="figure.name 'answer'"):
        refresh.named_figure(new_notebook(), "answer")
