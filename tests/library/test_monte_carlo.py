"""Estimates: what they are, that they are right, who works on them, and what they cost."""

import multiprocessing
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from routes import (
    LOSSES,
    NORMAL,
    SQUARED_ERROR,
    STANDARD_ERRORS,
    assert_exact,
    assert_within_error,
    on_nodes,
)
from scipy.special import ndtr

from rpt_helpers import (
    PARAMETERIZATIONS,
    Antithetic,
    Cosine,
    Estimate,
    ExponentialSquare,
    Loss,
    Normal,
    Sobol,
    closed_form,
    estimate,
    leave_one_out,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)
from rpt_helpers.monte_carlo import CHUNK, STREAMS

Array = NDArray[np.float64]
LOG = Loss(
    lambda y: np.log(np.abs(y)), lambda y: 1 / y
)  # its derivative has no variance, nor a mean


def draw(n_samples: int, seed: int = 5, **options: Any) -> Estimate:
    rng = np.random.default_rng(seed)
    return estimate(score_function, SQUARED_ERROR, NORMAL, n_samples, rng, **options)


def assert_same(one: Estimate, other: Estimate) -> None:
    assert_array_equal(one.mean, other.mean)
    assert_array_equal(one.variance, other.variance)
    assert_array_equal(one.standard_error, other.standard_error)
    assert one.n_samples == other.n_samples


def assert_statistics_of(found: Estimate, gradients: Array, scale: float = 1e-13) -> None:
    """Compare with mean and variance of all gradients, computed at once."""
    variance = gradients.var(axis=0, ddof=1)
    size = np.sqrt((gradients**2).mean(axis=0))
    assert np.all(np.abs(found.mean - gradients.mean(axis=0)) <= scale * size)
    assert_allclose(found.variance, variance, rtol=1e-12)
    assert_allclose(found.standard_error, np.sqrt(variance / len(gradients)), rtol=1e-12)
    assert found.n_samples == len(gradients)


class Recorder:
    """An estimator that keeps what it returned."""

    def __init__(self, estimator: Callable[..., Array]) -> None:
        self.estimator, self.chunks = estimator, list[Array]()

    def __call__(self, loss: Any, node: Any, eps: Any, **options: Any) -> Array:
        self.chunks.append(self.estimator(loss, node, eps, **options))
        return self.chunks[-1]

    @property
    def gradients(self) -> Array:
        return np.concatenate(self.chunks)


