"""Which question has which check.

A check takes an answer and yields, one property after the other, a hint on what is wrong or None
where all is well. The first hint is told and ends the check.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from inspect import Parameter, signature
from typing import Any

from .._arguments import finite_number, positive_number

Hints = Iterator[str | None]
Check = Callable[..., Hints]

CHECKS: dict[str, Callable[[Any], str | None]] = {}
"""By the name of the question: takes an answer, returns the first hint, or None if all is well."""


class Mistake(Exception):
    """A mistake that lets no check go on; its text is the hint."""


def question(name: str) -> Callable[[Check], Check]:
    """Register the check of a question that asks for a function."""

    def register(check: Check) -> Check:
        def run(answer: object) -> Hints:
            yield from check(_shielded(answer))

        CHECKS[name] = lambda answer: _first(run(answer))
        return check

    return register


def claim(name: str) -> Callable[[Check], Check]:
    """Register the check of a question that asks for numbers; its arguments have their names."""

    def register(check: Check) -> Check:
        def run(answer: object) -> Hints:
            numbers = _numbers(answer, list(signature(check).parameters.values()))
            try:
                yield from check(*numbers)
            except (ValueError, ArithmeticError):  # on an argument that is not the student's
                yield "nothing can be computed with these numbers; try others"

        CHECKS[name] = lambda answer: _first(run(answer))
        return check

    return register


def _first(hints: Hints) -> str | None:
    try:
        return next(filter(None, hints), None)
    except Mistake as mistake:
        return str(mistake)
    except NotImplementedError:  # a stub
        raise
    except Exception:  # whatever an answer holds, the notebook goes on
        return "the answer is not of the kind that the exercise asks for"


def _shielded(answer: object) -> Callable[..., Any]:
    """Return a student's function that leaves its arguments alone and whose faults are hints."""
    if not callable(answer):
        raise Mistake("pass the function itself, and not what it returns")

    def call(*arguments: object) -> Any:
        try:
            result = answer(*deepcopy(arguments))
        except NotImplementedError:
            raise
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            raise Mistake(f"your answer raised {kind}{_line(error, answer)}: {error}") from error
        if result is None:
            raise Mistake("your function returns nothing; is the return statement missing?")
        return result

    return call


def _line(error: BaseException, function: object) -> str:
    """Say in which line of a function an error was raised, if it got as far as that."""
    code, caller = getattr(function, "__code__", None), error.__traceback__
    reached = caller and caller.tb_next
    if not reached or reached.tb_frame.f_code is not code:
        return ""
    return f" in line {reached.tb_lineno - code.co_firstlineno + 1} of {code.co_name}"


def _numbers(answer: Any, parameters: list[Parameter]) -> list[float]:
    """Return the numbers of a claim, one for each parameter or, for ``*numbers``, how many ever."""
    names = [each.name for each in parameters if each.kind is not Parameter.VAR_POSITIONAL]
    asked = f"{len(names)} numbers ({', '.join(names)})" if names else "a list of numbers"
    try:
        values = list(answer)
    except TypeError:
        raise Mistake(f"expected {asked}, got one {type(answer).__name__}") from None
    if isinstance(answer, str) or (names and len(values) != len(names)):
        raise Mistake(f"expected {asked}, got {'text' if isinstance(answer, str) else len(values)}")
    try:
        return [
            positive_number(name, value) if name == "sigma" else finite_number(name, value)
            for name, value in zip(names or ["each number"] * len(values), values, strict=True)
        ]
    except ValueError as error:
        raise Mistake(str(error)) from None
