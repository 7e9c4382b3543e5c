"""The course secret is no file of the course folder, and without it nobody is graded."""

import pickle
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grading import jobs, secret
from grading.book import load
from grading.merge import merge
from grading.verdict import STATUSES
from tests.grading.corpus import CHAPTER, PATIENT
from tests.grading.test_grading import bare_course
from tests.grading.test_jobs import grading

__all__ = ["bare_course"]  # the fixture: a course folder with a secret


def grade(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "submissions").mkdir()
    monkeypatch.setattr("grading.jail.probe", lambda *_: None)
    grading(monkeypatch, "grade", course / "submissions", "--out", course)


def test_a_secret_is_the_courses_own_and_its_owners_only(tmp_path: Path) -> None:
    courses = tmp_path / "one", tmp_path / "two"
    for course in courses:
        course.mkdir()
        secret.keep(course)
    first, second = map(secret.read, courses)
    assert len(first) == len(second) == 64 and first != second
    path = secret.place(courses[0])
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    secret.keep(courses[0])
    assert secret.read(courses[0].rename(tmp_path / "moved")) == first


@pytest.mark.parametrize("name", [None, "f00d"])
def test_a_secret_in_the_course_folder_is_refused_until_a_command_moves_it(
    name: str | None, tmp_path: Path
) -> None:
    (tmp_path / ".secret").write_text("whisper\n")
    if name:
        (tmp_path / "secret-id").write_text(name)
    with pytest.raises(secret.SecretError, match=r"`python -m grading grade` or `release` moves"):
        secret.read(tmp_path)
    secret.keep(tmp_path)
    assert secret.read(tmp_path) == "whisper"
    assert [path.name for path in tmp_path.iterdir()] == ["secret-id"]


def test_grading_moves_a_secret_out_of_the_course_folder(
    bare_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare_course / "secret-id").unlink()
    (bare_course / ".secret").write_text("whisper")
    grade(bare_course, monkeypatch)
    assert capsys.readouterr().out == f"the course secret is in {secret.place(bare_course)}\n"
    assert secret.read(bare_course) == "whisper" and not (bare_course / ".secret").exists()


def empty(course: Path) -> None:
    secret.place(course).write_text("\n")


def unreadable(course: Path) -> None:
    secret.place(course).unlink()
    secret.place(course).mkdir()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda course: (course / "secret-id").unlink(), "secret-id does not say which secret"),
        (lambda course: secret.place(course).unlink(), "No such file.*copy it from where"),
        (empty, "it is empty.*copy it from where"),
        (unreadable, "Is a directory.*copy it from where"),
    ],
)
def test_without_a_secret_nobody_is_graded_and_a_sentence_says_what_to_do(
    spoil: Callable[[Path], Any], sentence: str, bare_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(bare_course)
    with pytest.raises(SystemExit, match=f"nothing was graded: .*{sentence}.*RPT_COURSE_SECRET"):
        grade(bare_course, monkeypatch)
    assert not (bare_course / "outcomes").exists() and not secret_made(bare_course)
    monkeypatch.setenv("RPT_COURSE_SECRET", "whisper")
    assert secret.read(bare_course) == "whisper"


def secret_made(course: Path) -> bool:
    try:
        return bool(secret.read(course))
    except secret.SecretError:
        return False


def test_a_course_folder_around_the_secrets_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / ".jupyter"))
    with pytest.raises(secret.SecretError, match="is in the course folder"):
        secret.keep(tmp_path)
    assert not list(tmp_path.iterdir())


class Elsewhere(ThreadPoolExecutor):
    """Workers whose errors travel to here."""

    def submit(self, *arguments: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(super().submit(*arguments, **named).result())
        except Exception as error:
            future.set_exception(pickle.loads(pickle.dumps(error)))
        return future


def test_a_worker_without_the_secret_ends_the_run(bare_course: Path) -> None:
    secret.place(bare_course).unlink()
    folder = bare_course / "submissions" / "ada"
    folder.mkdir(parents=True)
    job = jobs.Job(bare_course, bare_course / "submissions", load, PATIENT, True, STATUSES)
    chapter = load(CHAPTER)
    source = merge(chapter.notebook, chapter.questions)
    nbformat.write(source, bare_course / "source" / CHAPTER / f"{CHAPTER}.ipynb")
    nbformat.write(chapter.notebook, folder / "mine.ipynb")
    with Elsewhere() as pool, pytest.raises(secret.SecretError, match="nothing was graded"):
        jobs.grade_all(pool, job, [(CHAPTER, "ada")])