class Serial(Executor):
    """Works at once, in the caller's thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@settings(max_examples=25)
@given(st.integers(2, 50) | st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 1, 50_000]))
def test_an_estimate_is_mean_and_variance_of_one_stream(n_samples: int) -> None:
    eps = np.random.default_rng(5).standard_normal(n_samples)
    assert_statistics_of(draw(n_samples), score_function(SQUARED_ERROR, NORMAL, eps))


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
@pytest.mark.parametrize("loss", [loss for loss, _ in LOSSES])
@pytest.mark.parametrize(
    ("estimator", "baseline"),
    [
        (pathwise, None),
        (score_function, 0.0),
        (score_function, quadrature.expected_loss),
        (score_function, quadrature.optimal_baseline),
        (score_function, np.array([0.5, 2.0])),
    ],
)
def test_estimates_agree_with_the_exact_mean_and_variance(
    estimator: Callable[..., Any], baseline: Any, loss: Any, parameterization: Any
) -> None:
    n_samples, node = 40_000, NORMAL.by(parameterization)
    number = baseline(loss, node) if callable(baseline) else baseline
    options = {} if number is None else {"baseline": number}
    found = estimate(estimator, loss, node, n_samples, np.random.default_rng(11), **options)
    variance = quadrature.variance(estimator, loss, node, **options)
    mean = quadrature.gradient(loss, node)

    def fourth_power(y: Array) -> Array:
        return (estimator(loss, node, (y - node.mu) / node.sigma, **options) - mean) ** 4

    fourth = quadrature.expectation(fourth_power, node)
    assert_within_error(found.mean, mean, variance, n_samples)
    assert_within_error(found.variance, variance, fourth - variance**2, n_samples)


def test_the_same_seed_gives_the_same_result() -> None:
    one, same, other = draw(50_000), draw(50_000), draw(50_000, seed=6)
    assert one in {one} and one != same  # compared by identity: arrays cannot be hashed
    with pytest.raises(FrozenInstanceError):
        one.n_samples = 1  # type: ignore[misc]
    assert_same(one, same)
    assert np.all(one.mean != other.mean)


def test_the_stream_goes_on_where_it_was() -> None:
    rng = np.random.default_rng(5)
    first = estimate(pathwise, SQUARED_ERROR, NORMAL, 1000, rng)
    second = estimate(pathwise, SQUARED_ERROR, NORMAL, 1000, rng)
    assert np.all(first.mean != second.mean)


def test_the_variance_survives_a_mean_that_is_1e9_times_larger() -> None:
    steep = Loss(lambda y: 1e9 * y + np.sin(y), lambda y: 1e9 + np.cos(y))
    variance = quadrature.variance(pathwise, Loss(np.sin, np.cos), NORMAL)[0]
    found = estimate(pathwise, steep, NORMAL, 100_000, np.random.default_rng(2))
    assert found.variance[0] == pytest.approx(variance, rel=0.03)


def test_any_function_of_the_signature_is_an_estimator() -> None:
    def noise_only(loss: Any, node: Normal, eps: Any, *, power: int) -> Any:
        assert node.parameterization == "variance"
        return np.array([eps, eps**power]).T

    rng = np.random.default_rng(1)
    found = estimate(noise_only, quadratic(0), NORMAL.by("variance"), 100_000, rng, power=2)
    assert_within_error(found.mean, [0, 1], [1, 2], 100_000)


# Leaving one out: the samples of a chunk share their baselines.


@pytest.mark.parametrize("n_samples", [100, CHUNK - 1])
def test_leave_one_out_in_one_chunk_is_that_of_the_estimator(n_samples: int) -> None:
    eps = np.random.default_rng(5).standard_normal(n_samples)
    gradients = score_function(SQUARED_ERROR, NORMAL, eps, baseline=leave_one_out)
    assert_statistics_of(draw(n_samples, baseline=leave_one_out), gradients)


@pytest.mark.parametrize("executor", [None, Serial()])
@pytest.mark.parametrize("n_samples", [3 * CHUNK + 1, 2 * CHUNK + 7_000])
def test_leave_one_out_is_that_of_the_estimator_in_each_chunk(
    n_samples: int, executor: Executor | None
) -> None:
    recorder, rng = Recorder(score_function), np.random.default_rng(5)
    found = estimate(
        recorder, SQUARED_ERROR, NORMAL, n_samples, rng, baseline=leave_one_out, executor=executor
    )
    assert len(recorder.chunks) >= 3
    assert_statistics_of(found, recorder.gradients)


def test_leave_one_out_is_unbiased_and_varies_like_the_mean_as_a_baseline() -> None:
    n_samples = 3 * CHUNK + 1
    found = draw(n_samples, baseline=leave_one_out)
    mean = closed_form.gradient(SQUARED_ERROR, NORMAL)
    baseline = closed_form.expected_loss(SQUARED_ERROR, NORMAL)
    variance = closed_form.variance(score_function, SQUARED_ERROR, NORMAL, baseline=baseline)
    _, of_square = on_nodes(
        lambda eps: (score_function(SQUARED_ERROR, NORMAL, eps, baseline) - mean) ** 2
    )
    assert_within_error(found.mean, mean, variance, n_samples)
    assert_within_error(found.variance, variance, of_square, n_samples)


@pytest.mark.parametrize("n_samples", [2, 100, 150, 6500])
def test_an_executor_leaves_nobody_alone_whom_one_could_not_leave_out(n_samples: int) -> None:
    recorder, rng = Recorder(score_function), np.random.default_rng(5)
    found = estimate(
        recorder,
        SQUARED_ERROR,
        NORMAL,
        n_samples,
        rng,
        executor=Serial(),
        baseline=leave_one_out,
    )
    assert_statistics_of(found, recorder.gradients)
    assert min(map(len, recorder.chunks)) >= min(n_samples, 100)


# Noise of other kinds.


def test_antithetic_noise_comes_in_pairs() -> None:
    for noise, shape in ((Antithetic(), (10,)), (Antithetic(3), (10, 3))):
        eps = noise(np.random.default_rng(1), 10)
        assert eps.shape == shape
        assert_array_equal(eps[::2], -eps[1::2])
        assert_array_equal(eps[::2], np.random.default_rng(1).standard_normal((5, *shape[1:])))


@pytest.mark.parametrize("n_samples", [4, 1000, 2 * CHUNK + 2])
def test_antithetic_pairs_know_the_slope_of_a_quadratic(n_samples: int) -> None:
    rng, noise = np.random.default_rng(1), Antithetic()
    found = estimate(pathwise, SQUARED_ERROR, NORMAL, n_samples, rng, noise=noise)
    exact = closed_form.gradient(SQUARED_ERROR, NORMAL)
    assert_exact(found.mean[0], exact[0])
    assert found.standard_error[0] < 1e-13


@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_the_standard_error_of_antithetic_pairs_is_honest(estimator: Any) -> None:
    loss, seeds, n_samples = quadratic(2), 400, 500

    def of_pair(eps: Array) -> Array:
        return (estimator(loss, NORMAL, eps) + estimator(loss, NORMAL, -eps)) / 2

    mean, variance = on_nodes(of_pair)
    _, of_square = on_nodes(lambda eps: (of_pair(eps) - mean) ** 2)
    runs = [
        estimate(estimator, loss, NORMAL, n_samples, np.random.default_rng(s), noise=Antithetic())
        for s in range(seeds)
    ]
    # In sigma; the slope in mu is exact, or varies without a square term.
    means, reported = (np.array([getattr(r, a)[1] for r in runs]) for a in ("mean", "variance"))
    assert_within_error(means.mean(), mean[1], 2 * variance[1], seeds * n_samples)
    assert_within_error(reported.mean(), 2 * variance[1], 8 * of_square[1], seeds * n_samples)
    spread = means.var() / (reported.mean() / n_samples)
    assert abs(spread - 1) <= STANDARD_ERRORS * (2 / seeds) ** 0.5


def test_each_sobol_set_has_one_point_in_each_slice_and_is_scrambled_anew() -> None:
    for dimensions in (None, 1, 3):
        eps = Sobol(64, dimensions)(np.random.default_rng(1), 5 * 64)
        assert eps.shape == ((320,) if dimensions is None else (320, dimensions))
        for axis in eps.reshape(5, 64, -1).transpose(2, 0, 1):
            slices = np.sort(np.floor(ndtr(axis) * 64), axis=1)
            assert_array_equal(slices, np.tile(np.arange(64), (5, 1)))
            assert len(np.unique(axis.round(12))) == 320
    assert Sobol(64).block == 64


def test_sobol_noise_is_unbiased_with_far_less_variance() -> None:
    points, n_samples = 256, 100 * 256
    loss, rng = Cosine(1.7), np.random.default_rng(3)
    found = estimate(pathwise, loss, NORMAL, n_samples, rng, noise=Sobol(points))
    exact = quadrature.gradient(loss, NORMAL)
    assert np.all(np.abs(found.mean - exact) <= STANDARD_ERRORS * found.standard_error)
    assert_exact(found.standard_error, np.sqrt(found.variance / n_samples))
    plain = quadrature.variance(pathwise, loss, NORMAL)
    assert np.all(found.variance < plain / 30)
    fewer = estimate(pathwise, loss, NORMAL, 100 * 16, rng, noise=Sobol(16))
    assert np.all(found.variance < fewer.variance / 4)  # it still falls with the number of points


@pytest.mark.parametrize("executor", [None, Serial()])
@pytest.mark.parametrize(("points", "sets"), [(32, 700), (1024, 5)])
def test_the_standard_error_of_sobol_sets_is_that_of_the_means_of_sets(
    points: int, sets: int, executor: Executor | None
) -> None:
    recorder, rng, noise = Recorder(pathwise), np.random.default_rng(3), Sobol(points)
    n_samples = points * sets
    found = estimate(recorder, quadratic(2), NORMAL, n_samples, rng, noise=noise, executor=executor)
    means = recorder.gradients.reshape(sets, points, 2).mean(axis=1)
    assert_allclose(found.mean, means.mean(axis=0), rtol=1e-12)
    assert_allclose(found.standard_error, means.std(axis=0, ddof=1) / sets**0.5, rtol=1e-8)
    if executor is None:
        assert len(recorder.chunks) == -(-n_samples // CHUNK)


def test_a_sobol_set_may_be_larger_than_a_chunk() -> None:
    points = 2**15
    assert points > CHUNK
    rng, recorder = np.random.default_rng(3), Recorder(pathwise)
    estimate(recorder, quadratic(2), NORMAL, 3 * points, rng, noise=Sobol(points))
    assert list(map(len, recorder.chunks)) == [points] * 3


@pytest.mark.parametrize("points", [0, 1, 3, 1000, 2.0, True])
def test_the_number_of_sobol_points_is_a_power_of_2(points: Any) -> None:
    with pytest.raises(ValueError, match=r"points must be (a power of 2|a whole number >= 2), got"):
        Sobol(points)


@pytest.mark.parametrize("noise", [Antithetic, lambda dimensions: Sobol(4, dimensions)])
def test_noise_has_at_least_one_dimension(noise: Any) -> None:
    for dimensions in (0, -1, "3"):
        with pytest.raises(ValueError, match="dimensions must be a whole number >= 1, got"):
            noise(dimensions)


@pytest.mark.parametrize(
    ("noise", "n_samples", "multiple"),
    [(Antithetic(), 2, 2), (Antithetic(), 101, 2), (Sobol(64), 64, 64), (Sobol(64), 1000, 64)],
)
def test_samples_that_come_in_groups_are_a_multiple_of_the_group(
    noise: Any, n_samples: int, multiple: int
) -> None:
    message = f"n_samples must be a multiple of {multiple}, .* at least 2 of them, got {n_samples}"
    with pytest.raises(ValueError, match=message):
        draw(n_samples, noise=noise)


@pytest.mark.parametrize("coupled", [True, False])
def test_an_estimator_brings_the_noise_that_it_needs(coupled: bool) -> None:
    n_samples, rng = 100_000, np.random.default_rng(4)
    found = estimate(measure_valued, SQUARED_ERROR, NORMAL, n_samples, rng, coupled=coupled)
    mean = closed_form.gradient(SQUARED_ERROR, NORMAL)
    variance = closed_form.variance(measure_valued, SQUARED_ERROR, NORMAL, coupled=coupled)
    assert_within_error(found.mean, mean, variance, n_samples)
    assert_allclose(found.variance, variance, rtol=0.06)
    rng = np.random.default_rng(4)
    mirrored = estimate(
        measure_valued, SQUARED_ERROR, NORMAL, n_samples, rng, noise=Antithetic(4), coupled=coupled
    )
    assert np.all(np.abs(mirrored.mean - mean) <= STANDARD_ERRORS * mirrored.standard_error)


# Who works.


@pytest.fixture(
    params=[1, 2, 4, "processes"], ids=lambda n: n if isinstance(n, str) else f"{n} threads"
)
def workers(request: pytest.FixtureRequest) -> Iterator[Executor]:
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(2, mp_context=spawn)
        if request.param == "processes"
        else ThreadPoolExecutor(request.param)
    ) as executor:
        yield executor


CASES: list[tuple[Any, int, dict[str, Any]]] = [
    (pathwise, 2, {}),
    (pathwise, 12_345, {}),
    (score_function, 3 * CHUNK + 1, {"baseline": leave_one_out}),
    (score_function, 4000, {"noise": Antithetic()}),
    (pathwise, 70 * 128, {"noise": Sobol(128)}),
    (measure_valued, 10_000, {"coupled": False}),
]


def of_cases(executor: Executor, cases: slice = slice(None)) -> list[Estimate]:
    return [
        estimate(
            estimator,
            SQUARED_ERROR,
            NORMAL,
            n_samples,
            np.random.default_rng(7),
            executor=executor,
            **options,
        )
        for estimator, n_samples, options in CASES[cases]
    ]


def test_the_result_is_the_same_whatever_and_however_many_the_workers(workers: Executor) -> None:
    for found, expected in zip(of_cases(workers), of_cases(Serial()), strict=True):
        assert_same(found, expected)


def test_a_cluster_gives_the_same_result_as_threads() -> None:
    distributed, few = pytest.importorskip("distributed"), slice(1, 4)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        on_cluster = of_cases(client.get_executor(), few)
    for found, expected in zip(on_cluster, of_cases(Serial(), few), strict=True):
        assert_same(found, expected)


def test_workers_draw_other_noise_than_one_stream_and_the_next_call_other_noise_again() -> None:
    rng = np.random.default_rng(5)
    mean = closed_form.gradient(SQUARED_ERROR, NORMAL)
    variance = closed_form.variance(score_function, SQUARED_ERROR, NORMAL)
    means = [draw(50_000).mean]
    means += [
        estimate(score_function, SQUARED_ERROR, NORMAL, 50_000, rng, executor=Serial()).mean
        for _ in range(2)
    ]
    for found in means:
        assert_within_error(found, mean, variance, 50_000)
    assert len(np.unique(means)) == 6


@pytest.mark.parametrize("n_samples", [200, 6400, 12_345, STREAMS * CHUNK // 8])
@pytest.mark.parametrize("streams", [1, 2, 3, 64, 1000])
def test_merging_is_right_whatever_the_split(
    n_samples: int, streams: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rpt_helpers.monte_carlo.STREAMS", streams)
    recorder, rng = Recorder(score_function), np.random.default_rng(5)
    found = estimate(recorder, SQUARED_ERROR, NORMAL, n_samples, rng, executor=Serial())
    assert_statistics_of(found, recorder.gradients)
    assert len(np.unique(recorder.gradients[:, 0])) == n_samples


def test_there_is_work_for_64() -> None:
    recorder, rng = Recorder(pathwise), np.random.default_rng(5)
    estimate(recorder, SQUARED_ERROR, NORMAL, 6400, rng, executor=Serial())
    assert list(map(len, recorder.chunks)) == [100] * 64


def test_merging_keeps_what_differs_between_the_streams() -> None:
    levels = iter(1e9 + np.arange(STREAMS))

    def drifting(loss: Any, node: Any, eps: Array) -> Array:
        return np.array([eps + next(levels), eps]).T

    recorder, rng = Recorder(drifting), np.random.default_rng(5)
    found = estimate(recorder, quadratic(0), NORMAL, 6400, rng, executor=Serial())
    exact = recorder.gradients - [1e9, 0]
    assert_allclose(found.mean - [1e9, 0], exact.mean(axis=0), rtol=1e-6)
    assert_allclose(found.variance, exact.var(axis=0, ddof=1), rtol=1e-6)


# What is refused.


@pytest.mark.parametrize("executor", [None, Serial()])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, 1e308])
def test_a_gradient_that_is_not_finite_is_refused_wherever_it_is(
    value: float, executor: Executor | None
) -> None:
    for place in (0, 7000, -1):
        for other in (0.0, -value):

            def planted(
                loss: Any, node: Any, eps: Array, place: int = place, other: float = other
            ) -> Array:
                gradients = np.array([eps, eps]).T
                gradients[min(place, len(eps) - 1), 1] = value
                gradients[len(eps) // 2, 1] = other
                return gradients

            message = "estimator must be a function that returns finite numbers"
            with pytest.raises(ValueError, match=message):
                estimate(
                    planted,
                    quadratic(0),
                    NORMAL,
                    2 * CHUNK,
                    np.random.default_rng(1),
                    executor=executor,
                )


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda eps: np.array([eps, eps]).T * 1j, "estimator.*must be an array of real numbers"),
        (lambda eps: [[1.0, 2.0]] * 99 + [[1.0]], "estimator.*must be an array of real numbers"),
        (lambda eps: None, "estimator.*must be an array of real numbers, got None"),
        (lambda eps: "gradient", "estimator.*must be an array of real numbers"),
        (lambda eps: eps, r"estimator must be .* shape \(100, 2\) here, got 'shape \(100,\)'"),
        (lambda eps: [eps, eps], r"estimator must be .* \(100, 2\) here, got 'shape \(2, 100\)'"),
        (lambda eps: np.zeros((100, 3)), r"estimator must be .* got 'shape \(100, 3\)'"),
        (lambda eps: np.zeros((99, 2)), r"estimator must be .* got 'shape \(99, 2\)'"),
        (lambda eps: 0.0, r"estimator must be .* got 'shape \(\)'"),
    ],
)
def test_what_is_no_array_of_gradients_is_refused_by_name(returned: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate(
            lambda loss, node, eps: returned(eps),
            quadratic(0),
            NORMAL,
            100,
            np.random.default_rng(1),
        )


def test_a_list_of_gradients_is_an_array() -> None:
    def listed(loss: Any, node: Any, eps: Array) -> Any:
        return score_function(loss, node, eps).tolist()

    rng = np.random.default_rng(5)
    found = estimate(listed, SQUARED_ERROR, NORMAL, 1000, rng)
    assert_allclose(found.mean, draw(1000).mean, rtol=1e-12)


@pytest.mark.parametrize("executor", [None, Serial()])
@pytest.mark.parametrize("baseline", [1e160, -1e300])
def test_a_baseline_too_large_to_be_squared_is_refused(
    baseline: float, executor: Executor | None
) -> None:
    message = "estimator must be a function that returns finite numbers, not too large"
    with pytest.raises(ValueError, match=message):
        draw(10_000, baseline=baseline, executor=executor)


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("estimator", "pathwise", "a function such as rpt_helpers.pathwise"),
        ("node", (0, 1), r"a node such as Normal\(0, 1\)"),
        ("n_samples", 1, "a whole number >= 2"),
        ("n_samples", 1e4, "a whole number >= 2"),
        ("rng", 1, r"a numpy.random.Generator such as np.random.default_rng\(1\)"),
        ("noise", "sobol", r"a function of .*, for example Antithetic\(\)"),
        ("executor", 4, "a concurrent.futures.Executor"),
    ],
)
def test_every_argument_is_refused_by_its_name(argument: str, value: Any, allowed: str) -> None:
    arguments: dict[str, Any] = {
        "estimator": pathwise,
        "loss": SQUARED_ERROR,
        "node": NORMAL,
        "n_samples": 10,
        "rng": np.random.default_rng(1),
        argument: value,
    }
    with pytest.raises(ValueError, match=f"{argument} must be {allowed}, got"):
        estimate(**arguments)


# A variance that may be infinite.


def warns(
    estimator: Any, loss: Any, node: Any, n_samples: int, seed: int = 1, **options: Any
) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimate(estimator, loss, node, n_samples, np.random.default_rng(seed), **options)
    for warning in caught:
        assert warning.category is RuntimeWarning and warning.filename == __file__
        assert "of the sum of squares: is the variance finite?" in str(warning.message)
    return bool(caught)


@pytest.mark.parametrize(
    ("n_samples", "options"),
    [
        (100_000, {}),
        (100_000, {"executor": Serial()}),
        (100_000, {"noise": Antithetic()}),
    ],
)
def test_an_infinite_variance_is_nearly_always_seen(
    n_samples: int, options: dict[str, Any]
) -> None:
    seen = sum(warns(pathwise, LOG, Normal(1, 1), n_samples, s, **options) for s in range(100))
    assert seen >= 90  # of all seeds 95 %


@pytest.mark.parametrize("n_samples", [10_000, 50_000, 100_000])
@pytest.mark.parametrize("loss", [quadratic(2), SQUARED_ERROR, Cosine(1.7), ExponentialSquare(0.6)])
def test_a_finite_variance_is_not_suspected(loss: Any, n_samples: int) -> None:
    assert not any(warns(score_function, loss, NORMAL, n_samples, seed) for seed in range(100))


@pytest.mark.parametrize("options", [{}, {"noise": Antithetic()}, {"executor": Serial()}])
@pytest.mark.parametrize("slope", [0.0, 0.1, 0.3, 1.1, 1e9])
def test_a_constant_gradient_has_no_variance_and_is_not_suspected(
    slope: float, options: dict[str, Any]
) -> None:
    linear = Loss(lambda y: slope * y, lambda y: np.full_like(y, slope))
    for n_samples in (2 * 1000, 50_000, 300_000):
        assert not warns(pathwise, linear, NORMAL, n_samples, **options)
        found = estimate(pathwise, linear, NORMAL, n_samples, np.random.default_rng(1), **options)
        assert_exact(found.mean[0], slope)
        assert 0 <= found.standard_error[0] <= 1e-15 * slope


def test_few_groups_are_not_suspected() -> None:
    for seed in range(20):
        assert not warns(pathwise, quadratic(2), NORMAL, 2**16, seed, noise=Sobol(2**14))


@pytest.mark.parametrize("executor", [None, Serial()])
@pytest.mark.parametrize("chunk", [0, 3, 9])
def test_one_sample_that_makes_up_half_of_the_squares_is_seen_wherever_it_is(
    chunk: int, executor: Executor | None
) -> None:
    n_samples, calls = 10 * CHUNK, []

    def planted(loss: Any, node: Any, eps: Array) -> Array:
        gradients = np.array([eps, 3 + eps]).T
        calls.append(len(eps))
        if sum(calls) > chunk * CHUNK >= sum(calls[:-1]):
            gradients[5, 1] = n_samples**0.5
        return gradients

    rng = np.random.default_rng(1)
    message = rf"one of {10 * CHUNK} samples makes up (49|50|51)% of the sum of squares"
    with pytest.warns(RuntimeWarning, match=message):
        estimate(planted, quadratic(0), NORMAL, n_samples, rng, executor=executor)


def test_it_is_seen_too_before_a_chunk_that_varies_more() -> None:
    calls = []

    def planted(loss: Any, node: Any, eps: Array) -> Array:
        calls.append(eps)
        gradients = np.array([eps, eps]).T
        if len(calls) == 2:
            gradients[5] = 4 * CHUNK**0.5  # 16 times what a chunk of Normals has
        return 5 * gradients if len(calls) == 3 else gradients  # 25 times

    assert warns(planted, quadratic(0), NORMAL, 5 * CHUNK)


def test_an_infinite_variance_in_one_parameter_is_seen_beside_a_constant_in_another() -> None:
    def half(loss: Any, node: Any, eps: Array) -> Array:
        return np.array([np.zeros_like(eps), 1 / eps**2]).T

    assert warns(half, quadratic(0), NORMAL, 50_000)
    assert not warns(half, quadratic(0), NORMAL, 49_999)


# What it costs.


@pytest.mark.parametrize(
    "options", [{}, {"baseline": leave_one_out}, {"noise": Antithetic()}, {"executor": Serial()}]
)
def test_memory_does_not_grow_with_the_number_of_samples(options: dict[str, Any]) -> None:
    def peak(n_samples: int) -> int:
        tracemalloc.start()
        draw(n_samples, **options)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(2 * CHUNK)
    assert peak(80 * CHUNK) < 1.05 * peak(8 * CHUNK) + 50_000 < 20 * 8 * CHUNK


@pytest.mark.parametrize("n_samples", [2, CHUNK, CHUNK + 1, 3 * CHUNK + 2, 10 * CHUNK - 1])
def test_chunks_are_nearly_equal_and_never_too_large(n_samples: int) -> None:
    recorder = Recorder(pathwise)
    estimate(recorder, quadratic(0), NORMAL, n_samples, np.random.default_rng(1))
    sizes = list(map(len, recorder.chunks))
    assert sum(sizes) == n_samples
    assert max(sizes) <= CHUNK
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-n_samples // CHUNK)
