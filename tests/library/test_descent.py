"""Descent against the recursion solved by hand, and the errors that a step can make."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from routes import NORMAL, SQUARED_ERROR, assert_exact

from rpt_helpers import Normal, SquaredErrorWithEntropy, closed_form, decaying_step, pathwise, score_function, sgd


@given(st.floats(0.001, 0.09), st.integers(1, 30))
def test_squared_error_shrinks_offset_and_sigma_by_the_same_factor(step: float, steps: int) -> None:
    path = sgd(lambda here: closed_form.gradient(SQUARED_ERROR, here), NORMAL, steps=steps, step_size=step)
    factor = (1 - 2 * SQUARED_ERROR.n * step) ** np.arange(steps + 1)
    mean = SQUARED_ERROR.mean
    assert_exact(path.mu, mean + (NORMAL.mu - mean) * factor)
    assert_exact(path.sigma, NORMAL.sigma * factor, size=1e-3)
    assert path.final == Normal(path.mu[-1], path.sigma[-1])


@pytest.mark.parametrize(("wrt", "expected"), [("sigma", 2.5), ("variance", 2.25**0.5), ("log_sigma", 2 * np.e**0.5)])
def test_the_step_moves_the_second_parameter_that_was_asked_for(wrt: Any, expected: float) -> None:
    rise = {"sigma": -5.0, "variance": 17.5, "log_sigma": -5.0}[wrt]  # 4 - 0.1 * 17.5 = 2.25
    path = sgd(lambda here: [30, rise], Normal(1, 2), steps=1, step_size=0.1, wrt=wrt)
    assert_array_equal(path.mu, [1, -2])
    assert_exact(path.sigma, [2, expected])


def test_step_sizes_may_depend_on_the_step() -> None:
    path = sgd(lambda here: [1, 0], Normal(0, 1), steps=4, step_size=decaying_step(0.5, halved_after=2))
    assert_exact(np.diff(path.mu), [-1 / 2, -1 / 3, -1 / 4, -1 / 5])


def test_a_decaying_step_is_halved_when_it_says() -> None:
    step = decaying_step(0.3, 50)
    assert_exact([step(0), step(50), step(100)], [0.3, 0.15, 0.1])


@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_the_same_noise_gives_the_same_path(estimator: Any) -> None:
    def descend(seed: int) -> Any:
        rng = np.random.default_rng(seed)
        return sgd(
            lambda here: estimator(SQUARED_ERROR, here, rng.standard_normal(10)).mean(axis=0),
            NORMAL,
            steps=20,
            step_size=1e-4,
        )

    assert_array_equal(descend(1).mu, descend(1).mu)
    assert np.all(descend(1).mu[1:] != descend(2).mu[1:])


def test_the_trick_takes_mu_to_the_mean_and_sigma_to_its_optimum() -> None:
    objective, rng = SquaredErrorWithEntropy([1.0, 2.0, 6.0], tau=2.0), np.random.default_rng(1)
    path = sgd(
        lambda here: objective.pathwise(here, rng.standard_normal(20), "log_sigma").mean(axis=0),
        Normal(0, 5),
        steps=3000,
        step_size=decaying_step(0.1, halved_after=100),
        wrt="log_sigma",
    )
    assert path.final.mu == pytest.approx(3, abs=0.05)
    assert path.final.sigma == pytest.approx(2 / 3**0.5, rel=0.02)


def test_the_path_starts_at_the_start_and_calls_the_gradient_there() -> None:
    seen = []

    def gradient(here: Normal) -> list[int]:
        seen.append(here)
        return [1, -1]

    path = sgd(gradient, NORMAL, steps=2, step_size=1)
    assert seen == [NORMAL, Normal(NORMAL.mu - 1, NORMAL.sigma + 1)]
    assert path.mu.shape == path.sigma.shape == (3,)
    assert path in {path}  # compared by identity: arrays cannot be hashed
    with pytest.raises(FrozenInstanceError):
        path.mu = path.sigma  # type: ignore[misc]


@pytest.mark.parametrize("rise", [1.0, 1.5])
@pytest.mark.parametrize(("wrt", "start"), [("sigma", 2), ("variance", 4)])
def test_a_step_that_leaves_sigma_above_0_says_so_and_names_the_way_out(wrt: Any, start: int, rise: float) -> None:
    message = f"step 0 takes {wrt} from {start} to .*must stay > 0.*wrt='log_sigma'"
    with pytest.raises(ValueError, match=message):
        sgd(lambda here: [0, rise * start], Normal(0, 2), steps=3, step_size=1, wrt=wrt)


def test_in_log_sigma_the_same_step_is_allowed() -> None:
    path = sgd(lambda here: [0, 3], Normal(0, 2), steps=1, step_size=1, wrt="log_sigma")
    assert_exact(path.final.sigma, 2 * np.exp(-3))
