"""Checks that students' notebooks call on their own answers.

A check tests a property (a finite difference, a known special case), so that it holds no answer.
Each module of this package has the checks of one chapter.
"""

from importlib import import_module
from pkgutil import iter_modules

from ._compare import compare
from ._registry import CHECKS, claim, question

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["CHECKS", "check", "claim", "compare", "question"]


def check(name: str, answer: object) -> None:
    """Print what a check says of an answer: ok, try again with a hint, or not attempted.

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
        hint = CHECKS[name](answer)
    except NotImplementedError:
        return "not attempted"
    return "ok" if hint is None else f"try again: {hint}"
