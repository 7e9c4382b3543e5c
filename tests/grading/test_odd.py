"""Odd but right: whatever an honest student does to a notebook, right answers earn all points.

The cells run in this process, which costs a hundredth of the jail; what needs a kernel stands in
the corpus. Each case goes the whole way from a file to an outcome.
"""

import atexit
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from traitlets.config import Config

from grading import jail
from grading.book import load
from grading.merge import merge
from grading.questions import Claimed
from grading.submissions import grade_submission
from grading.verdict import Outcome
from tests.grading.corpus import (
    CHAPTER,
    PATIENT,
    QUESTIONS,
    RIGHT,
    cell_of,
    first_code,
    notebook,
    stub,
)

BLANK = {name: stub(name) for name in QUESTIONS}
WEIGHTED = "def weighted_gradient(x, w, mu, sigma):\n"
FOURTH = "def fourth_power_gradient(k, mu, sigma):\n    d = mu - k\n"
VALUES = "4 * d**3 + 12 * d * sigma**2, 6 * d**2 + 6 * sigma**2"


def in_this_process(
    made: NotebookNode, limits: jail.Limits, sandbox: bool, package: Path
) -> jail.Run:
    """Run cells as a kernel does."""
    config = Config(HistoryManager={"enabled": False})  # which is in a developer's home
    shell: Any = InteractiveShell(config=config)  # type: ignore[no-untyped-call]
    # At its end each would collect garbage, all together for a minute.
    atexit.unregister(shell.atexit_operations)
    outputs = []
    for cell in made.cells:
        told: list[Any] = []
        if cell.cell_type == "code":
            with capture_output() as captured:
                result = shell.run_cell(cell.source, store_history=True)
            told = [new_output("stream", text=captured.stdout)]
            if error := result.error_in_exec or result.error_before_exec:
                told.append(new_output("error", ename=type(error).__name__, evalue=str(error)))
        outputs.append(told)
    return jail.Run(outputs, {})


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(jail, "run", in_this_process)
    monkeypatch.setenv("RPT_COURSE_SECRET", "the secret of the tests")
    folder = tmp_path / "course" / "source" / CHAPTER
    folder.mkdir(parents=True)
    source = merge(load(CHAPTER).notebook, load(CHAPTER).questions)
    nbformat.write(source, folder / f"{CHAPTER}.ipynb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pytest makes them errors
        yield tmp_path / "course"


def graded(course: Path) -> Outcome:
    handed_in = course.parent / "submissions"
    outcome = grade_submission(course, handed_in, load(CHAPTER), "ada", PATIENT, sandbox=False)
    assert {"ada"} == {path.name for path in handed_in.iterdir()}
    return outcome


def earns_all(outcome: Outcome) -> None:
    points = {name.removeprefix(f"{CHAPTER}-"): value for name, value in outcome.scores.items()}
    assert (outcome.status, points) == ("GRADED", RIGHT), (outcome.notes, outcome.hints)


def handed_in(course: Path, name: str = f"{CHAPTER}/{CHAPTER}.ipynb") -> Path:
    path = course.parent / "submissions" / "ada" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


# ---------------------------------------------------------------- what stands in the notebook

Change = Callable[[NotebookNode], object]


def answer(name: str, source: str) -> Change:
    return lambda made: cell_of(made, name).update(source=source)


def fourth(body: str, before: str = "") -> Change:
    return answer("fourth-power", f"{before}{FOURTH}    {body}\n")


def claim(more: str) -> Change:
    """The right claim, and lines that put it another way."""
    question = QUESTIONS["spread-can-pay"]
    assert isinstance(question, Claimed)
    return answer("spread-can-pay", f"{question.solution}\n{more.format(question.value)}")


def set_up(first: str = "", last: str = "") -> Change:
    """Lines before or after what the chapter's first cell has."""

    def change(made: NotebookNode) -> None:
        cell = first_code(made)
        cell.source = "\n".join(filter(None, [first, cell.source, last]))

    return change


def scratch(source: str, last: bool = False) -> Change:
    """A cell of the student's own after the set-up, or at the end."""

    def change(made: NotebookNode) -> None:
        place = made.cells.index(first_code(made)) + 1
        made.cells.insert(len(made.cells) if last else place, new_code_cell(source))

    return change


def without(kept: Callable[[NotebookNode], bool]) -> Change:
    return lambda made: made.update(cells=[cell for cell in made.cells if kept(cell)])


def is_check(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def without_set_up_and_checks(made: NotebookNode) -> None:
    made.cells.remove(first_code(made))
    without(lambda cell: not is_check(cell))(made)


def reversed_exercises(made: NotebookNode) -> None:
    place = made.cells.index(cell_of(made, "weights"))
    made.cells = made.cells[:place] + made.cells[:place:-1] + [made.cells[place]]


def checks_first(made: NotebookNode) -> None:
    checks = [cell for cell in made.cells if is_check(cell)]
    without(lambda cell: not is_check(cell))(made)
    made.cells[1:1] = checks


def late(source: str) -> Change:
    """The answer in a cell of its own at the end; the stub stays."""

    def change(made: NotebookNode) -> None:
        cell_of(made, "fourth-power").source = BLANK["fourth-power"]
        made.cells.append(new_code_cell(source))

    return change


def bare(made: NotebookNode) -> None:
    for cell in made.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)
    made.update(metadata=NotebookNode(), nbformat_minor=2)


def metadata_of_editors(made: NotebookNode) -> None:
    made.metadata = NotebookNode(colab={"provenance": []}, accelerator="GPU")
    for cell in made.cells:
        cell.metadata |= {"id": "x7", "vscode": {"languageId": "python"}, "colab": {"base_uri": ""}}


ODD: dict[str, Change] = {
    "nothing odd": lambda made: None,
    # Values of any kind.
    "a list": fourth(f"return [{VALUES}]"),
    "a tuple": fourth(f"return {VALUES}"),
    "a map": fourth(f"return map(float, ({VALUES}))"),
    "a generator": fourth(f"return (each for each in ({VALUES}))"),
    "float32": fourth(f"return np.array([{VALUES}], dtype=np.float32)"),
    "an array of objects": fourth(f"return np.array([{VALUES}], dtype=object)"),
    "a list of arrays without axes": fourth(f"return [np.array(each) for each in ({VALUES})]"),
    "a matrix with one column": fourth(f"return np.array([{VALUES}])[:, None]"),
    "a numpy matrix": fourth(f"return np.asmatrix([{VALUES}]).T"),
    "a masked array": fourth(f"return np.ma.array([{VALUES}])"),
    "complex without an imaginary part": fourth(f"return np.array([{VALUES}]) + 0j"),
    "Python's complex": fourth(f"return [complex(each) for each in ({VALUES})]"),
    "sympy numbers": fourth(
        f"return [sp.Float(each) for each in ({VALUES})]", "import sympy as sp\n"
    ),
    "a sympy matrix": fourth(f"return sp.Matrix([{VALUES}])", "import sympy as sp\n"),
    "fractions": fourth(
        f"return [Fraction(each) for each in ({VALUES})]", "from fractions import Fraction\n"
    ),
    "decimals": fourth(
        f"return [Decimal(each) for each in ({VALUES})]", "from decimal import Decimal\n"
    ),
    "a deque": fourth(f"return deque([{VALUES}])", "from collections import deque\n"),
    "a tuple of sympy": fourth(f"return sp.Tuple({VALUES})", "import sympy as sp\n"),
    "what numpy takes for an array": fourth(
        f"return Slope([{VALUES}])",
        "class Slope:\n    def __init__(self, values):\n        self.values = values\n"
        "    def __array__(self, dtype=None, copy=None):\n        return np.array(self.values)\n",
    ),
    "a named tuple": fourth(
        f"return Slope({VALUES})",
        "from collections import namedtuple\nSlope = namedtuple('Slope', 'mu variance')\n",
    ),
    "nearly right, as of an optimizer": fourth(f"return np.array([{VALUES}]) * (1 + 9e-6)"),
    "a claim in a list": claim("{0} = list({0})"),
    "a claim in an array": claim("{0} = np.array({0})"),
    "a claim in a map": claim("{0} = map(float, {0})"),
    "a claim with a type": claim("{0}: tuple = {0}"),
    "a claim in two steps": claim("first, *rest = {0}\n{0} = [first]\n{0} += rest"),
    # Functions of any kind.
    "loops": answer(
        "weighted-gradient",
        WEIGHTED + "    a = b = 0\n    for i in range(len(x)):\n"
        "        a += 2 * w[i] * (mu - x[i])\n"
        "        b += 2 * w[i] * sigma\n    return a, b\n",
    ),
    "finite differences": answer(
        "weighted-gradient",
        "def E(x, w, mu, sigma):\n    return sum(w * ((mu - x)**2 + sigma**2))\n"
        + WEIGHTED
        + "    h = 1e-5\n    return [(E(x, w, mu + h, sigma) - E(x, w, mu - h, sigma)) / (2 * h),\n"
        "            (E(x, w, mu, sigma + h) - E(x, w, mu, sigma - h)) / (2 * h)]\n",
    ),
    "quadrature": answer(
        "fourth-power",
        "def fourth_power_gradient(k, mu, sigma):\n"
        "    nodes, weights = np.polynomial.hermite_e.hermegauss(9)\n"
        "    y = mu + sigma * nodes\n"
        "    return [weights @ (4 * (y - k)**3) / weights.sum(),\n"
        "            weights @ (6 * (y - k)**2) / weights.sum()]\n",
    ),
    "a lambda": answer(
        "weighted-gradient",
        "weighted_gradient = lambda x, w, mu, s: 2 * np.array([w @ (mu - x), w.sum() * s])",
    ),
    "other names of the arguments": answer(
        "weighted-gradient",
        "def weighted_gradient(data, weights, m, s):\n"
        "    return 2 * np.array([weights @ (m - data), weights.sum() * s])\n",
    ),
    "an object that can be called": answer(
        "fourth-power",
        "class Fourth:\n    def __call__(self, k, mu, sigma):\n        d = mu - k\n"
        f"        return np.array([{VALUES}])\n\nfourth_power_gradient = Fourth()\n",
    ),
    "a cache": fourth(f"return np.array([{VALUES}])", "import functools\n@functools.lru_cache\n"),
    "a partial": answer(
        "fourth-power",
        "from functools import partial\ndef g(n, k, mu, sigma):\n    d = mu - k\n"
        f"    return [{VALUES}]\n"
        "fourth_power_gradient = partial(g, 4)\n",
    ),
    "types and a docstring": answer(
        "fourth-power",
        "def fourth_power_gradient(k: float, mu: float, sigma: float) -> np.ndarray:\n"
        f'    """Of E (y - k)^4."""\n    d = mu - k\n    return np.array([{VALUES}])\n',
    ),
    "an answer that prints": fourth(f"print(k, mu, sigma, end=''); return np.array([{VALUES}])"),
    "an answer that changes its arguments": answer(
        "weighted-gradient", WEIGHTED + "    x -= mu\n    return -2 * w @ x, 2 * w.sum() * sigma\n"
    ),
    "an answer that warns": fourth(
        f"warnings.warn('slow'); return [{VALUES}]", "import warnings\n"
    ),
    "indented": late(
        "if True:\n    def fourth_power_gradient(k, mu, sigma):\n        d = mu - k\n"
        f"        return {VALUES}\n"
    ),
    "late": late(f"{FOURTH}    return {VALUES}\n"),
    "late, with other names": late(
        "first = second = fourth_power_gradient = lambda k, mu, sigma: "
        "(4 * (mu - k)**3 + 12 * (mu - k) * sigma**2, 6 * (mu - k)**2 + 6 * sigma**2)"
    ),
    "by another name": late(
        f"def mine(k, mu, sigma):\n    d = mu - k\n    return {VALUES}\n\n"
        "fourth_power_gradient = mine"
    ),
    "magic for the time": answer("fourth-power", f"%%time\n{FOURTH}    return {VALUES}\n"),
    # Names of our own, and prints that look like ours.
    "prints like results": scratch(
        'print("result:", 1, {"mu": 3.0})\nprint("result-mu:", 1, {"mu": 3.0, "sigma": 0.5})'
    ),
    "builtins as names": scratch(
        "list = [1.0, 2.0]; tuple = (1, 2); dict = {'a': 1}; enumerate = 1; map = zip = range = 0\n"
        "isinstance = hasattr = type = str = float = complex = 0\nException = None; json = 0"
    ),
    "print as a name": scratch("print = 3"),
    "check as a name": scratch("check = abs(1 - 2) < 1e-9"),
    "our own names": scratch("_report = plain = label = answer = cases = number = case = line = 0"),
    "a file called json": scratch("import sys\nsys.modules.pop('json', None)"),
    # The set-up.
    "an import that fails, first": set_up("import torch_that_is_not_installed"),
    "an import that fails, last": set_up(last="import torch_that_is_not_installed"),
    "Google's drive": set_up("from google.colab import drive\ndrive.mount('/content/drive')"),
    "matplotlib's widget": set_up("%matplotlib widget_that_is_not_installed"),
    "an import with a typing mistake": set_up("import nunpy as np"),
    "a syntax error in the set-up": set_up("import pandas as pd as"),
    "no set-up": lambda made: made.cells.remove(first_code(made)),
    "neither set-up nor checks": without_set_up_and_checks,
    "checks deleted": without(lambda cell: not is_check(cell)),
    "numpy without its short name": set_up("from numpy import *"),
    "sympy's names": set_up(last="from sympy import *"),
    "warnings as errors": set_up(last="import warnings\nwarnings.simplefilter('error')"),
    "logging": set_up(last="import logging\nlogging.basicConfig(level=logging.DEBUG, force=True)"),
    "other seed": set_up(last="np.random.seed(1)"),
    # Cells.
    "a cell with an error": scratch("1 / 0"),
    "a cell that is no Python": scratch("E f = sum (mu - x)^2"),
    "a shell's commands": scratch("!pip --version\n%pip --version"),
    "a cell that asks": scratch("name = input('your name? ')"),
    "empty cells": scratch(""),
    "scratch work that overwrites": scratch("x, w, mu, sigma, k = 1, 2, 3, 4, 5", last=True),
    "exercises in reverse": reversed_exercises,
    "checks first": checks_first,
    "metadata of editors": metadata_of_editors,
    "without ids and metadata": bare,
    "Windows' ends of lines": lambda made: [
        cell.update(source=cell.source.replace("\n", "\r\n")) for cell in made.cells
    ],
    "a tab for four spaces": fourth("return [" + VALUES + "]", "\t\n"),
    "prose edited": lambda made: [
        cell.update(source=cell.source + "\n\nnoted") for cell in made.cells
        if cell.cell_type == "markdown"
    ],
    "an attachment": lambda made: made.cells.append(
        new_markdown_cell("![p](attachment:p.png)", attachments={"p.png": {"image/png": "AAAA"}})
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_notebook_with_right_answers_earns_all(name: str, course: Path) -> None:
    made = notebook()
    ODD[name](made)
    handed_in(course).write_text(json.dumps(made))
    outcome = graded(course)
    earns_all(outcome)
    assert not outcome.notes


# ---------------------------------------------------------------- how it was saved


def plain() -> dict[str, Any]:
    return dict(json.loads(json.dumps(notebook())))


def cells_with(**keys: Any) -> bytes:
    made = plain()
    for cell in made["cells"]:
        cell |= keys
    return json.dumps(made).encode()


def without_keys(*names: str) -> bytes:
    made = plain()
    for cell in made["cells"]:
        for name in names:
            cell.pop(name, None)
    return json.dumps(made).encode()


FILES: dict[str, tuple[str, bytes]] = {
    "a byte order mark": (f"{CHAPTER}/x.ipynb", b"\xef\xbb\xbf" + cells_with()),
    "UTF-16": (f"{CHAPTER}/x.ipynb", cells_with().decode().encode("utf-16")),
    "capitals in the ending": (f"{CHAPTER}/X.IPYNB", cells_with()),
    "no execution counts": (f"{CHAPTER}/x.ipynb", without_keys("execution_count")),
    "no outputs": (f"{CHAPTER}/x.ipynb", without_keys("outputs")),
    "an unknown key in each cell": (f"{CHAPTER}/x.ipynb", cells_with(mine=1)),
    "one id for all cells": (f"{CHAPTER}/x.ipynb", cells_with(id="same")),
    "outputs of another program": (f"{CHAPTER}/x.ipynb", cells_with(outputs=[{"x": 1}])),
    "sources as lists of lines": (
        f"{CHAPTER}/x.ipynb",
        json.dumps(
            {**plain(), "cells": [
                {**cell, "source": cell["source"].splitlines(keepends=True)}
                for cell in plain()["cells"]
            ]}
        ).encode(),
    ),
    "no version": (
        f"{CHAPTER}/x.ipynb",
        json.dumps({"cells": plain()["cells"]}).encode(),
    ),
    "version 3": (
        f"{CHAPTER}/x.ipynb",
        nbformat.writes(nbformat.from_dict(plain()), version=3).encode(),
    ),
    "a name that a browser made longer": (f"{CHAPTER}/x.ipynb.txt", cells_with()),
    "a folder in the folder": (f"{CHAPTER}/my homework/final/x.ipynb", cells_with()),
    "a folder with a name of its own": ("lhs/homework 1.ipynb", cells_with()),
    "no folder": ("homework.ipynb", cells_with()),
    "a name with spaces and signs": (f"{CHAPTER}/Kopie von «lhs» (3).ipynb", cells_with()),
    "ends of lines of Windows": (
        f"{CHAPTER}/x.ipynb",
        json.dumps(plain(), indent=1).replace("\n", "\r\n").encode(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_however_it_was_saved_right_answers_earn_all(name: str, course: Path) -> None:
    place, content = FILES[name]
    handed_in(course, place).write_bytes(content)
    earns_all(graded(course))
    assert handed_in(course, place).read_bytes() == content


COPIES = (f"{CHAPTER}.ipynb", f"{CHAPTER} (1).ipynb")


@pytest.mark.parametrize("newer", ["blank", "solved"])
@pytest.mark.parametrize(("solved", "blank"), [COPIES, COPIES[::-1]])
def test_of_two_notebooks_the_solved_one_counts_and_a_note_names_both(
    solved: str, blank: str, newer: str, course: Path
) -> None:
    for name, made in ((solved, notebook()), (blank, notebook(BLANK))):
        handed_in(course, f"{CHAPTER}/{name}").write_text(json.dumps(made))
    older = blank if newer == "solved" else solved
    os.utime(handed_in(course, f"{CHAPTER}/{older}"), (10**9, 10**9))
    outcome = graded(course)
    earns_all(outcome)
    assert outcome.notes == [f"2 notebooks; graded: {solved}; not graded: {blank}"]


def test_what_a_system_hides_is_no_second_notebook(course: Path) -> None:
    handed_in(course).write_text(json.dumps(notebook()))
    handed_in(course, f"{CHAPTER}/._{CHAPTER}.ipynb").write_bytes(b"\0Mac OS X")
    hidden = handed_in(course, f"{CHAPTER}/.ipynb_checkpoints/{CHAPTER}-checkpoint.ipynb")
    hidden.write_text(json.dumps(notebook(BLANK)))
    outcome = graded(course)
    earns_all(outcome)
    assert not outcome.notes


def test_what_was_handed_in_stays_as_it_is(course: Path) -> None:
    """Also where the course folder's own submissions are graded, as on a JupyterHub."""
    original = course / "submitted" / "ada" / CHAPTER / f"{CHAPTER}.ipynb"
    original.parent.mkdir(parents=True)
    original.write_text(json.dumps(notebook()))
    before = original.read_bytes()
    earns_all(grade_submission(course, course / "submitted", load(CHAPTER), "ada", PATIENT, False))
    assert original.read_bytes() == before


# ---------------------------------------------------------------- derivations


def written(course: Path) -> tuple[str, str]:
    """Return the written answer of the repaired copy, and the chapter's stub."""
    path = course / "repaired" / "ada" / CHAPTER / f"{CHAPTER}.ipynb"
    return cell_of(nbformat.read(path, as_version=4), "weights").source, BLANK["weights"]


DERIVED: dict[str, Change] = {
    "in its cell": answer("weights", r"$E f = W[(\mu - m)^2 + \sigma^2]$"),
    "in a new cell": lambda made: made.cells.append(new_markdown_cell("Here is my derivation.")),
    "in a raw cell": lambda made: made.cells.append(nbformat.v4.new_raw_cell("E f = ...")),
    "in the prompt": lambda made: made.cells[0].update(source=made.cells[0].source + "\n\nE f = 1"),
    "as an attached picture": ODD["an attachment"],
}


@pytest.mark.parametrize("name", DERIVED)
def test_a_derivation_is_shown_to_a_person_wherever_it_stands(name: str, course: Path) -> None:
    made = notebook(BLANK)
    DERIVED[name](made)
    handed_in(course).write_text(json.dumps(made))
    graded(course)
    answer, blank = written(course)
    assert answer.strip() != blank.strip()


def test_only_a_notebook_with_no_text_but_the_chapters_is_blank(course: Path) -> None:
    handed_in(course).write_text(json.dumps(notebook(BLANK)))
    graded(course)
    answer, blank = written(course)
    assert answer.strip() == blank.strip()


def test_a_picture_beside_the_notebook_reaches_whoever_marks(course: Path) -> None:
    handed_in(course).write_text(json.dumps(notebook(BLANK)))
    handed_in(course, f"{CHAPTER}/my photo](x).jpg").write_bytes(b"\xff\xd8\xff")
    handed_in(course, f"{CHAPTER}/evil.svg").write_text("<svg/>")
    graded(course)
    answer, _ = written(course)
    assert answer.endswith("[my-photo--x-.jpg](my%20photo%5D%28x%29.jpg)")
    for folder in ("repaired", "submitted"):
        names = {path.name for path in (course / folder / "ada" / CHAPTER).iterdir()}
        assert names == {f"{CHAPTER}.ipynb", "my photo](x).jpg"}


# ---------------------------------------------------------------- time stamps


@pytest.mark.parametrize(
    ("stamp", "read"),
    [
        ("2030-01-11 13:00:00 UTC", True),
        ("2030-01-11 13:00:00.000000 CET", True),
        ("2030-01-11 13:00:00 Europe/Zurich", True),
        ("last Friday, I think", False),
    ],
)
def test_a_time_stamp_is_read_in_any_zone_or_noted(stamp: str, read: bool, course: Path) -> None:
    handed_in(course).write_text(json.dumps(notebook()))
    handed_in(course, f"{CHAPTER}/timestamp.txt").write_text(stamp)
    outcome = graded(course)
    earns_all(outcome)
    copied = course / "repaired" / "ada" / CHAPTER / "timestamp.txt"
    assert copied.exists() == read
    assert bool(re.search("timestamp.txt is not a time", str(outcome.notes))) != read
