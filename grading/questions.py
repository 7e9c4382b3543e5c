"""What an instructor's overlay says of each question of a chapter."""

import hashlib
import hmac
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

OVERLAYS = Path(__file__).parent / "overlays"


@dataclass(frozen=True)
class Written:
    """A derivation in a markdown cell, marked by hand; its points stand in the chapter's metadata."""

    name: str
    rubric: str
    solution: str


@dataclass(frozen=True)
class Coded:
    """A function, called with hidden inputs; each case is worth the same share of the points.

    The solution uses only what the chapter's first code cell imports. `inputs` draws the cases, tuples of numbers,
    strings and arrays. `mutants` are wrong answers (source of the cell) with the points that each of them keeps.
    """

    name: str
    points: float
    function: str
    solution: str
    inputs: Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
    rtol: float = 1e-6
    mutants: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Claimed:
    """A value, right if `accept` says so."""

    name: str
    points: float
    value: str
    solution: str
    accept: Callable[[Any], bool]
    mutants: Mapping[str, float] = field(default_factory=dict)


Question = Written | Coded | Claimed


def load(chapter: str) -> list[Question]:
    """Return the questions of a chapter's overlay."""
    path = OVERLAYS / f"{chapter}.py"
    if not path.exists():
        raise FileNotFoundError(f"the chapter {chapter!r} has no overlay; there are {', '.join(chapters())}")
    spec = importlib.util.spec_from_file_location(f"overlay_{chapter.replace('-', '_')}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.QUESTIONS)


def chapters() -> list[str]:
    """Return the chapters that have an overlay."""
    return sorted(path.stem for path in OVERLAYS.glob("*.py"))


def hidden_inputs(question: Coded, secret: str, student: str = "") -> list[tuple[Any, ...]]:
    """Return the cases of a question: they follow from the course's secret, and each student has others."""
    digest = hmac.new(secret.encode(), f"{question.name}\0{student}".encode(), hashlib.sha256).digest()
    return list(question.inputs(np.random.default_rng(int.from_bytes(digest))))
