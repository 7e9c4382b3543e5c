"""The checks of where-is-sigma say what is wrong with typical mistakes."""

from typing import Any

import numpy as np
import pytest

from rpt_helpers.checks import check


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        (
            "where-is-sigma-weighted-fit",
            lambda x, w: np.array([np.average(x, weights=w), np.average((x - np.average(x, weights=w)) ** 2)]),
            "with the weights [1, 1, 1] component 2 is off by the factor",
        ),
        (
            "where-is-sigma-weighted-fit",
            lambda x, w: np.array([np.mean(x), np.std(x)]),
            "with the weights [2, 1, 4] component 1, 2 is wrong",
        ),
        (
            "where-is-sigma-weighted-fit",
            lambda x, w: (
                np.array([np.average(x, weights=w), np.average((x - np.average(x, weights=w)) ** 2, weights=w) ** 0.5])
                * (1.1 if w.sum() < 1 else 1)
            ),
            "with the weights 0.3, 0.1, 0.4 the objective is not stationary in mu: a smaller mu lowers it",
        ),
        (
            "where-is-sigma-posterior-with-prior",
            lambda x, tau, m, r: np.array([np.mean(x), tau / len(x) ** 0.5]),
            "with tau = 1.0, m = -2.0, r = 0.5 the objective is not stationary in mu: a smaller mu lowers it",
        ),
        (
            "where-is-sigma-posterior-with-prior",
            lambda x, tau, m, r: np.array([np.mean(x), tau]),
            "with a very vague prior component 2 is off by the factor 1.732",
        ),
        (
            "where-is-sigma-posterior-with-prior",
            lambda x, tau, m, r: np.array([np.mean(x), -tau / len(x) ** 0.5]),
            "component 2 is off by the factor -1",
        ),
        ("where-is-sigma-energy-above", [1.0, 2.0], "3 to 20 numbers are asked for, got 2"),
        ("where-is-sigma-energy-above", [0.0, 1.0, 2.0, 30.0], "there the energy score has sigma"),
    ],
)
def test_typical_mistakes_get_a_hint(name: str, answer: Any, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(name, answer)
    out = capsys.readouterr().out
    assert out.startswith(f"{name}: try again: ")
    assert hint in out
