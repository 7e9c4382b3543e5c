"""What a module of `grading.answers` says of each question of its chapter.

An exercise touches three files: the chapter, its check, its answer. One name ties them together,
the chapter's, a hyphen and the question's own, as in `left-hand-side-weights`:

- in the chapter, nbgrader's `grade_id` of the cell that a student fills in is
  `<chapter>-<question>`, and that of the cell which checks it is `<chapter>-<question>-check`;
- in `rpt_helpers.checks`, the check is registered as `<chapter>-<question>`;
- here, the answer stands under `<chapter>-<question>` in the list QUESTIONS of the chapter's
  module, whose name has underscores: `left_hand_side`.

What is marked by hand has no check.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode


@dataclass(frozen=True)
class Mutant:
    """A wrong answer: the source of its cell, the points that it keeps, what the check says of it.

    The hint is a part of what the student reads, empty where only hidden inputs show the mistake.
    """

    source: str
    keeps: float = 0
    hint: str = ""


@dataclass(frozen=True)
class Written:
    """A derivation in markdown, marked by hand; its points stand in the chapter's metadata."""

    name: str
    rubric: str
    solution: str


@dataclass(frozen=True)
class Coded:
    """A function, called with hidden inputs; each case is worth the same share of the points.

    The solution uses only what the chapter's first code cell imports. `inputs` draws the cases,
    tuples of numbers, strings and arrays.
    """

    name: str
    points: float
    function: str
    solution: str
    inputs: Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
    rtol: float = 3e-5  # a little more than the student's own check allows, 1e-5
    mutants: Sequence[Mutant] = ()


@dataclass(frozen=True)
class Claimed:
    """A value, right if the check that the student has says so."""

    name: str
    points: float
    value: str
    solution: str
    mutants: Sequence[Mutant] = ()


Question = Written | Coded | Claimed


@dataclass(frozen=True)
class Chapter:
    """All that grading knows of a chapter and of its book."""

    name: str
    notebook: NotebookNode  # the one that students get
    questions: Sequence[Question]
    checks: Mapping[str, Callable[[Any], str | None]]  # say what is wrong with a claimed value
    compare: Callable[..., str | None]  # says what is wrong with a value, given the expected one
    package: Path  # what the cells import, as the sandbox has to show it
    version: str  # another one where outcomes can differ

    @property
    def set_up(self) -> str:
        """The first code cell."""
        return next(cell.source for cell in self.notebook.cells if cell.cell_type == "code")


def hidden_inputs(question: Coded, secret: str, student: str = "") -> list[tuple[Any, ...]]:
    """Return a question's cases: they follow from the course's secret and differ by student."""
    text = f"{question.name}\0{student}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return list(question.inputs(np.random.default_rng(int.from_bytes(digest))))
