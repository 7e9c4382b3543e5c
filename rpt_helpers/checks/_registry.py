"""Which question has which check."""

from collections.abc import Callable
from typing import Any

Check = Callable[[Any], str | None]

CHECKS: dict[str, Check] = {}


class NotAttempted(Exception):
    """Raised by a check where the answer is still the stub."""


def question(name: str) -> Callable[[Check], Check]:
    """Register the check of a question: a function of the answer that returns a hint, or None if all is well."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register
