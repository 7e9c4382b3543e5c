"""The checks of stochastic-node say what is wrong with typical mistakes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rpt_helpers.checks import check


def uniform(in_a: Callable[[Any], Any], in_b: Callable[[Any], Any]) -> Callable[..., Any]:
    """An answer whose derivatives of the path are as given."""

    def answer(x: Any, a: float, b: float, u: Any) -> Any:
        slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))
        return np.stack([slope * in_a(u), slope * in_b(u)], axis=1)

    return answer


def fresh(factor: float) -> Callable[..., float]:
    """A multiple of the right answer."""

    def answer(n: int, delta: float, sigma: float, step: float, n_samples: int) -> float:
        both = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)
        return factor * float(both / n_samples) ** 0.5 / (2 * step)

    return answer


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("uniform", uniform(lambda u: u - 1, lambda u: u), "in a, the sign is flipped"),
        ("uniform", uniform(lambda u: 1 - u, lambda u: 2 * u), "in b, component 1, 2, 3, 4 is off by the factor 2"),
        ("uniform", uniform(lambda u: 1 + 0 * u, lambda u: u), "in a, component 1, 2, 3, 4 is wrong"),
        ("uniform", lambda x, a, b, u: np.zeros((2, len(u))), "is (2, 4), expected (4, 2)"),
        ("fresh-noise", fresh(2), "off by the factor 2"),
        ("fresh-noise", fresh(-1), "the sign is flipped"),
        ("fresh-noise", lambda n, delta, sigma, step, n_samples: 2 * n * sigma / n_samples**0.5, "the value is off"),
        ("wrong-direction", (1.0, 10.0, 0.0, 1.0), "1.0000 there and the true derivative 4.9894"),
        ("wrong-direction", (1.0, -10.0, 0.0, -1.0), "sigma must be a finite number > 0"),
        ("wrong-direction", None, "not attempted"),
    ],
)
def test_mistakes_get_a_hint(name: str, answer: object, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(f"stochastic-node-{name}", answer)
    assert hint in capsys.readouterr().out
