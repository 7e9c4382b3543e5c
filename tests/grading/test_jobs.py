"""Grading on more than one machine gives what grading on one gives."""

import csv
import json
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from grading import jail, jobs
from grading.__main__ import main
from grading.book import load
from grading.verdict import STATUSES, Outcome
from tests.grading.corpus import CHAPTER, FOURTH, PATIENT, ROOT, notebook
from tests.grading.test_odd import in_this_process

CLASS = {
    "ada": notebook(),
    "bob": notebook({"fourth-power": FOURTH.solution.replace("return ", "return -")}),
    "cyd": notebook({"weighted-gradient": "weighted_gradient = 3"}),
    "eve": notebook(first='raise RuntimeError("can\'t start new thread")'),
    "fay": notebook({"fourth-power": "fourth_power_gradient = lambda *_: 1/0"}),
}


def grading(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["grading", *map(str, arguments)])
    main()


@pytest.fixture(scope="module")
def course_and_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course and a class; every test takes a copy."""
    base = tmp_path_factory.mktemp("jobs")
    with pytest.MonkeyPatch.context() as patch:
        grading(patch, "release", CHAPTER, "--to", base / "course")
    with (base / "course" / "nbgrader_config.py").open("a") as config:
        config.write("c.Grade.limits = {'wall_seconds': 900, 'cell_seconds': 300}\n")
    for student, made in CLASS.items():
        (base / "submissions" / student).mkdir(parents=True)
        (base / "submissions" / student / "mine.ipynb").write_text(json.dumps(made))
    (base / "course" / "roster.csv").write_text("\n".join(["id", *CLASS, "absent"]))
    return base


@pytest.fixture
def base(course_and_class: Path, tmp_path: Path) -> Path:
    shutil.copytree(course_and_class, tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[NotebookNode]:
    """What runs, in this process and not in the jail."""
    done: list[NotebookNode] = []

    def run(made: NotebookNode, *arguments: Any) -> jail.Run:
        done.append(made)
        return in_this_process(made, *arguments)

    monkeypatch.setattr(jail, "run", run)
    for probe in ("grading.jail.probe", "grading.nbgrader_plugins._probe"):
        monkeypatch.setattr(probe, lambda *_: None)
    return done


def scores(monkeypatch: pytest.MonkeyPatch, course: Path) -> bytes:
    grading(monkeypatch, "export", course, "--to", course / "scores.csv")
    return (course / "scores.csv").read_bytes()


def test_three_shards_on_three_machines_merge_to_the_file_of_one_run(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("grade", base / "submissions", "--out")
    shutil.copytree(base / "course", base / "alone")
    grading(monkeypatch, *command, base / "alone")
    assert len(runs) == len(CLASS)
    del runs[:]
    untouched = (base / "course" / "gradebook.db").read_bytes()
    for number in (1, 2, 3):
        machine = base / f"machine {number}"
        shutil.copytree(base / "course", machine)
        grading(monkeypatch, *command, machine, "--shard", f"{number}/3")
        assert (machine / "gradebook.db").read_bytes() == untouched
        shutil.copytree(machine / "outcomes", base / "course" / "outcomes", dirs_exist_ok=True)
    assert len(runs) == len(CLASS)  # each on one machine
    grading(monkeypatch, *command, base / "course", "--merge")
    assert len(runs) == len(CLASS)
    assert scores(monkeypatch, base / "course") == scores(monkeypatch, base / "alone")


def test_merging_grades_what_a_lost_shard_has_not(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("grade", base / "submissions", "--out", base / "course")
    grading(monkeypatch, *command, "--shard", "1/2")
    assert 0 < len(runs) < len(CLASS)
    grading(monkeypatch, *command, "--merge")
    assert len(runs) == len(CLASS)


def test_what_timed_out_in_a_shard_is_merged_and_not_run_again(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_ends(made: NotebookNode, *_: object) -> jail.Run:
        runs.append(made)
        return jail.Run([[] for _ in made.cells], {3: "TIMEOUT: no end within 20 s"})

    monkeypatch.setattr(jail, "run", never_ends)
    command = ("grade", base / "submissions", "--out", base / "course", "--student", "ada")
    for more, count in (("--shard", "1/1"), 1), (("--merge",), 1), ((), 2):
        grading(monkeypatch, *command, *more)
        assert len(runs) == count


def test_a_timeout_that_ends_well_the_next_time_is_recorded_again(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    def points() -> str:
        text = scores(monkeypatch, base / "course").decode().splitlines()
        (row,) = (each for each in csv.DictReader(text) if each["student"] == "ada")
        return row[f"{CHAPTER} fourth-power"]

    command = ("grade", base / "submissions", "--out", base / "course", "--student", "ada")
    with monkeypatch.context() as patch:
        slow = jail.Run([[] for _ in range(99)], {3: "TIMEOUT: no end within 20 s"})
        patch.setattr(jail, "run", lambda *_: slow)
        grading(patch, *command)
        assert points() == ""
    grading(monkeypatch, *command)
    assert points() == "3"


@pytest.mark.parametrize("text", ["0/8", "9/8", "2", "a/b", "-1/3", "1/0"])
def test_a_shard_that_is_no_part_of_a_whole_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        grading(monkeypatch, "grade", ".", "--out", ".", f"--shard={text}")
    assert f"must be K/N, as in 2/8, got '{text}'" in capsys.readouterr().err


class Dying(Executor):
    """Workers that are lost with some jobs, as where memory is full, and late with another."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def submit(self, call: Any, /, *arguments: Any, **_: Any) -> "Future[Any]":
        self.calls.append(arguments[-1])
        future: Future[Any] = Future()
        if arguments[-1] == "bob" and self.calls.count("bob") == 1 or arguments[-1] == "eve":
            future.set_exception(MemoryError("the worker was killed"))
        elif arguments[-1] == "fay" and self.calls.count("fay") == 1:
            future.set_result(Outcome("TIMEOUT"))
        else:
            future.set_result(Outcome("GRADED"))
        return future


