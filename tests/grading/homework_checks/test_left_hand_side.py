"""The checks of left-hand-side say what is wrong with typical mistakes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rpt_helpers.checks import check


def weighted(factor: float, in_sigma: Callable[[float], float] = lambda sigma: sigma) -> Callable[..., Any]:
    return lambda x, w, mu, sigma: factor * np.array([np.sum(w * (mu - x)), np.sum(w) * in_sigma(sigma)])


def fourth(in_mu: Callable[..., float], in_variance: Callable[..., float]) -> Callable[..., Any]:
    return lambda k, mu, sigma: np.array([in_mu(mu - k, sigma), in_variance(mu - k, sigma)])


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("weighted-gradient", weighted(-2), "with all weights 1 the sign is flipped"),
        ("weighted-gradient", weighted(1), "component 1, 2 is off by the factor 0.5"),
        ("weighted-gradient", weighted(2, lambda sigma: 0.5), "component 2 is off by the factor 0.3333"),
        (
            "weighted-gradient",
            lambda x, w, mu, sigma: 2 * len(x) * np.array([mu - x.mean(), sigma]),
            "the weights 3, 1",
        ),
        ("weighted-gradient", lambda x, w, mu, sigma: 2.0, "the shape is (), expected (2,)"),
        ("fourth-power", fourth(lambda d, s: 4 * d**3, lambda d, s: 6 * (d**2 + s**2)), "component 1 is off"),
        (
            "fourth-power",
            fourth(lambda d, s: 0, lambda d, s: 12 * s * (d**2 + s**2)),
            "component 2 is off by the factor 2",
        ),
        ("spread-can-pay", (1.0, 3.0, 1.0), "not negative"),
        ("spread-can-pay", (1.0, np.pi / 2, 1.0), "zero up to rounding"),
        ("spread-can-pay", (1.0, 0.0), "your answer raised ValueError"),
        ("spread-can-pay", (1.0, 0.0, -1.0), "your answer raised ValueError"),
        ("spread-can-pay", None, "not attempted"),
    ],
)
def test_mistakes_get_a_hint(name: str, answer: object, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(f"left-hand-side-{name}", answer)
    assert hint in capsys.readouterr().out
