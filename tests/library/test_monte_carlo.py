"""Estimates: what they are, that they are right, and what they cost."""

import tracemalloc
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from routes import LOSSES, NORMAL, SQUARED_ERROR, STANDARD_ERRORS, assert_within_error

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    Loss,
    Normal,
    Quadratic,
    closed_form,
    estimate,
    pathwise,
    quadrature,
    score_function,
)
from rpt_helpers.estimators import constant_baseline
from rpt_helpers.monte_carlo import CHUNK


def draw(n_samples: int, seed: int = 5, **options: Any) -> Any:
    rng = np.random.default_rng(seed)
    return estimate(score_function, SQUARED_ERROR, NORMAL, n_samples, rng, **options)


@settings(max_examples=25)
@given(st.one_of(st.integers(2, 50), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 1, 50_000])))
def test_an_estimate_is_mean_and_variance_of_one_stream(n_samples: int) -> None:
    gradients = score_function(SQUARED_ERROR, NORMAL, np.random.default_rng(5).standard_normal(n_samples))
    found = draw(n_samples)
    size = np.sqrt((gradients**2).mean(axis=0))
    assert np.all(np.abs(found.mean - gradients.mean(axis=0)) <= 1e-13 * size)
    assert_allclose(found.variance, gradients.var(axis=0, ddof=1), rtol=1e-12)
    assert_allclose(found.standard_error, np.sqrt(gradients.var(axis=0, ddof=1) / n_samples), rtol=1e-12)
    assert found.n_samples == n_samples


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
@pytest.mark.parametrize("loss", [loss for loss, _ in LOSSES])
@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (pathwise, {}),
        (score_function, {}),
        (score_function, {"baseline": "mean"}),
        (score_function, {"baseline": "optimal"}),
        (score_function, {"baseline": np.array([0.5, 2.0])}),
    ],
)
def test_estimates_agree_with_the_exact_mean_and_variance(
    estimator: Callable[..., Any], options: dict[str, Any], loss: Any, wrt: Any
) -> None:
    n_samples = 40_000
    found = estimate(estimator, loss, NORMAL, n_samples, np.random.default_rng(11), wrt, **options)
    variance = quadrature.variance(estimator, loss, NORMAL, wrt, **options)
    mean = quadrature.gradient(loss, NORMAL, wrt)
    assert_within_error(found.mean, mean, variance, n_samples)
    fourth = quadrature.expectation(
        lambda y: (estimator(loss, NORMAL, (y - NORMAL.mu) / NORMAL.sigma, wrt, **options) - mean) ** 4, NORMAL
    )
    assert_within_error(found.variance, variance, fourth - variance**2, n_samples)


@pytest.mark.parametrize("n_samples", [3 * CHUNK + 1, 40_000])
def test_leave_one_out_is_unbiased_across_chunks(n_samples: int) -> None:
    found = draw(n_samples, baseline="leave-one-out")
    variance = closed_form.variance("score_function", SQUARED_ERROR, NORMAL, baseline="mean")
    assert_within_error(found.mean, closed_form.gradient(SQUARED_ERROR, NORMAL), variance, n_samples)
    assert_allclose(found.variance, variance, rtol=STANDARD_ERRORS * 10 / n_samples**0.5)


def test_leave_one_out_in_one_chunk_is_that_of_the_estimator() -> None:
    gradients = score_function(
        SQUARED_ERROR, NORMAL, np.random.default_rng(5).standard_normal(100), baseline="leave-one-out"
    )
    assert_allclose(draw(100, baseline="leave-one-out").mean, gradients.mean(axis=0), rtol=1e-12)


def test_the_same_seed_gives_the_same_result() -> None:
    one, same, other = draw(50_000), draw(50_000), draw(50_000, seed=6)
    assert one in {one} and one != same  # compared by identity: arrays cannot be hashed
    with pytest.raises(FrozenInstanceError):
        one.n_samples = 1
    assert_array_equal(one.mean, same.mean)
    assert_array_equal(one.variance, same.variance)
    assert np.all(one.mean != other.mean)


def test_the_stream_goes_on_where_it_was() -> None:
    rng = np.random.default_rng(5)
    first = estimate(pathwise, SQUARED_ERROR, NORMAL, 1000, rng)
    second = estimate(pathwise, SQUARED_ERROR, NORMAL, 1000, rng)
    assert np.all(first.mean != second.mean)


def test_memory_does_not_grow_with_the_number_of_samples() -> None:
    def peak(n_samples: int) -> int:
        tracemalloc.start()
        draw(n_samples)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(CHUNK)
    assert peak(40 * CHUNK) < 1.05 * peak(4 * CHUNK) < 32 * 8 * CHUNK


def test_the_variance_survives_a_mean_that_is_1e9_times_larger() -> None:
    steep = Loss(lambda y: 1e9 * y + np.sin(y), lambda y: 1e9 + np.cos(y))
    variance = quadrature.variance(pathwise, Loss(np.sin, np.cos), NORMAL)[0]
    found = estimate(pathwise, steep, NORMAL, 100_000, np.random.default_rng(2))
    assert found.variance[0] == pytest.approx(variance, rel=0.03)


def test_the_exact_baseline_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return constant_baseline(*arguments)

    monkeypatch.setattr("rpt_helpers.monte_carlo.constant_baseline", counted)
    rng = np.random.default_rng(5)
    estimate(score_function, Cosine(1), NORMAL, 3 * CHUNK, rng, baseline="optimal")
    assert [arguments[2] for arguments in calls] == ["optimal"]


def test_any_function_of_the_signature_is_an_estimator() -> None:
    def noise_only(loss: Any, normal: Normal, eps: Any, wrt: str, *, power: int) -> Any:
        assert wrt == "variance"
        return np.array([eps, eps**power]).T

    found = estimate(noise_only, Quadratic(0), NORMAL, 100_000, np.random.default_rng(1), "variance", power=2)
    assert_within_error(found.mean, [0, 1], [1, 2], 100_000)


def test_progress_is_shown_on_stderr_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    draw(2 * CHUNK)
    assert capsys.readouterr() == ("", "")
    draw(2 * CHUNK, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "100%" in err and "32.8k/32.8k" in err


@pytest.mark.parametrize("n_samples", [2, CHUNK, CHUNK + 1, 3 * CHUNK + 2, 10 * CHUNK - 1])
def test_chunks_are_nearly_equal_and_never_too_large(n_samples: int) -> None:
    sizes: list[int] = []

    def record(loss: Any, normal: Normal, eps: Any, wrt: str) -> Any:
        sizes.append(eps.size)
        return np.zeros((eps.size, 2))

    estimate(record, Quadratic(0), NORMAL, n_samples, np.random.default_rng(1))
    assert sum(sizes) == n_samples
    assert max(sizes) <= CHUNK
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-n_samples // CHUNK)
