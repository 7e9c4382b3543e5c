"""Good, partial, broken and hostile submissions, and what has to become of each.

They keep the chapter's set-up and exercises and leave its other code out, which saves time.
"""

import copy
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from textwrap import indent

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grading import jail
from grading.book import PACKAGE, load
from grading.questions import Coded

pytest.importorskip("fcntl", reason="grading is tested where Unix is")

ROOT = Path(__file__).parents[2]
CHAPTER = "left-hand-side"
LHS = load(CHAPTER)
# What its exercises use of its first cell; the rest takes a second of each run to import.
SET_UP = "import numpy as np\nfrom rpt_helpers.checks import check"
QUESTIONS = {question.name.removeprefix(f"{CHAPTER}-"): question for question in LHS.questions}
WEIGHTED, FOURTH = QUESTIONS["weighted-gradient"], QUESTIONS["fourth-power"]
assert isinstance(WEIGHTED, Coded) and isinstance(FOURTH, Coded)
RIGHT = {"weighted-gradient": 3.0, "fourth-power": 3.0, "spread-can-pay": 2.0}
NONE = dict.fromkeys(RIGHT, 0.0)
WITHOUT_FOURTH = RIGHT | {"fourth-power": 0.0}
FOURTH_OPEN = {name: points for name, points in RIGHT.items() if name != "fourth-power"}
BLANK = "not looked at"  # the CSV has no score
# Long enough for a busy machine; only what never ends has to end sooner, ten times as late as
# what is right.
PATIENT = jail.Limits(wall_seconds=900, cell_seconds=300, memory=2 * 2**30)
IMPATIENT = replace(PATIENT, cell_seconds=10)
# What a submission leaves running sleeps for years, as many seconds as no other process does.
SECONDS = str(10**9 + os.getpid())

WRONG = {
    "weighted-gradient": "weighted_gradient = lambda *_: np.array([1.0, 2.0])\n",
    "fourth-power": "fourth_power_gradient = lambda *_: np.array([1.0, 2.0])\n",
    "spread-can-pay": "k_mu_sigma = (1.0, 3.0, 1.0)\n",
}


@dataclass
class Case:
    """A submission, and what has to become of it."""

    build: Callable[[Path], object]
    status: str = "GRADED"
    scores: dict[str, float] | str = field(default_factory=lambda: RIGHT)
    notes: str = ""
    limits: jail.Limits = PATIENT


def first_code(made: NotebookNode) -> NotebookNode:
    return next(cell for cell in made.cells if cell.cell_type == "code")


def cell_of(made: NotebookNode, name: str) -> NotebookNode:
    return next(
        c
        for c in made.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == f"{CHAPTER}-{name}"
    )


LIGHT = replace(LHS, notebook=copy.deepcopy(LHS.notebook))
first_code(LIGHT.notebook).source = SET_UP


def notebook(
    answers: dict[str, str] | None = None, first: str = "", last: str = ""
) -> NotebookNode:
    """A student's notebook with these answers or the right ones; `first` and `last` are cells."""
    chapter = copy.deepcopy(LIGHT.notebook)
    solutions = {name: question.solution for name, question in QUESTIONS.items()}
    cells: list[NotebookNode] = []
    for cell in chapter.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if (
            cell.cell_type == "code"
            and not name
            and any(each.cell_type == "code" for each in cells)
        ):
            continue
        cells.append(cell)
        if name.removeprefix(f"{CHAPTER}-") in solutions:
            short = name.removeprefix(f"{CHAPTER}-")
            cell.source = (answers or {}).get(short, solutions[short]).strip("\n")
        elif cell.cell_type == "code" and not name and first:
            cells.append(new_code_cell(first))
    chapter.cells = cells + ([new_code_cell(last)] if last else [])
    return chapter


def stub(name: str) -> str:
    return str(cell_of(LHS.notebook, name).source)


def write(made: NotebookNode, name: str = f"{CHAPTER}.ipynb") -> Callable[[Path], object]:
    def build(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / name).write_text(
            json.dumps(made)
        )  # as it is: nbformat would repair duplicate ids

    return build


def answers(**changed: str) -> Callable[[Path], object]:
    return write(notebook({name.replace("_", "-"): source for name, source in changed.items()}))


def hostile(first: str, last: str = "") -> Callable[[Path], object]:
    """Wrong answers, and code that tries to be paid for them."""
    return write(notebook(WRONG, first, last))


def fourth(body: str) -> Callable[[Path], object]:
    """All right but for the fourth power, whose function has this body."""
    return answers(fourth_power=f"def fourth_power_gradient(k, mu, sigma):\n    {body}\n")


