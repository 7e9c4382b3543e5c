"""A course with good, partial, broken and hostile submissions, from the command line to the CSV file.

Innocent damage costs nothing, hostile submissions earn nothing and leave nothing behind, and each has its row.
The submissions keep the chapter's set-up and exercises and leave its other code out, which saves time.
"""

import copy
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from grading import jail
from grading.questions import Coded, load

ROOT = Path(__file__).parents[1]
CHAPTER = "left-hand-side"
QUESTIONS = {question.name.removeprefix(f"{CHAPTER}-"): question for question in load(CHAPTER)}
WEIGHTED, FOURTH = QUESTIONS["weighted-gradient"], QUESTIONS["fourth-power"]
assert isinstance(WEIGHTED, Coded) and isinstance(FOURTH, Coded)
RIGHT = {"weighted-gradient": 3.0, "fourth-power": 3.0, "spread-can-pay": 2.0}
NONE = dict.fromkeys(RIGHT, 0.0)
WITHOUT_FOURTH = RIGHT | {"fourth-power": 0.0}
BLANK = "not looked at"  # the CSV has no score

WRONG = {
    "weighted-gradient": "def weighted_gradient(x, w, mu, sigma):\n    return np.array([1.0, 2.0])\n",
    "fourth-power": "def fourth_power_gradient(k, mu, sigma):\n    return np.array([1.0, 2.0])\n",
    "spread-can-pay": "k_mu_sigma = (1.0, 3.0, 1.0)\n",
}


@dataclass
class Case:
    """A submission, and what has to become of it."""

    build: Callable[[Path], object]
    status: str = "GRADED"
    scores: dict[str, float] | str = field(default_factory=lambda: RIGHT)
    notes: str = ""


def notebook(
    answers: dict[str, str] | None = None, first: str = "", last: str = ""
) -> NotebookNode:
    """A student's notebook, by default with all answers right; `first` and `last` are cells around the exercises."""
    chapter = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4)
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
    chapter = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4)
    return next(
        c.source
        for c in chapter.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == f"{CHAPTER}-{name}"
    )


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


def cell_of(made: NotebookNode, name: str) -> NotebookNode:
    return next(
        c
        for c in made.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == f"{CHAPTER}-{name}"
    )


def strip_metadata(made: NotebookNode) -> None:
    for index, cell in enumerate(made.cells):
        cell.metadata = NotebookNode()
        cell.id = f"other-{index}"


def split(made: NotebookNode) -> None:
    """Cut the answer to the fourth power into two cells, as an editor does: both keep the metadata."""
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
IN_HISTORY = 'import re; label = re.search("result-[0-9a-f]+:", get_ipython().history_manager.input_hist_raw[-1]).group()\n'
READ = """
from pathlib import Path
for name in ("homework/overlays/left-hand-side.py", "course/source/left-hand-side/left-hand-side.ipynb"):
    for root in (ROOT, COURSE.rsplit("/", 1)[0], "/proc/1/cwd", "/proc/self/cwd", "../../../.."):
        try:
            text = Path(root, name).read_text()
        except OSError:
            continue
        import sys
        sys.path.insert(0, ROOT)
        from grading.questions import load
        for question in load("left-hand-side"):
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
PATCHED = "np.isclose = np.allclose = np.array_equal = lambda *a, **k: True\nimport builtins\nbuiltins.all = lambda *_: True"
TRANSFORMER = """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
"""
CHILD = 'import subprocess\nsubprocess.Popen(["sleep", "86399"], start_new_session=True)'
DAEMON = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "86399"])
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
        {FORGED.replace(chr(10), chr(10) + "        ")}
threading.Thread(target=forge).start()
"""

FORGER = f"def fourth_power_gradient(*_):\n    {IN_HISTORY}    {FORGED.replace(chr(10), chr(10) + '    ')}\n"
SWALLOW = """import time
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass"""

