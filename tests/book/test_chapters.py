"""Every chapter keeps the rules, runs in time, and draws the figures that it stores."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import gates
import nbformat
import pytest
import refresh
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
SECONDS = 10
PART_ONE = [
    "stochastic-node",
    "left-hand-side",
    "right-hand-side",
    "where-is-sigma",
    "stochastic-gradient-descent",
    "score-function",
    "variance-comparison",
]


def listed_chapters() -> list[str]:
    """Chapters in the order of the table of contents: its pages that are not plain markdown."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    pages = [Path(chapter["file"]) for part in parts for chapter in part["chapters"]]
    return [page.name for page in pages if not (ROOT / page).with_suffix(".md").exists()]


CHAPTERS = listed_chapters()
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def path(chapter: str) -> Path:
    return ROOT / "book" / f"{chapter}.ipynb"


def read(chapter: str) -> NotebookNode:
    return nbformat.read(path(chapter), as_version=4)


def test_part_one_is_complete() -> None:
    assert CHAPTERS[: len(PART_ONE)] == PART_ONE


def test_every_notebook_is_a_listed_chapter() -> None:
    assert {notebook.stem for notebook in (ROOT / "book").rglob("*.ipynb")} == set(CHAPTERS)


@pytest.mark.parametrize("gate", gates.GATES, ids=lambda gate: gate.__name__)
@each_chapter
def test_gate(chapter: str, gate: gates.Gate) -> None:
    violations = gate(read(chapter))
    assert not violations, "\n".join(violations)


@each_chapter
def test_stored_as_refresh_stores_it(chapter: str) -> None:
    notebook = read(chapter)
    refresh.clean(notebook)
    assert path(chapter).read_text(encoding="utf-8") == refresh.serialize(notebook), "run `make refresh`"


def test_nbval_sees_every_code_cell() -> None:
    # With no notebook, or with half of them, nbval would be content.
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--nbval", "--nbval-current-env", "book"]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    for chapter in CHAPTERS:
        assert seen.count(f"{chapter}.ipynb::") == len(gates.code_cells(read(chapter)))


def test_landing_figure_is_the_chapters_figure() -> None:
    chapter, name, target = refresh.LANDING_FIGURE
    stored = (refresh.BOOK / target).read_bytes()
    assert stored == refresh.named_figure(nbformat.read(refresh.BOOK / chapter, as_version=4), name)


# One more run of each chapter, for what nbval does not compare


@pytest.fixture(scope="session")
def runs() -> Iterator[dict[str, Future[refresh.Run]]]:
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        yield {chapter: pool.submit(refresh.execute, path(chapter)) for chapter in CHAPTERS}


@each_chapter
def test_runs_without_error_in_time(chapter: str, runs: dict[str, Future[refresh.Run]]) -> None:
    run = runs[chapter].result()
    assert run.problem is None
    assert run.processor_seconds <= SECONDS


@each_chapter
def test_figures_are_unchanged(chapter: str, runs: dict[str, Future[refresh.Run]]) -> None:
    changed = gates.changed_figures(read(chapter), runs[chapter].result().notebook)
    assert not changed, "\n".join(changed)