def test_what_was_lost_with_its_worker_or_late_beside_others_is_tried_again_alone(
    tmp_path: Path,
) -> None:
    job = jobs.Job(tmp_path, tmp_path, load, PATIENT, True, STATUSES)
    pool = Dying()
    outcomes = jobs.grade_all(pool, job, [(CHAPTER, name) for name in ("ada", "bob", "eve", "fay")])
    assert pool.calls == ["ada", "bob", "eve", "fay", "bob", "eve", "fay"]
    statuses = [outcome.status for outcome in outcomes.values()]
    assert statuses == ["GRADED", "GRADED", "UNGRADED", "GRADED"]
    kept = json.loads((tmp_path / "outcomes" / CHAPTER / "eve.json").read_text())
    assert kept["notes"] == ["MemoryError: the worker was killed"] and not kept["scores"]


def test_limits_of_the_configuration_hold_unless_the_command_says_otherwise(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[jail.Limits] = []

    def graded(pool: Executor, job: jobs.Job, todo: object) -> jobs.Outcomes:
        seen.append(job.limits)
        return {}

    monkeypatch.setattr("grading.course.grade_all", graded)
    monkeypatch.setattr(jail, "probe", lambda *_: None)
    command = ("grade", base / "submissions", "--out", base / "course")
    grading(monkeypatch, *command)
    grading(monkeypatch, *command, "--cell-seconds", "7")
    assert [(each.wall_seconds, each.cell_seconds) for each in seen] == [(900, 300), (900, 7)]


def test_workers_elsewhere_know_no_secret_of_this_environment(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("grade", base / "submissions", "--out", base / "course", "--scheduler", "tcp://x:1")
    monkeypatch.setenv("RPT_COURSE_SECRET", "whisper")
    with pytest.raises(SystemExit, match="read the secret from its file and not RPT_COURSE_SECRET"):
        grading(monkeypatch, *command)


class Strange(Executor):
    """A cluster that has not what its jobs import."""

    def submit(self, *arguments: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_exception(RuntimeError("Error during deserialization of the task graph.\nMore"))
        return future


def test_a_cluster_that_cannot_import_the_grader_is_told_how_to_start(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grading.course.executor", lambda *_: nullcontext(Strange()))
    command = ("grade", base / "submissions", "--out", base / "course", "--scheduler", "tcp://x:1")
    with pytest.raises(SystemExit, match=r"with PYTHONPATH=. \(Error during .* graph.\)$"):
        grading(monkeypatch, *command)


def test_without_dask_or_its_scheduler_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SystemExit, match="--scheduler needs Dask"), jobs.executor(1, "tcp://x:1"):
        pass


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    distributed: Any = pytest.importorskip("distributed")
    # Workers are started anew and import what is here.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path]))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("default")  # of Dask's own
def test_two_workers_of_dask_give_the_file_of_one_run(
    base: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--no-sandbox"]
    for student in ("cyd", "fay"):  # each takes seconds here
        shutil.rmtree(base / "submissions" / student)
    shutil.copytree(base / "course", base / "alone")
    command = ("grade", base / "submissions", *options, "--out")
    grading(monkeypatch, *command, base / "alone")
    grading(monkeypatch, *command, base / "course", "--scheduler", scheduler)
    assert scores(monkeypatch, base / "course") == scores(monkeypatch, base / "alone")
