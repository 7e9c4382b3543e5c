"""Descent against the recursion solved by hand, any node, and the errors that a step can make."""

import pickle
from dataclasses import FrozenInstanceError, dataclass
from typing import Any, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import ArrayLike, NDArray
from routes import NORMAL, SQUARED_ERROR, assert_exact

from rpt_helpers import (
    PARAMETERIZATIONS,
    Diverged,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredErrorWithEntropy,
    closed_form,
    decaying_step,
    pathwise,
    score_function,
    sgd,
)

Array = NDArray[np.float64]


@given(st.floats(0.001, 0.09), st.integers(1, 30))
def test_squared_error_shrinks_offset_and_sigma_by_the_same_factor(step: float, steps: int) -> None:
    path = sgd(
        lambda here: closed_form.gradient(SQUARED_ERROR, here), NORMAL, steps=steps, step_size=step
    )
    factor = (1 - 2 * SQUARED_ERROR.n * step) ** np.arange(steps + 1)
    mean = SQUARED_ERROR.mean
    assert_exact(path["mu"], mean + (NORMAL.mu - mean) * factor)
    assert_exact(path["sigma"], NORMAL.sigma * factor, size=1e-3)
    assert path.final == Normal(path["mu"][-1], path["sigma"][-1])


@pytest.mark.parametrize(
    ("parameterization", "rise", "expected"),
    [("sigma", -5, 2.5), ("variance", 17.5, 2.25**0.5), ("log_sigma", -5, 2 * np.e**0.5)],
)
def test_the_step_moves_the_parameters_of_the_start(
    parameterization: Any, rise: float, expected: float
) -> None:
    start = Normal(1, 2, parameterization)
    path = sgd(lambda here: [30, rise], start, steps=1, step_size=0.1)
    assert_array_equal(path["mu"], [1, -2])
    assert_exact(path["sigma"], [2, expected])
    assert_exact(path.parameters, [start.parameters, start.parameters - [3, 0.1 * rise]])
    assert path.final == start.at(path.parameters[-1])
    assert path.final.parameterization == parameterization


def test_step_sizes_may_depend_on_the_step() -> None:
    step = decaying_step(0.5, halved_after=2)
    path = sgd(lambda here: [1, 0], Normal(0, 1), steps=4, step_size=step)
    assert_exact(np.diff(path["mu"]), [-1 / 2, -1 / 3, -1 / 4, -1 / 5])


def test_a_decaying_step_is_halved_when_it_says() -> None:
    step = decaying_step(0.3, 50)
    assert_exact([step(0), step(50), step(100)], [0.3, 0.15, 0.1])


@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_the_same_noise_gives_the_same_path(estimator: Any) -> None:
    def descend(seed: int) -> Array:
        rng = np.random.default_rng(seed)

        def gradient(here: Normal) -> Array:
            return estimator(SQUARED_ERROR, here, here.noise(rng, 10)).mean(axis=0)

        return sgd(gradient, NORMAL, steps=20, step_size=1e-4)["mu"]

    assert_array_equal(descend(1), descend(1))
    assert np.all(descend(1)[1:] != descend(2)[1:])


