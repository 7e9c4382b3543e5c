"""Every chapter keeps the rules, runs in time, and draws the figures that it stores.

So does each other page that is a notebook, but for the frame of a chapter.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from authoring import gates, refresh
from authoring.notebooks import ROOT, clean, code_cells, notebooks, serialize

# Chapters need 3 to 6 seconds of a quiet core; busy cores of old servers count twice as many.
SECONDS = 30
CHAPTERS = [path.stem for path in notebooks()]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def path(chapter: str) -> Path:
    return ROOT / "book" / f"{chapter}.ipynb"


def read(chapter: str) -> NotebookNode:
    return nbformat.read(path(chapter), as_version=4)


def test_every_notebook_is_a_listed_page() -> None:
    found = {notebook.stem for notebook in (ROOT / "book").rglob("*.ipynb")}
    assert found and found == set(CHAPTERS)


def complain(violations: list[str]) -> None:
    """Fail with the sentences alone: they say all that an author needs."""
    if violations:
        pytest.fail("\n".join(violations), pytrace=False)


@pytest.mark.parametrize("gate", gates.GATES, ids=lambda gate: gate.__name__)
@each_chapter
def test_gate(chapter: str, gate: gates.Gate) -> None:
    if gate in gates.gates_of(path(chapter)):
        complain(gate(read(chapter)))


@each_chapter
def test_stored_as_refresh_stores_it(chapter: str) -> None:
    notebook = read(chapter)
    clean(notebook)
    if path(chapter).read_text(encoding="utf-8") != serialize(notebook):
        complain([f"{chapter}.ipynb is not stored as `make refresh` stores it: run it"])


def test_nbval_sees_every_code_cell() -> None:
    # With no notebook, or with half of them, nbval would be content.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "--nbval",
        "--nbval-current-env",
        "book",
    ]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    for chapter in CHAPTERS:
        assert seen.count(f"{chapter}.ipynb::") == len(code_cells(read(chapter)))


def test_landing_figure_is_the_chapters_figure() -> None:
    chapter, name, target = refresh.LANDING_FIGURE
    stored = (ROOT / "book" / target).read_bytes()
    assert stored == refresh.named_figure(read(Path(chapter).stem), name)


# One more run of each chapter, for what nbval does not compare


@pytest.fixture(scope="session")
def runs() -> Iterator[dict[str, Future[refresh.Run]]]:
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        yield {chapter: pool.submit(refresh.execute, path(chapter)) for chapter in CHAPTERS}


@each_chapter
def test_runs_without_error_in_time(chapter: str, runs: dict[str, Future[refresh.Run]]) -> None:
    run = runs[chapter].result()
    complain([run.problem] if run.problem else [])
    assert run.processor_seconds <= SECONDS


@each_chapter
def test_figures_are_unchanged(chapter: str, runs: dict[str, Future[refresh.Run]]) -> None:
    complain(gates.changed_figures(read(chapter), runs[chapter].result().notebook))
