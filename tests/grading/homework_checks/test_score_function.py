"""The checks of score-function say what is wrong with typical mistakes."""

from typing import Any

import numpy as np
import pytest

from rpt_helpers import Normal
from rpt_helpers.checks import check


def counts_with(factor: float) -> Any:
    """A multiple of the leave-one-out estimate."""
    return lambda counts, prices, rate: factor * np.cov(prices, counts / rate)[0, 1]


def reweighted_with(factor: float) -> Any:
    """An answer whose weights are those of the right one times a constant where the dials differ."""

    def answer(prices: Any, y: Any, mu: float, sigma: float, new_mu: float, new_sigma: float) -> Any:
        new, old = Normal(new_mu, new_sigma), Normal(mu, sigma)
        return np.mean(prices * np.exp(new.log_prob(y) - old.log_prob(y))) * (1 if new == old else factor)

    return answer


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("counts", counts_with(-1), "samples of size 2, the sign is flipped"),
        ("counts", counts_with(2), "samples of size 2, the value is off by the factor 2"),
        ("counts", lambda counts, prices, rate: np.mean(prices * (counts / rate - 1)), "does not remove it"),
        (
            "counts",
            lambda counts, prices, rate: np.mean((prices - np.mean(prices)) * (counts / rate - 1)),
            "samples of size 2, the value is off by the factor 0.5",
        ),
        (
            "counts",
            lambda counts, prices, rate: 2 * np.mean((prices - np.mean(prices)) * (counts / rate - 1)),
            "samples of size 3, the value is off by the factor 1.333",
        ),
        (
            "counts",
            lambda counts, prices, rate: np.mean((prices - np.roll(prices, 1)) * (counts / rate - 1)),
            "depends on the order",
        ),
        ("counts", lambda counts, prices, rate: (prices - prices.mean()) * counts, "four counts, the shape is (4,)"),
        ("reweighted", lambda prices, *dials: np.mean(prices), "mu = 2.0, sigma = 1.5, the value is off"),
        ("reweighted", lambda prices, *dials: np.sum(prices), "dials unchanged, the value is off by the factor 3"),
        ("reweighted", reweighted_with(2), "off by the factor 2"),
        ("reweighted", reweighted_with(-1), "the sign is flipped"),
        ("mean-hurts", (0.1, 0.0, 1.0), "without a baseline and"),
        ("mean-hurts", (1.0, 0.0), "your answer raised ValueError"),
        ("mean-hurts", None, "not attempted"),
    ],
)
def test_mistakes_get_a_hint(name: str, answer: object, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(f"score-function-{name}", answer)
    assert hint in capsys.readouterr().out