def test_the_trick_takes_mu_to_the_mean_and_sigma_to_its_optimum() -> None:
    objective, rng = SquaredErrorWithEntropy([1.0, 2.0, 6.0], tau=2.0), np.random.default_rng(1)
    path = sgd(
        lambda here: objective.pathwise(here, here.noise(rng, 20)).mean(axis=0),
        Normal(0, 5, "log_sigma"),
        steps=3000,
        step_size=decaying_step(0.1, halved_after=100),
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
    assert path.parameters.shape == (3, 2)
    assert path.start is NORMAL
    assert path in {path}  # compared by identity: arrays cannot be hashed
    with pytest.raises(FrozenInstanceError):
        path.start = path.final  # type: ignore[misc]


# Any node.


@dataclass(frozen=True)
class Exponential:
    """Of rate > 0, which is all that sgd has to know."""

    rate: float

    @property
    def parameters(self) -> Array:
        return np.array([self.rate])

    @property
    def bounds(self) -> Array:
        return np.array([0, self.rate, np.inf])

    def at(self, parameters: ArrayLike) -> Self:
        (rate,) = np.asarray(parameters, float)
        if not rate > 0:
            raise ValueError(f"rate must be > 0, got {rate}")
        return type(self)(float(rate))

    def noise(self, rng: np.random.Generator, n: int) -> Array:
        return rng.standard_exponential(n)

    def path(self, eps: Array) -> Array:
        return eps / self.rate

    def score(self, eps: Array) -> Array:
        return (1 - eps)[:, np.newaxis] / self.rate


def test_any_node_descends_in_its_own_parameters() -> None:
    path = sgd(lambda here: [2 * here.rate], Exponential(3), steps=4, step_size=0.25)
    assert_exact(path.parameters, 3 * 0.5 ** np.arange(5)[:, np.newaxis])
    assert_exact(path["rate"], 3 * 0.5 ** np.arange(5))
    assert path["bounds"].shape == (5, 3)
    assert path.final == Exponential(3 / 16)
    with pytest.raises(AttributeError, match="sigma"):
        path["sigma"]


def test_any_node_says_which_step_left_its_range() -> None:
    message = r"step 1 leads from Exponential\(rate=1.0\) out of range: rate must be > 0, got -1.0"
    with pytest.raises(Diverged, match=message) as caught:
        sgd(lambda here: [2.0], Exponential(3), steps=4, step_size=1)
    assert_array_equal(caught.value.trajectory.parameters, [[3], [1]])
    assert str(caught.value.__cause__) == "rate must be > 0, got -1.0"


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_sigma_is_that_of_every_point_in_every_parameterization(parameterization: Any) -> None:
    start = NORMAL.by(parameterization)
    path = sgd(lambda here: [0.5, 0.1], start, steps=3, step_size=0.5)
    second = start.parameters[1] - 0.05 * np.arange(4)
    sigma = {"sigma": second, "variance": np.abs(second) ** 0.5, "log_sigma": np.exp(second)}
    assert_exact(path["sigma"], sigma[parameterization])
    assert_exact(path["mu"], NORMAL.mu - 0.25 * np.arange(4))
    assert_array_equal(path["parameterization"], [parameterization] * 4)
    assert_exact(path["parameters"], path.parameters)


# Steps that cannot be taken.


@pytest.mark.parametrize("rise", [1.0, 1.5])
@pytest.mark.parametrize(("parameterization", "second"), [("sigma", 2), ("variance", 4)])
def test_a_step_that_leaves_sigma_above_0_says_so_and_names_the_way_out(
    parameterization: Any, second: int, rise: float
) -> None:
    message = (
        rf"step 0 leads from Normal\(mu=0.0, sigma=2.0, .*\) out of range: {parameterization} must"
        r" be a finite number > 0 .*'log_sigma' every number is allowed.*take smaller steps"
    )
    with pytest.raises(Diverged, match=message):
        sgd(
            lambda here: [0, rise * second],
            Normal(0, 2, parameterization),
            steps=3,
            step_size=1,
        )


def test_in_log_sigma_the_same_step_is_allowed() -> None:
    path = sgd(lambda here: [0, 3], Normal(0, 2, "log_sigma"), steps=1, step_size=1)
    assert_exact(path.final.sigma, 2 * np.exp(-3))


DATA = [1.0, 2.0, 6.0]
DIVERGING: list[Any] = [
    NegativeLogLikelihood(DATA),
    NegativeLogLikelihood(np.random.default_rng(1).standard_normal(10)),
    MomentMatching(DATA),
    ReverseKL(DATA),
    SquaredErrorWithEntropy(DATA, tau=2),
]


@pytest.mark.parametrize("objective", DIVERGING, ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
@pytest.mark.parametrize("step", [1.0, 5.0, 1e6])
def test_too_large_steps_end_in_the_name_of_the_step_and_the_path_until_then(
    objective: Any, parameterization: Any, step: float
) -> None:
    start, seen = Normal(0, 5, parameterization), []

    def gradient(here: Normal) -> Array:
        seen.append(here)
        return objective.gradient(here)

    path: Any
    try:
        path = sgd(gradient, start, steps=800, step_size=step)
    except Diverged as error:
        path, last = error.trajectory, len(seen) - 1
        assert f"step {last}" in str(error)
        assert path.parameters.shape == (last + 1, 2)
    assert_array_equal(path.parameters[0], start.parameters)
    assert np.all(np.isfinite(path.parameters))
    assert np.all(path["sigma"] > 0)
    # The path is the recursion, up to its last point.
    for here, point, following in zip(seen, path.parameters, path.parameters[1:], strict=False):
        assert_array_equal(following, point - step * objective.gradient(here))


def test_the_likelihood_in_log_sigma_overflows_by_name() -> None:
    """The gradient once ended in an OverflowError without a step."""
    with pytest.raises(Diverged, match=r"step 1 leads from Normal.* log_sigma must be between"):
        sgd(DIVERGING[1].gradient, Normal(0, 5, "log_sigma"), steps=2000, step_size=5)


@pytest.mark.parametrize("rise", [800, -800])
def test_an_overflow_of_log_sigma_is_out_of_range(rise: int) -> None:
    message = (
        r"step 2 leads from .* out of range: log_sigma must be between -745 and 709, got -?801"
    )
    gradients = iter([[0, 0.5], [0, 0.5], [0, rise + np.sign(rise) - 1]])
    with pytest.raises(Diverged, match=message) as caught:
        sgd(lambda here: next(gradients), Normal(0, 1, "log_sigma"), steps=9, step_size=1)
    assert_exact(caught.value.trajectory["sigma"], np.exp([0, -0.5, -1]))


def test_an_overflow_of_a_parameter_is_out_of_range() -> None:
    with pytest.raises(Diverged, match="step 0 leads from .* mu must be a finite .* got -inf"):
        sgd(lambda here: [1e300, 0], NORMAL, steps=1, step_size=1e10)
    with pytest.raises(Diverged, match="step 1 leads from .* mu must be a finite .* got -inf"):
        sgd(lambda here: [1e308, 0], NORMAL, steps=9, step_size=1)


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("math range error"),
        ZeroDivisionError("by zero"),
        ValueError("x must be large"),
    ],
)
def test_an_error_in_a_gradient_is_told_with_its_step_and_the_path(error: Exception) -> None:
    def gradient(here: Normal) -> list[float]:
        if here.mu < -1:
            raise error
        return [1.0, 0.0]

    start = Normal(0, 1)
    with pytest.raises(Diverged, match=rf"at step 2, Normal\(mu=-2.0, .*: {error}") as caught:
        sgd(gradient, start, steps=9, step_size=1)
    assert caught.value.__cause__ is error
    assert_array_equal(caught.value.trajectory["mu"], [0, -1, -2])
    assert caught.value.trajectory.final == Normal(-2, 1)
    assert caught.value.trajectory.start is start


