"""This book, as the grading takes it: for another one, this is the module that changes.

Nothing that grades imports it: the commands and `nbgrader_config.py` hand its chapters in.
"""

import hashlib
from functools import cache
from importlib import import_module
from inspect import getsource
from pathlib import Path
from pkgutil import iter_modules

import nbformat

import rpt_helpers
from rpt_helpers.checks import CHECKS, compare

from . import answers
from .questions import Chapter

CHAPTERS = Path(__file__).parents[1] / "book"
PACKAGE = Path(rpt_helpers.__path__[0])


def chapters() -> list[str]:
    """Return the names of the chapters that have answers."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(answers.__path__))


@cache
def load(name: str) -> Chapter:
    """Return a chapter."""
    if name not in chapters():
        raise ValueError(f"chapter must be one of {', '.join(chapters())}, got {name!r}")
    module = import_module(f"{answers.__name__}.{name.replace('-', '_')}")
    sources = [path.read_bytes() for path in sorted(PACKAGE.rglob("*.py"))]
    return Chapter(
        name,
        nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4),
        module.QUESTIONS,
        CHECKS,
        compare,
        PACKAGE,
        hashlib.sha256(b"".join([getsource(module).encode(), *sources])).hexdigest(),
    )