def changed(change: Callable[[NotebookNode], object]) -> Callable[[Path], object]:
    made = notebook()
    change(made)
    return write(made)


def strip_metadata(made: NotebookNode) -> None:
    for index, cell in enumerate(made.cells):
        cell.metadata = NotebookNode()
        cell.id = f"other-{index}"


def split(made: NotebookNode) -> None:
    """Cut an answer into two cells, as an editor does: both keep the metadata."""
    place = made.cells.index(cell_of(made, "fourth-power"))
    second = copy.deepcopy(made.cells[place])
    second.id = "second-half"
    made.cells[
        place
    ].source = "def the_spread(delta, sigma):\n    return 6 * delta**2 + 6 * sigma**2"
    second.source = (
        "def fourth_power_gradient(k, mu, sigma):\n    d = mu - k\n"
        "    return np.array([4 * d**3 + 12 * d * sigma**2, the_spread(d, sigma)])"
    )
    made.cells.insert(place + 1, second)


def link(target: str) -> Callable[[Path], object]:
    def build(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / f"{CHAPTER}.ipynb").symlink_to(folder.parents[1] / target)

    return build


def loose(name: str) -> Callable[[Path], object]:
    """In the student's folder, not in the chapter's."""

    def build(folder: Path) -> None:
        write(notebook(), name)(folder)
        (folder / name).rename(folder.parent / name)
        folder.rmdir()

    return build


def raw(text: str | bytes) -> Callable[[Path], object]:
    def build(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / f"{CHAPTER}.ipynb").write_bytes(text.encode() if isinstance(text, str) else text)

    return build


def beside(name: str, text: str) -> Callable[[Path], object]:
    """All right, with another file in the folder."""

    def build(folder: Path) -> None:
        write(notebook())(folder)
        (folder / name).write_text(text)

    return build


FORGED = 'for n in range(4):\n    print(f"\\n{label} {n} " + \'{"value": [1.0, 2.0]}\')'
IN_HISTORY = """\
import re
cell = get_ipython().history_manager.input_hist_raw[-1]
label = re.search("result-[0-9a-f]+:", cell).group()
"""
READ = """
from pathlib import Path
SOURCE = "course/source/left-hand-side/left-hand-side.ipynb"
for name in ("grading/answers/left_hand_side.py", SOURCE):
    for root in (ROOT, COURSE.rsplit("/", 1)[0], "/proc/1/cwd", "/proc/self/cwd", "../../../.."):
        try:
            text = Path(root, name).read_text()
        except OSError:
            continue
        import sys
        sys.path.insert(0, ROOT)
        from grading.book import load
        for question in load("left-hand-side").questions:
            exec(question.solution.replace("def ", "def _"), globals())
        weighted_gradient, fourth_power_gradient = _weighted_gradient, _fourth_power_gradient
"""
GRADEBOOK = """
import os, sqlite3
for path in (COURSE + "/gradebook.db", "/gradebook.db", "../gradebook.db"):
    if os.path.exists(path):
        with sqlite3.connect(path) as db:
            db.execute("UPDATE grade SET auto_score = 100, manual_score = 100")
for root, _, files in os.walk(COURSE):
    for name in files:
        open(os.path.join(root, name), "a").write("spoiled")
"""
WARNS = """
import sys, warnings
warnings.warn("old")
print("x", file=sys.stderr)
"""
PATCHED = """
import builtins
np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
builtins.all = lambda *_: True
"""
TRANSFORMER = """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
"""
CHILD = f'import subprocess\nsubprocess.Popen(["sleep", "{SECONDS}"], start_new_session=True)'
DAEMON = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{SECONDS}"])
    os._exit(0)