def test_other_errors_in_a_gradient_are_the_callers() -> None:
    with pytest.raises(KeyError):
        sgd(lambda here: dict[str, list[float]]()["gradient"], NORMAL, steps=1, step_size=1)


@pytest.mark.parametrize(
    "value",
    [
        [np.nan, 0],
        [0, np.inf],
        [np.inf, -np.inf],
        [1.0],
        [1.0, 2.0, 3.0],
        [[1.0, 2.0]],
        0.5,
        [1j, 0],
        None,
    ],
)
def test_a_gradient_that_is_not_one_finite_number_a_parameter_names_the_step(value: Any) -> None:
    gradients = iter([[1.0, 0.0], value])
    with pytest.raises(Diverged, match="at step 1, Normal.*: gradient must be an array") as caught:
        sgd(lambda here: next(gradients), NORMAL, steps=3, step_size=0.1)
    assert len(caught.value.trajectory.parameters) == 2


def test_a_huge_but_finite_gradient_is_a_number_like_others() -> None:
    path = sgd(lambda here: [1e308, 1e308], Normal(0, 1, "log_sigma"), steps=1, step_size=1e-308)
    assert_exact(path.parameters, [[0, 0], [-1, -1]])


@pytest.mark.parametrize("size", [0, -0.1, np.nan, np.inf, "1"])
def test_a_step_size_is_positive(size: Any) -> None:
    with pytest.raises(ValueError, match="step_size must be a finite number > 0, got"):
        sgd(lambda here: [0, 0], NORMAL, steps=2, step_size=size)
    with pytest.raises(ValueError, match=r"step_size\(1\) must be a finite number > 0, got"):
        sgd(lambda here: [0, 0], NORMAL, steps=2, step_size=lambda t: size if t else 1.0)
    for name, step in (("initial", (size, 1)), ("halved_after", (1, size))):
        with pytest.raises(ValueError, match=f"{name} must be a finite number > 0, got"):
            decaying_step(*step)


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("gradient", [1, 0], "a function of a node"),
        ("start", (0, 1), r"a node such as Normal\(0, 1\)"),
        ("steps", 0, "a whole number >= 1"),
        ("steps", 2.0, "a whole number >= 1"),
    ],
)
def test_every_argument_is_refused_by_its_name(argument: str, value: Any, allowed: str) -> None:
    arguments: dict[str, Any] = {
        "gradient": lambda here: [0, 0],
        "start": NORMAL,
        "steps": 1,
        "step_size": 1,
        argument: value,
    }
    name = "node" if argument == "start" else argument
    with pytest.raises(ValueError, match=f"{name} must be {allowed}, got"):
        sgd(**arguments)


def test_a_divergence_comes_home_from_a_process() -> None:
    with pytest.raises(Diverged) as caught:
        sgd(lambda here: [1.0], Exponential(1), steps=4, step_size=1)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert_array_equal(copy.trajectory.parameters, [[1]])
