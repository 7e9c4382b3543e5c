"""Checks that students' notebooks call on their own answers.

A check tests a property (a finite difference, a known special case), so that it holds no answer. Each module of
this package has the checks of one chapter.
"""

from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ._registry import CHECKS, NotAttempted, question

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["NotAttempted", "check", "question"]


def check(name: str, answer: object) -> None:
    """Print what the check of a question says of an answer: ok, try again with a hint, or not attempted.

    Never raises, so that a blank chapter runs from top to bottom.

    Parameters
    ----------
    name : str
        The question, as the exercise names it.
    answer : object
        The function or value that the exercise asks for; None or a stub counts as not attempted.
    """
    print(f"{name}: {_verdict(name, answer)}")


def _verdict(name: str, answer: object) -> str:
    if name not in CHECKS:
        return f"no such question; there are {', '.join(sorted(CHECKS))}"
    if answer is None or answer is ...:
        return "not attempted"
    try:
        hint = CHECKS[name](_on_copies(answer) if callable(answer) else answer)
    except (NotImplementedError, NotAttempted):
        return "not attempted"
    except _NothingReturned:
        return "try again: your function returns nothing; is the return statement missing?"
    except (Exception, SystemExit) as error:  # whatever a student's code does, the notebook goes on
        return f"try again: your answer raised {type(error).__name__}: {error}"
    return "ok" if hint is None else f"try again: {hint}"


class _NothingReturned(Exception):
    """Raised where an answer's function returns None."""


def _on_copies(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Shield the data of a check from an answer that changes its arguments in place."""

    def call(*arguments: object) -> Any:
        result = answer(*deepcopy(arguments))
        if result is None:
            raise _NothingReturned
        return result

    return call