CASES: dict[str, Case] = {
    # what students hand in
    "reference": Case(write(notebook())),
    "whole-chapter": Case(
        lambda folder: write(nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", 4))(folder),
        scores=NONE,
    ),
    "blank": Case(
        answers(**{name.replace("-", "_"): stub(name) for name in QUESTIONS}), scores=NONE
    ),
    "sign": Case(
        answers(fourth_power=FOURTH.solution.replace("return ", "return -")), scores=WITHOUT_FOURTH
    ),
    "three-of-four": Case(
        answers(
            weighted_gradient=next(source for source, keeps in WEIGHTED.mutants.items() if keeps)
        ),
        scores=RIGHT | {"weighted-gradient": 2.25},
    ),
    "list": Case(
        fourth("d = mu - k; return [4 * d**3 + 12 * d * sigma**2, 6 * d**2 + 6 * sigma**2]")
    ),
    "nan": Case(fourth("return np.array([np.nan, np.nan])"), scores=WITHOUT_FOURTH),
    "inf": Case(fourth("return np.array([np.inf, -np.inf])"), scores=WITHOUT_FOURTH),
    # innocent damage
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
    "warns": Case(
        write(
            notebook(
                first="import warnings\nwarnings.warn('old')\nimport sys\nprint('x', file=sys.stderr)"
            )
        )
    ),
    "missing-package": Case(write(notebook(first="import a_package_that_is_not_there"))),
    "prints": Case(
        fourth(
            f"print(k, end=''); {FOURTH.solution.splitlines()[1].strip()}; {FOURTH.solution.splitlines()[2].strip()}"
        )
    ),
    # broken: the other questions keep their points
    "missing-package-inside": Case(
        fourth("import a_package_that_is_not_there"), scores=WITHOUT_FOURTH
    ),
    "loop": Case(fourth("while True: pass"), "TIMEOUT", WITHOUT_FOURTH, "no end within"),
    "loop-that-swallows": Case(fourth(SWALLOW), "TIMEOUT", WITHOUT_FOURTH),
    "endless-printing": Case(
        fourth("while True: print('x' * 1000)"), "CRASHED", WITHOUT_FOURTH, "printed too much"
    ),
    "exit": Case(fourth("import os; os._exit(0)"), "CRASHED", WITHOUT_FOURTH, "ended its kernel"),
    "quit": Case(write(notebook(last="exit()")), "GRADED"),
    "system-exit": Case(fourth("raise SystemExit"), scores=WITHOUT_FOURTH),
    "recursion": Case(fourth("return fourth_power_gradient(k, mu, sigma)"), scores=WITHOUT_FOURTH),
    "memory": Case(fourth("return bytearray(10**12)"), scores=WITHOUT_FOURTH),
    "memory-kept": Case(
        write(notebook(first="kept = []\nwhile True: kept.append(bytearray(10**8))")),
        "CRASHED",
        RIGHT,
        "too much memory",
    ),
    "large-file": Case(fourth("open('x', 'wb').write(bytes(10**8))"), scores=WITHOUT_FOURTH),
    "bad-json": Case(raw('{"cells": ['), "UNREADABLE", BLANK),
    "another-chapter": Case(
        write(nbformat.read(ROOT / "book" / "right-hand-side.ipynb", as_version=4)),
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
    # hostile
    "child": Case(hostile(CHILD), scores=NONE),
    "daemon": Case(hostile(DAEMON), scores=NONE),
    "patched-numpy": Case(hostile(PATCHED), scores=NONE),
    "transformer": Case(hostile(TRANSFORMER), scores=NONE),
    "patched-json": Case(hostile(PRINT), scores=NONE),
    "shadow-file": Case(beside("numpy.py", "raise SystemExit")),
    "shadow-module": Case(
        hostile("open('numpy.py', 'w').write('x')\nopen('json.py', 'w').write('x')"), scores=NONE
    ),
    "forged": Case(hostile(f'label = "result:"\n{FORGED}'), "TAMPERED", NONE, "look like results"),
    "forged-in-the-answer": Case(write(notebook({"fourth-power": FORGER})), "TAMPERED", NONE),
    "forged-by-a-thread": Case(hostile(THREAD), scores=NONE),
    "gradebook": Case(hostile(GRADEBOOK), scores=NONE),
    "source": Case(hostile("", READ), scores=NONE),
    "source-first": Case(hostile(READ), scores=NONE),
    "kills-the-runner": Case(hostile(RUNNER), scores=NONE),
    "kills-all": Case(hostile("import os, signal\nos.kill(-1, signal.SIGKILL)"), scores=NONE),
    "script": Case(
        hostile("from IPython.display import HTML\nHTML('<script>alert(4711)</script>')"),
        scores=NONE,
    ),
    "many-processes": Case(
        hostile("import os, time\nfor _ in range(1000):\n    if os.fork() == 0: time.sleep(86399)"),
        scores=NONE,
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
NAMES = {
    "reference": ("Ada", 'Smith, "Jr."'),
    "blank": ("=cmd|' /C calc'!A0", "@SUM(1+1)"),
    "sign": ("-1", "+1"),
}
AGAIN = (
    "reference",
    "three-of-four",
    "stripped",
    "loop",
    "exit",
    "forged",
    "gradebook",
    "kills-the-runner",
)
SECRET = "the secret of the tests"


def homework(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "homework", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )


def page_commands() -> list[list[str]]:
    """The four commands as the page for instructors has them."""
    page = (ROOT / "book" / "teaching.md").read_text()
    return [
        line.split()
        for line in re.findall(r"^\.venv/bin/python -m grading (.*)$", page, re.MULTILINE)
    ]


def read_scores(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {
            row["student"]: {key.removeprefix(f"{CHAPTER} "): value for key, value in row.items()}
            for row in csv.DictReader(file)
        }


@dataclass
class Course:
    """The course folder after all four commands, and what they left."""

    folder: Path
    submissions: Path
    scores: dict[str, dict[str, str]]
    seconds: float


@pytest.fixture(scope="module")
def sandbox_works() -> None:
    """CI has namespaces; another machine may not."""
    try:
        jail.probe(sandbox=True)
    except jail.JailError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def course(sandbox_works: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """Release, submit, grade, feedback, export: the commands of the instructors' page."""
    base = tmp_path_factory.mktemp("class")
    folder, submissions = base / "course", base / "submissions"
    release, grade, feedback, export = [
        [word.replace("..", str(base)) for word in each] for each in page_commands()
    ]
    homework(*release)
    (folder / "secret.txt").write_text(SECRET)
    homework(*release)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.Grade.limits = {'memory': 2 * 2**30}\n")
    with (folder / "roster.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "first_name", "last_name", "email", "lms_user_id"])
        for number, student in enumerate([*CASES, "../reference"]):
            writer.writerow(
                [student, *NAMES.get(student, ("", "")), f"{student}@example.org", number]
            )
    for student, case in CASES.items():
        case.build(submissions / student / CHAPTER)
    for path in submissions.glob(f"*/{CHAPTER}/*.ipynb"):
        if not path.is_symlink() and b"COURSE" in path.read_bytes():
            made = nbformat.read(path, as_version=4)
            made.cells.insert(1, new_code_cell(f"COURSE, ROOT = {str(folder)!r}, {str(ROOT)!r}"))
            nbformat.write(made, path)
    (submissions / "stranger").mkdir()
    before = time.monotonic()
    print(homework(*grade, "--cell-seconds", 12).stdout)
    seconds = time.monotonic() - before
    homework(*feedback)
    homework(*export)
    homework("export", folder, "--layout", "canvas", "--to", base / "canvas.csv")
    yield Course(folder, submissions, read_scores(base / "scores.csv"), seconds)


@pytest.mark.parametrize("student", CASES)
def test_status_and_scores_are_as_pinned(course: Course, student: str) -> None:
    row, case = course.scores[student], CASES[student]
    assert row["status"] == case.status, row
    if isinstance(case.scores, str):
        assert row["score"] == row["fourth-power"] == ""
    else:
        assert {name: float(row[name]) for name in RIGHT} == case.scores, row
        assert float(row["score"]) == sum(case.scores.values())
        written = student not in ("blank", "whole-chapter")
        assert row["pending"] == ("3" if written else "0")
    assert case.notes in row["notes"]
    assert row["maximum"] == "11"


def test_each_student_of_the_roster_has_one_row(course: Course) -> None:
    assert sorted(course.scores) == sorted([*CASES, "../reference"])
    assert course.scores["../reference"]["status"] == "UNREADABLE"
    assert course.scores["../reference"]["score"] == ""


def test_names_cannot_shift_columns_or_run_formulas(course: Course) -> None:
    assert course.scores["reference"]["name"] == 'Smith, "Jr.", Ada'
    assert course.scores["blank"]["name"] == "'@SUM(1+1), =cmd|' /C calc'!A0"
    assert course.scores["sign"]["name"] == "'+1, -1"


def test_canvas_layout(course: Course) -> None:
    with (course.folder.parent / "canvas.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CHAPTER]
    assert rows[0]["Student"] == "Points Possible" and rows[0][CHAPTER] == "11"
    scores = {row["SIS Login ID"]: (row["ID"], row[CHAPTER]) for row in rows[1:]}
    assert scores["reference"] == ("0", "8") and scores["absent"][1] == ""
    assert len(rows) == len(CASES) + 2


def test_nothing_is_left_behind(course: Course) -> None:
    left = [
        p.info for p in psutil.process_iter(["cmdline"]) if "86399" in (p.info["cmdline"] or [])
    ]
    assert not left
    for path in course.folder.rglob("*"):
        if path.is_file() and path.suffix in (".ipynb", ".py", ".txt", ".json"):
            assert not path.read_text().endswith("spoiled")


def test_feedback_says_what_is_wrong_and_shows_no_hidden_code(course: Course) -> None:
    pages = {
        path.parent.parent.name: path.read_text()
        for path in course.folder.glob("feedback/*/*/*.html")
    }
    assert len(pages) == sum(not isinstance(case.scores, str) for case in CASES.values())
    for student, page in pages.items():
        text = re.sub(r"<[^>]*>", "", page)
        assert "HIDDEN TESTS" not in text and "_report(" not in text, student
        assert "alert(4711)</script>" not in page
    assert "0 of 4 hidden cases right; in hidden case 1 the sign is flipped" in pages["sign"]
    assert "3 of 4 hidden cases right" in pages["three-of-four"]
    assert "the answer holds NaN" in pages["nan"]
    assert "was not reached" in pages["exit"]


def test_the_cost_of_a_submission(course: Course) -> None:
    # Two at once on two cores: the wall time of one is at least half of its CPU time.
    print(f"{course.seconds / len(CASES):.1f} s a submission")
    assert course.seconds < 10 * len(CASES)


def digest_of(course: Course) -> dict[str, Any]:
    outcomes = {
        path.stem: json.loads(path.read_text()) for path in course.folder.glob("outcomes/*/*.json")
    }
    return {
        name: (each["status"], each["scores"], each["hints"], each["notes"])
        for name, each in outcomes.items()
    }


def test_an_interrupted_run_goes_on_and_a_second_one_gives_the_same(course: Course) -> None:
    before = digest_of(course)
    kept = course.folder / "outcomes" / CHAPTER / "sign.json"
    written = kept.stat().st_mtime_ns
    for student in AGAIN:
        (course.folder / "outcomes" / CHAPTER / f"{student}.json").unlink()
    homework(
        "grade",
        course.submissions,
        "--out",
        course.folder,
        "-j",
        2,
        "--sandbox",
        "--cell-seconds",
        12,
    )
    assert digest_of(course) == before
    assert kept.stat().st_mtime_ns == written
    homework("export", course.folder, "--to", course.folder.parent / "again.csv")
    assert (course.folder.parent / "again.csv").read_bytes() == (
        course.folder.parent / "scores.csv"
    ).read_bytes()


def test_nbgraders_own_commands_and_manual_marks_and_late_penalties(
    course: Course, tmp_path: Path
) -> None:
    """In a copy of the course: autograde, generate_assignment, generate_feedback and export as nbgrader has them."""
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)

    def nbgrader(*arguments: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            ["nbgrader", *arguments],
            cwd=folder,
            env=os.environ | {"PATH": path},
            check=True,
            capture_output=True,
        )

    def scores() -> dict[str, dict[str, str]]:
        homework("export", folder, "--to", folder / "scores.csv")
        return read_scores(folder / "scores.csv")

    with Gradebook(f"sqlite:///{folder}/gradebook.db", "reparameterization") as gradebook:
        gradebook.find_grade(f"{CHAPTER}-weights", CHAPTER, CHAPTER, "sign").manual_score = 2.5
        gradebook.find_grade(
            f"{CHAPTER}-weights", CHAPTER, CHAPTER, "sign"
        ).needs_manual_grade = False
        gradebook.db.commit()
    assert (
        scores()["sign"]["weights"],
        scores()["sign"]["score"],
        scores()["sign"]["pending"],
    ) == ("2.5", "7.5", "0")

    nbgrader("db", "assignment", "add", CHAPTER, "--duedate", "2030-01-10 12:00:00 UTC")
    for student in ("sign", "reference", "list"):
        (folder / "submitted" / student / CHAPTER / "timestamp.txt").write_text(
            "2030-01-11 13:00:00 UTC"
        )
    (folder / "extensions.csv").write_text(
        f"student,chapter,days\nlist,{CHAPTER},1\nreference,{CHAPTER},7\n"
    )
    homework("grade", folder / "submitted", "--out", folder)
    late = scores()
    assert (late["sign"]["late penalty"], late["sign"]["score"], late["sign"]["weights"]) == (
        "1.5",
        "6",
        "2.5",
    )
    assert (late["list"]["late penalty"], late["list"]["score"]) == ("0.8", "7.2")
    assert (late["reference"]["late penalty"], late["reference"]["score"]) == ("0", "8")

    # A better notebook after the mark was given: what was marked by hand stays.
    nbformat.write(notebook(), folder / "submitted" / "sign" / CHAPTER / f"{CHAPTER}.ipynb")
    nbgrader("autograde", CHAPTER, "--student", "sign", "--force")
    assert (scores()["sign"]["fourth-power"], scores()["sign"]["weights"]) == ("3", "2.5")
    nbgrader("generate_feedback", CHAPTER, "--student", "sign", "--force")
    assert "HIDDEN" not in (folder / "feedback" / "sign" / CHAPTER / f"{CHAPTER}.html").read_text()
    nbgrader("export", "--to", str(folder / "nbgrader.csv"))
    assert read_scores(folder / "nbgrader.csv")["sign"]["fourth-power"] == "3"

    # What is released is the chapter, but for outputs and nbgrader's own metadata.
    nbgrader("generate_assignment", CHAPTER, "--force")
    released = nbformat.read(folder / "release" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
    chapter = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4)
    assert [(c.id, c.cell_type, c.source) for c in released.cells] == [
        (c.id, c.cell_type, c.source) for c in chapter.cells
    ]
    assert "stub" not in {key for cell in released.cells for key in cell.metadata}


def run_cells(
    *sources: str, limits: jail.Limits | None = None
) -> tuple[list[list[Any]], list[str], str]:
    made = nbformat.v4.new_notebook(cells=[new_code_cell(source) for source in sources])
    return jail.run(made, limits or jail.Limits(cell_seconds=10), sandbox=False)


def test_without_the_sandbox_nothing_outlives_a_run_either() -> None:
    outputs, _, _ = run_cells(
        CHILD.replace("86399", "86398"), DAEMON.replace("86399", "86398"), "print(1)"
    )
    assert outputs[2][0]["text"] == "1\n"
    assert not [p for p in psutil.process_iter(["cmdline"]) if "86398" in (p.info["cmdline"] or [])]


@pytest.mark.usefixtures("sandbox_works")
@pytest.mark.parametrize("sandbox", [False, True])
def test_what_the_sandbox_hides(sandbox: bool, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"""
import os, socket
def reach(name, action):
    try:
        action()
        print(name)
    except OSError:
        pass
reach("network", lambda: socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 2))
reach("overlays", lambda: os.listdir({str(ROOT / "homework" / "overlays")!r}))
reach("files", lambda: open({str(victim)!r}, "a"))
reach("package", lambda: open({str(ROOT / "rpt_helpers" / "py.typed")!r}, "r+"))
reach("processes", lambda: os.kill({os.getpid()}, 0))
"""
        outputs, _, _ = jail.run(
            nbformat.v4.new_notebook(cells=[new_code_cell(code)]), jail.Limits(), sandbox
        )
    reached = "".join(output["text"] for output in outputs[0]).split()
    assert reached == ([] if sandbox else ["network", "overlays", "files", "package", "processes"])


def test_the_secret_is_not_in_the_kernels_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPT_COURSE_SECRET", "whisper")
    outputs, _, _ = run_cells("import os\nprint('whisper' in str(os.environ))")
    assert outputs[0][0]["text"] == "False\n"


def test_the_wall_limit_ends_everything() -> None:
    before = time.monotonic()
    _, reasons, _ = run_cells(
        "while True: pass", "while True: pass", limits=jail.Limits(wall_seconds=6, cell_seconds=4)
    )
    assert time.monotonic() - before < 40
    assert reasons[0].startswith("TIMEOUT")


@pytest.mark.usefixtures("sandbox_works")
def test_the_sandbox_without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    jail.probe(sandbox=True)


def test_grading_refuses_where_the_sandbox_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "_SETUP", "echo no namespaces here >&2; exit 1")
    with pytest.raises(
        jail.JailError,
        match=r"the sandbox cannot start here; nothing was graded.\n.*\nno namespaces",
    ):
        jail.probe(sandbox=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("grade", ".", "--out", "nowhere"), "nowhere is not a course folder"),
        (("feedback", "nowhere"), "nowhere is not a course folder"),
        (("release", "no-such-chapter", "--to", "nowhere"), "invalid choice: 'no-such-chapter'"),
    ],
)
def test_mistakes_of_an_instructor_are_named(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        homework(*arguments)
    assert message in caught.value.stderr and "Traceback" not in caught.value.stderr


def test_a_course_without_a_secret_is_refused(tmp_path: Path) -> None:
    homework("release", CHAPTER, "--to", tmp_path)
    secret = (tmp_path / "secret.txt").read_text()
    assert len(secret.strip()) == 64 and (tmp_path / "secret.txt").stat().st_mode & 0o777 == 0o600
    homework("release", CHAPTER, "--to", tmp_path)
    assert (tmp_path / "secret.txt").read_text() == secret
    (tmp_path / "secret.txt").unlink()
    (tmp_path / "submissions" / "ada").mkdir(parents=True)
    shutil.copy(ROOT / "book" / f"{CHAPTER}.ipynb", tmp_path / "submissions" / "ada")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        homework("grade", tmp_path / "submissions", "--out", tmp_path)
    assert "no course secret: set RPT_COURSE_SECRET" in caught.value.stderr