"""
PRINT = """
import builtins, json
honest = json.dumps
json.dumps = lambda line, **k: honest({"value": [1.0, 2.0]} if "value" in line else line)
"""
RUNNER = """
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
"""
THREAD = f"""
import threading, time
def forge():
    label = "result-0:"
    for _ in range(20):
        time.sleep(0.2)
{indent(FORGED, "        ")}
threading.Thread(target=forge).start()
"""

FORGER = "def fourth_power_gradient(*_):\n" + indent(IN_HISTORY + FORGED, "    ")
SWALLOW = """import time
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass"""

HONEST: dict[str, Case] = {
    "reference": Case(write(notebook())),
    "whole-chapter": Case(write(LHS.notebook), scores=NONE),
    "blank": Case(
        answers(**{name.replace("-", "_"): stub(name) for name in QUESTIONS}), scores=NONE
    ),
    "sign": Case(
        answers(fourth_power=FOURTH.solution.replace("return ", "return -")), scores=WITHOUT_FOURTH
    ),
    "three-of-four": Case(
        answers(weighted_gradient=next(each.source for each in WEIGHTED.mutants if each.keeps)),
        scores=RIGHT | {"weighted-gradient": 2.25},
    ),
    "list": Case(
        fourth("d = mu - k; return [4 * d**3 + 12 * d * sigma**2, 6 * d**2 + 6 * sigma**2]")
    ),
    "clears-its-output": Case(
        answers(
            fourth_power="from IPython.display import clear_output\n"
            + FOURTH.solution.replace("delta =", "clear_output(wait=k > -1); delta =")
        )
    ),
    "nan": Case(fourth("return np.array([np.nan, np.nan])"), scores=WITHOUT_FOURTH),
    "inf": Case(fourth("return np.array([np.inf, -np.inf])"), scores=WITHOUT_FOURTH),
}
DAMAGED: dict[str, Case] = {
    "renamed": Case(write(notebook(), "My Homework (3).ipynb")),
    "dots-in-the-name": Case(write(notebook(), "..%2F..%2F..ipynb")),
    "loose": Case(loose("homework.ipynb")),
    "stripped": Case(changed(strip_metadata)),
    "duplicated": Case(
        changed(
            lambda made: made.cells.insert(0, copy.deepcopy(cell_of(made, "fourth-power-check")))
        )
    ),
    "split": Case(changed(split)),
    "deleted": Case(changed(lambda made: made.cells.remove(cell_of(made, "fourth-power-check")))),
    "edited": Case(
        changed(lambda made: cell_of(made, "fourth-power-check").update(source="assert False"))
    ),
    "warns": Case(write(notebook(first=WARNS))),
    "missing-package": Case(write(notebook(first="import a_package_that_is_not_there"))),
    "prints": Case(
        answers(fourth_power=FOURTH.solution.replace("delta =", "print(k, end=''); delta ="))
    ),
}
# The other questions keep their points.
BROKEN: dict[str, Case] = {
    "missing-package-inside": Case(
        fourth("import a_package_that_is_not_there"), scores=WITHOUT_FOURTH
    ),
    "loop": Case(fourth("while True: pass"), "TIMEOUT", FOURTH_OPEN, "no end within", IMPATIENT),
    "loop-that-swallows": Case(fourth(SWALLOW), "TIMEOUT", FOURTH_OPEN, limits=IMPATIENT),
    "loop-first": Case(hostile("while True: pass"), "TIMEOUT", {}, limits=IMPATIENT),
    "loop-last": Case(hostile("", "while True: pass"), "TIMEOUT", NONE, limits=IMPATIENT),
    "sleeps": Case(
        write(notebook(first="import time\ntime.sleep(10**6)")), "TIMEOUT", RIGHT, "", IMPATIENT
    ),
    "endless-printing": Case(
        fourth("while True: print('x' * 1000)"), "CRASHED", FOURTH_OPEN, "printed too much"
    ),
    "exit": Case(fourth("import os; os._exit(0)"), "CRASHED", FOURTH_OPEN, "ended its kernel"),
    "silent": Case(
        write(notebook(first="import io, sys\nsys.stdout = io.StringIO()")),
        "CRASHED",
        {},
        "nothing that it printed arrived",
    ),
    "quit": Case(write(notebook(last="exit()")), "GRADED"),
    "system-exit": Case(fourth("raise SystemExit"), scores=WITHOUT_FOURTH),
    "recursion": Case(fourth("return fourth_power_gradient(k, mu, sigma)"), scores=WITHOUT_FOURTH),
    "memory": Case(fourth("return bytearray(10**12)"), "CRASHED", FOURTH_OPEN, "(MemoryError)"),
    "memory-of-numpy": Case(
        write(notebook(WRONG | {"fourth-power": FOURTH.solution}, "np.ones((10**6, 10**6))")),
        "CRASHED",
        {"fourth-power": 3.0},
        "too much memory",
    ),
    "memory-kept": Case(
        write(notebook(first="kept = []\nwhile True: kept.append(bytearray(10**8))")),
        "CRASHED",
        RIGHT,
        "too much memory",
    ),
    "large-file": Case(
        fourth("open('x', 'wb').write(bytes(10**8))"), "CRASHED", FOURTH_OPEN, "(File too large)"
    ),
    "bad-json": Case(raw('{"cells": ['), "UNREADABLE", BLANK),
    "zipped": Case(
        write(notebook(), "homework.zip"), "UNREADABLE", BLANK, "no notebook among homework.zip"
    ),
    "another-chapter": Case(
        write(load("right-hand-side").notebook),
        "UNREADABLE",
        BLANK,
        "none of the chapter",
    ),
    "not-a-notebook": Case(raw("[1, 2]"), "UNREADABLE", BLANK),
    "binary": Case(raw(bytes(range(256))), "UNREADABLE", BLANK),
    "deep": Case(raw("[" * 100_000), "UNREADABLE", BLANK),
    "half-a-character": Case(raw(json.dumps(notebook(first="'\ud800'"))), "UNREADABLE", BLANK),
    "absent": Case(lambda folder: None, "MISSING", BLANK),
    "empty-folder": Case(lambda folder: folder.mkdir(parents=True), "MISSING", BLANK),
}
HOSTILE: dict[str, Case] = {
    "child": Case(hostile(CHILD), scores=NONE),
    "daemon": Case(hostile(DAEMON), scores=NONE),
    "patched-numpy": Case(hostile(PATCHED), scores=NONE),
    "transformer": Case(hostile(TRANSFORMER), scores=NONE),
    "patched-json": Case(hostile(PRINT), scores=NONE),
    "shadow-file": Case(beside("numpy.py", "raise SystemExit")),
    "shadow-module": Case(
        hostile("open('numpy.py', 'w').write('x')\nopen('json.py', 'w').write('x')"), scores=NONE
    ),
    "forged": Case(hostile(f'label = "result:"\n{FORGED}'), scores=NONE),
    "forged-in-the-answer": Case(
        write(notebook({"fourth-power": FORGER})),
        "GRADED",
        WITHOUT_FOURTH,
        "the grader's own label",
    ),
    "forged-by-a-thread": Case(hostile(THREAD), scores=NONE),
    "gradebook": Case(hostile(GRADEBOOK), scores=NONE),
    "source": Case(hostile("", READ), scores=NONE),
    "source-first": Case(hostile(READ), scores=NONE),
    "kills-the-runner": Case(hostile(RUNNER), scores=NONE),
    "opens-the-runner": Case(
        hostile(
            "import os\nfor each in (f'/proc/{os.getppid()}', '/proc/1'):\n"
            "    for name in ('mem', *(f'fd/{number}' for number in range(40))):\n"
            "        try: os.write(os.open(f'{each}/{name}', os.O_WRONLY), b'x' * 99)\n"
            "        except OSError: pass"
        ),
        scores=NONE,
    ),
    "kills-all": Case(hostile("import os, signal\nos.kill(-1, signal.SIGKILL)"), scores=NONE),
    "script": Case(
        hostile("from IPython.display import HTML\nHTML('<script>alert(4711)</script>')"),
        scores=NONE,
    ),
    "many-processes": Case(
        hostile("import os, time\nfor _ in range(1000):\n    if os.fork() == 0: time.sleep(10**6)"),
        "UNGRADED",
        BLANK,
        "Resource temporarily unavailable",
    ),
    "link": Case(link(f"reference/{CHAPTER}/{CHAPTER}.ipynb"), "MISSING", BLANK),
    "linked-folder": Case(
        lambda folder: folder.parent.symlink_to(folder.parents[1] / "reference"), "MISSING", BLANK
    ),
    "link-to-root": Case(lambda folder: folder.parent.symlink_to("/"), "MISSING", BLANK),
    "huge": Case(
        lambda folder: raw(b" " * (21 * 2**20) + b"{}")(folder), "UNREADABLE", BLANK, "larger than"
    ),
}
CASES = HONEST | DAMAGED | BROKEN | HOSTILE


def submit(student: str, submissions: Path, course: Path) -> None:
    """Hand in a case; an attack is told where the course and the clone are."""
    CASES[student].build(submissions / student / CHAPTER)
    for path in (submissions / student).glob(f"{CHAPTER}/*.ipynb"):
        if not path.is_symlink() and b"COURSE" in path.read_bytes():
            made = nbformat.read(path, as_version=4)
            made.cells.insert(1, new_code_cell(f"COURSE, ROOT = {str(course)!r}, {str(ROOT)!r}"))
            nbformat.write(made, path)


def left_running() -> list[dict[str, object]]:
    """Return the processes of a submission that did not end with it."""
    processes = [process.info for process in psutil.process_iter(["cmdline"])]
    return [info for info in processes if SECONDS in (info["cmdline"] or [])]


@cache
def _why_no_sandbox() -> str:
    try:
        jail.probe(True, PACKAGE)
    except jail.JailError as error:
        return str(error)
    return ""


def need_sandbox() -> None:
    """Skip a test where there are no namespaces; CI has them."""
    if reason := _why_no_sandbox():
        assert not os.environ.get("CI"), reason
        pytest.skip(reason.splitlines()[0])
