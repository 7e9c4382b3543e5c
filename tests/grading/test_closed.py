"""What the plug-ins fail to do ends in no points and an error, never in full marks."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.converters import Autograde
from traitlets.config import Config

from grading import jail, nbgrader_plugins
from grading.book import load
from grading.verdict import Outcome
from tests.grading.corpus import CHAPTER, ROOT, notebook

BIN = Path(sys.executable).parent


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a blank notebook handed in, as it is released, and one with right answers."""
    course = tmp_path_factory.mktemp("closed") / "course"
    command = (sys.executable, "-m", "grading", "release", CHAPTER, "--to", str(course))
    assert run(*command, cwd=ROOT).returncode == 0
    for student in ("blank", "right"):
        (course / "submitted" / student / CHAPTER).mkdir(parents=True)
    file = f"{CHAPTER}.ipynb"
    shutil.copy(course / "release" / CHAPTER / file, course / "submitted" / "blank" / CHAPTER)
    right = nbformat.read(course / "release" / CHAPTER / file, as_version=4)
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook().cells
        if "nbgrader" in cell.metadata
    }
    for cell in right.cells:
        if "nbgrader" in cell.metadata:
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    nbformat.write(right, course / "submitted" / "right" / CHAPTER / file)
    return course


def moved(config: str) -> str:
    return re.sub(r"sys.path.insert\(0, .*\)", 'sys.path.insert(0, "/moved")', config)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (moved, "nbgrader_config.py the path of the clone is wrong"),
        (
            lambda config: config.replace("configure(c, load)", ""),
            "only-the-steps-of-nbgrader_config.py",
        ),
        (lambda config: config.replace("configure(c, load)", "configure("), "only-the-steps-of"),
        (
            lambda config: f"{config}\nfrom grading import jail\njail._SETUP = 'exit 1'\n",
            "the sandbox cannot start here; nothing was graded",
        ),
    ],
    ids=[
        "the clone was moved",
        "the steps are not named",
        "the file is not Python",
        "there are no namespaces",
    ],
)
def test_nbgrader_without_the_steps_grades_nobody(
    spoil: Callable[[str], str], sentence: str, handed_in: Path, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    shutil.copytree(handed_in, course)
    config = course / "nbgrader_config.py"
    config.write_text(spoil(config.read_text()))
    done = run("nbgrader", "autograde", CHAPTER, "--create", cwd=course)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert not list(course.glob("autograded/*/*/*.ipynb"))


def test_nbgrader_without_the_secret_grades_nobody(handed_in: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(handed_in, course)
    (course / "secret-id").unlink()
    done = run("nbgrader", "autograde", CHAPTER, "--create", cwd=course)
    assert done.returncode != 0
    assert "nothing was graded" in done.stderr and "RPT_COURSE_SECRET" in done.stderr
    assert not list(course.glob("autograded/*/*/*.ipynb"))


def test_a_test_that_nbgrader_runs_itself_earns_nothing(handed_in: Path) -> None:
    source = nbformat.read(handed_in / "source" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
    tests = [c.source for c in source.cells if c.metadata.get("nbgrader", {}).get("points")]
    for test in tests[1:]:  # the first is written
        with pytest.raises(RuntimeError, match="not graded"):
            exec(
                test,
                dict.fromkeys(re.findall(r"\w+", test))
                | {"check": print, "RuntimeError": RuntimeError},
            )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda patch: patch.setattr(nbgrader, "__version__", "0.10.0"), "nbgrader 0.10.0 is inst"),
        (
            lambda patch: patch.setattr(
                Autograde.autograde_preprocessors, "default", lambda: [object]
            ),
            "nbgrader has no step Execute, SaveAutoGrades any more; nothing is done",
        ),
    ],
)
def test_another_nbgrader_is_refused(
    change: Callable[[pytest.MonkeyPatch], None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    with pytest.raises(SystemExit, match=sentence):
        nbgrader_plugins.configure(Config(), load)


def test_the_sandbox_is_on_where_nobody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sandbox: bool, package: Path) -> None:
        raise jail.JailError(f"asked for with {sandbox}")

    monkeypatch.setattr(nbgrader_plugins, "_probe", refuse)
    resources = {"nbgrader": {"assignment": CHAPTER, "student": "ada", "notebook": CHAPTER}}
    with pytest.raises(jail.JailError, match="asked for with True"):
        nbgrader_plugins.Grade(load=load).preprocess(notebook(), resources)


def test_a_run_by_nbgrader_itself_runs_again_what_is_already_graded(
    handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does `nbgrader autograde --force`, which comes here; only our own command keeps."""
    runs: list[str] = []

    def graded(*arguments: Any) -> Outcome:
        runs.append(arguments[2])
        return Outcome("GRADED", notebook=notebook())

    monkeypatch.setattr(nbgrader_plugins, "grade", graded)
    monkeypatch.setattr(nbgrader_plugins, "_probe", lambda *_: None)
    monkeypatch.setattr(nbgrader_plugins, "_course", lambda _: handed_in)
    at = {"assignment": CHAPTER, "student": "ada", "notebook": CHAPTER}
    for keep in ([], [], ["GRADED"]):
        step = nbgrader_plugins.Grade(keep=keep, load=load)
        step.preprocess(notebook(), {"nbgrader": at})
    assert runs == ["ada", "ada"]
