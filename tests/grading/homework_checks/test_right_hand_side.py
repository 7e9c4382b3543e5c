"""The checks of right-hand-side say what is wrong with typical mistakes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rpt_helpers.checks import check


def precision(slope_in_precision: Callable[..., Any]) -> Callable[..., Any]:
    """An answer whose derivative of the path in the precision is as given."""

    def answer(x: Any, mu: float, precision: float, eps: Any) -> Any:
        slope = 2 * len(x) * (mu + eps / precision**0.5 - np.mean(x))
        return np.stack([slope, slope * slope_in_precision(precision, eps)], axis=1)

    return answer


def log_normal(own_slope: Callable[..., Any]) -> Callable[..., Any]:
    """An answer whose derivative of the path in mu is as given."""

    def answer(k: float, mu: float, sigma: float, eps: Any) -> Any:
        y = np.exp(mu + sigma * eps)
        slope = 2 * (y - k) * own_slope(y)
        return np.array([slope.mean(), (slope * eps).mean()])

    return answer


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("precision-samples", precision(lambda p, eps: 0.5 * eps * p**-1.5), "in the precision, the sign is flipped"),
        ("precision-samples", precision(lambda p, eps: -eps * p**-1.5), "off by the factor 2"),
        (
            "precision-samples",
            precision(lambda p, eps: eps),
            "in the precision, component 1, 2, 3, 4, 5 is off by the factor -2",
        ),
        ("precision-samples", precision(lambda p, eps: -0.5 * p**-1.5), "in the precision,"),
        ("precision-samples", precision(lambda p, eps: -0.5 * eps / p), "precision = 0.25, in the precision"),
        ("precision-samples", lambda x, mu, p, eps: np.zeros((2, 5)), "(2, 5), expected (5, 2)"),
        ("log-normal", log_normal(lambda y: 1), "is wrong"),
        ("log-normal", log_normal(lambda y: -y), "the sign is flipped"),
        ("log-normal", log_normal(lambda y: 2 * y), "off by the factor 2"),
        ("log-normal", lambda k, mu, sigma, eps: np.zeros((len(eps), 2)), "the shape is (5, 2), expected (2,)"),
        ("coin", (1.0, 3.0, 1.0), "same sign there: 0.6005 and 0.8330"),
        ("coin", (1.0, 0.0, 40.0), "zero up to rounding"),
        ("coin", (1.0, 3.0), "your answer raised ValueError"),
        ("coin", None, "not attempted"),
    ],
)
def test_mistakes_get_a_hint(name: str, answer: object, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(f"right-hand-side-{name}", answer)
    assert hint in capsys.readouterr().out
