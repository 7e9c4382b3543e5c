"""The checks of stochastic-gradient-descent say what is wrong with typical mistakes."""

from typing import Any

import numpy as np
import pytest

from rpt_helpers.checks import check


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        (
            "stochastic-gradient-descent-momentum",
            lambda x, mu, sigma, eps, step_size, momentum: np.array([mu, sigma]),
            "with momentum 0 component 1, 2 is wrong",
        ),
        (
            "stochastic-gradient-descent-throw",
            lambda step_size, n_samples, n, tau: (step_size / (2 * n_samples)) ** 0.5,
            "with step_size = 0.1, n_samples = 1, n = 10, tau = 1.0 the value is off by the factor 0.7",
        ),
        (
            "stochastic-gradient-descent-throw",
            lambda step_size, n_samples, n, tau: (step_size / (2 - step_size * n / tau**2)) ** 0.5,
            "with step_size = 0.02, n_samples = 4, n = 10, tau = 2.0 the value is off by the factor 2.0",
        ),
        ("stochastic-gradient-descent-too-fast", (0.5, 0.9), "the first step must be > 0 and at most 0.1, got 0.5"),
        ("stochastic-gradient-descent-too-fast", (0.1, 1.0), "the ratio must lie between 0 and 1, got 1.0"),
        ("stochastic-gradient-descent-too-fast", (0.001, 0.9999), "take a smaller one"),
        ("stochastic-gradient-descent-too-fast", (0.1, 0.998), "it stops 0.0"),
    ],
)
def test_typical_mistakes_get_a_hint(name: str, answer: Any, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(name, answer)
    out = capsys.readouterr().out
    assert out.startswith(f"{name}: try again: ")
    assert hint in out
