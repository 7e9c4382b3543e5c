"""Bad input is refused with a ValueError that names the argument and the value, and nothing is repaired in silence."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from routes import NORMAL, SQUARED_ERROR, X

from rpt_helpers import (
    Cosine,
    EnergyScore,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    Quadratic,
    ReverseKL,
    SquaredError,
    SquaredErrorWithEntropy,
    closed_form,
    decaying_step,
    estimate,
    pathwise,
    plots,
    quadrature,
    score_function,
    sgd,
    symbolic,
)

NAN, INF = float("nan"), float("inf")
EPS = np.array([0.1, -0.5])
Call = Callable[[Any], Any]

NOT_NUMBERS = [NAN, INF, -INF, "1", True, np.True_, None, 1j, [1.0], np.array(1.0), 10**400, Fraction(10**400)]
NOT_POSITIVE = [*NOT_NUMBERS, 0, -1, -0.0]
NOT_COUNTS = [0, -1, 1.5, 2.0, "2", True, None, NAN, np.array(3)]
NOT_NAMES = ["Sigma", "mu", "", None, 1, ["sigma"], b"sigma"]
NOT_REAL: list[Any] = [
    "1",
    ["1", "2"],
    [1j, 2.0],
    np.array([1 + 0j]),
    [True, False],
    [True, 2.0],
    (1.0, np.True_),
    [1.0, None],
    np.array([1.0, 2.0], dtype=object),
    [[1.0], [2.0, 3.0]],
    [10**400],
    np.ma.array([1.0, 2.0], mask=[False, True]),
    np.array(["2026-01-01"], dtype="datetime64[D]"),
    {1.0, 2.0},
    None,
]
NOT_SAMPLES: list[Any] = [*NOT_REAL, 1.0, np.array(1.0), [], [[1.0, 2.0]], [1.0, NAN], [-INF, 1.0], np.zeros((0, 1))]


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def still(here: Normal) -> list[float]:
    return [0.0, 0.0]


def each(name: str, call: Call, values: list[Any]) -> list[Any]:
    return [pytest.param(name, call, value, id=f"{name}={label(value)}") for value in values]


def label(value: Any) -> str:
    """Return the repr without an address, which would differ between the processes of a parallel run."""
    return re.sub(r" at 0x\w+", "", repr(value))[:40]


NUMBERS = [
    *each("mu", lambda v: Normal(v, 1), NOT_NUMBERS),
    *each("sigma", lambda v: Normal(0, v), NOT_POSITIVE),
    *each("k", Quadratic, NOT_NUMBERS),
    *each("k", ExponentialSquare, NOT_NUMBERS),
    *each("k", Cosine, NOT_NUMBERS),
    *each("tau", lambda v: SquaredErrorWithEntropy(X, v), NOT_POSITIVE),
    *each("initial", lambda v: decaying_step(v, 1), NOT_POSITIVE),
    *each("halved_after", lambda v: decaying_step(1, v), NOT_POSITIVE),
    *each("step_size", lambda v: sgd(still, NORMAL, steps=1, step_size=v), NOT_POSITIVE),
    *each("step_size(0)", lambda v: sgd(still, NORMAL, steps=1, step_size=lambda t: v), NOT_POSITIVE),
    *each("steps", lambda v: sgd(still, NORMAL, steps=v, step_size=1), NOT_COUNTS),
    *each("n_samples", lambda v: estimate(pathwise, SQUARED_ERROR, NORMAL, v, rng()), [*NOT_COUNTS, 1]),
    *each(
        "rng",
        lambda v: estimate(pathwise, SQUARED_ERROR, NORMAL, 10, v),
        [1, None, np.random, np.random.RandomState(1), np.random.default_rng],
    ),
]


@pytest.mark.parametrize(("name", "call", "value"), NUMBERS)
def test_a_bad_number_is_named_with_its_value(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value).startswith(f"{name} must be a")
    assert str(caught.value).endswith(f", got {value!r}")


ARRAYS_OF_SAMPLES = [
    *[
        case
        for kind in (SquaredError, MeanAbsoluteError, NegativeLogLikelihood, MomentMatching, ReverseKL, EnergyScore)
        for case in each("x", kind, NOT_SAMPLES)
    ],
    *each("x", lambda v: SquaredErrorWithEntropy(v, 1), NOT_SAMPLES),
    *each("eps", lambda v: pathwise(SQUARED_ERROR, NORMAL, v), NOT_SAMPLES),
    *each("eps", lambda v: score_function(SQUARED_ERROR, NORMAL, v), NOT_SAMPLES),
    *each(
        "eps", lambda v: score_function(SQUARED_ERROR, NORMAL, v, baseline="leave-one-out"), [*NOT_SAMPLES, [1.0], [2]]
    ),
    *each("eps", lambda v: MomentMatching(X).pathwise(NORMAL, v), [*NOT_SAMPLES, [1.0]]),
    *each("eps", lambda v: EnergyScore(X).pathwise(NORMAL, v), NOT_SAMPLES),
    *each("samples", lambda v: plots.histogram(plt.figure().add_subplot(), v, "exact"), [[], [NAN], "1"]),
]


@pytest.mark.parametrize(("name", "call", "value"), ARRAYS_OF_SAMPLES)
def test_a_bad_array_is_named_with_what_is_wrong(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    message = str(caught.value)
    assert message.startswith((f"{name} must be one-dimensional", f"{name} must be an array of real", f"{name}["))
    plt.close("all")


def test_the_message_of_an_array_locates_the_fault() -> None:
    with pytest.raises(ValueError, match=r"^x\[2\] must be finite, got nan$"):
        SquaredError([1, 2, NAN, INF])
    with pytest.raises(ValueError, match=r"^eps must be one-dimensional with at least 2 value.*shape \(1,\)"):
        score_function(SQUARED_ERROR, NORMAL, [0.5], baseline="leave-one-out")
    with pytest.raises(ValueError, match=r"^x must be an array of real numbers, got \[True, 2.0\]$"):
        SquaredError([True, 2.0])


POINTS = [
    *each("eps", NORMAL.path, NOT_REAL),
    *each("eps", NORMAL.score_of_noise, NOT_REAL),
    *each("y", NORMAL.score, NOT_REAL),
    *each("y", NORMAL.log_prob, NOT_REAL),
    *[
        case
        for loss in (SQUARED_ERROR, ExponentialSquare(1), Cosine(1), MeanAbsoluteError(X), Loss(np.sin, np.cos))
        for call in (loss, loss.derivative)
        for case in each("y", call, NOT_REAL)
    ],
    *each("value(y)", lambda v: Loss(lambda y: v, np.cos)([1.0, 2.0]), NOT_REAL),
    *each("derivative(y)", lambda v: Loss(np.sin, lambda y: v).derivative([1.0, 2.0]), NOT_REAL),
    *each("gradient", lambda v: sgd(lambda here: v, NORMAL, steps=1, step_size=1), NOT_REAL),
    *each("parameters", Normal.from_parameters, NOT_REAL),
    *each(
        "baseline",
        lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, baseline=v),
        [[True, 1], [1, "2"], [[1], [2, 3]]],
    ),
]


@pytest.mark.parametrize(("name", "call", "value"), POINTS)
def test_only_real_numbers_are_points(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value) == f"{name} must be an array of real numbers, got {value!r}"


CHOICES = [
    *[
        case
        for call in (
            NORMAL.parameters,
            NORMAL.scale_derivative,
            lambda v: Normal.from_parameters([1, 2], v),
            lambda v: NORMAL.score(EPS, v),
            lambda v: NORMAL.score_of_noise(EPS, v),
            lambda v: pathwise(SQUARED_ERROR, NORMAL, EPS, v),
            lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, v),
            lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, v, baseline="leave-one-out"),
            lambda v: estimate(pathwise, SQUARED_ERROR, NORMAL, 10, rng(), v),
            lambda v: closed_form.gradient(SQUARED_ERROR, NORMAL, v),
            lambda v: closed_form.variance("pathwise", SQUARED_ERROR, NORMAL, v),
            lambda v: quadrature.gradient(SQUARED_ERROR, NORMAL, v),
            lambda v: quadrature.variance(pathwise, SQUARED_ERROR, NORMAL, v),
            lambda v: sgd(still, NORMAL, steps=1, step_size=1, wrt=v),
            lambda v: NegativeLogLikelihood(X).gradient(NORMAL, v),
            lambda v: MomentMatching(X).gradient(NORMAL, v),
            lambda v: MomentMatching(X).pathwise(NORMAL, EPS, v),
            lambda v: ReverseKL(X).gradient(NORMAL, v),
            lambda v: ReverseKL(X).pathwise(NORMAL, EPS, v),
            lambda v: EnergyScore(X).gradient(NORMAL, v),
            lambda v: EnergyScore(X).pathwise(NORMAL, EPS, v),
            symbolic.gradient,
            symbolic.score,
            lambda v: symbolic.variance("pathwise", v),
        )
        for case in each("wrt", call, NOT_NAMES)
    ],
    *each("estimator", lambda v: closed_form.variance(v, SQUARED_ERROR, NORMAL), [*NOT_NAMES, pathwise]),
    *each("estimator", symbolic.sample, [*NOT_NAMES, pathwise]),
    *each("kind", lambda v: plots.line(plt.figure().add_subplot(), EPS, EPS, v), NOT_NAMES),
    *each("kind", lambda v: plots.points(plt.figure().add_subplot(), EPS, EPS, EPS, v), NOT_NAMES),
    *each("kind", lambda v: plots.level(plt.figure().add_subplot(), 1, "one", v), NOT_NAMES),
]


@pytest.mark.parametrize(("name", "call", "value"), CHOICES)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str, call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    first = {
        "wrt": "'sigma', 'variance', 'log_sigma'",
        "estimator": "'pathwise', 'score_function'",
        "kind": "'pathwise'",
    }
    assert str(caught.value).startswith(f"{name} must be one of {first[name]}")
    assert str(caught.value).endswith(f", got {value!r}")
    plt.close("all")


NOT_BASELINES: list[Any] = ["Mean", "", True, NAN, INF, 1j, [1.0], [1, 2, 3], [[1, 2]], np.array(1.0), {1, 2}, np.mean]


@pytest.mark.parametrize(
    "call",
    [
        lambda v: score_function(SQUARED_ERROR, NORMAL, EPS, baseline=v),
        lambda v: score_function(Cosine(1), NORMAL, EPS, baseline=v),
        lambda v: closed_form.variance("score_function", SQUARED_ERROR, NORMAL, baseline=v),
        lambda v: quadrature.variance(score_function, Cosine(1), NORMAL, baseline=v),
        lambda v: estimate(score_function, SQUARED_ERROR, NORMAL, 10, rng(), baseline=v),
    ],
)
@pytest.mark.parametrize("value", NOT_BASELINES, ids=label)
def test_an_unknown_baseline_is_named_with_its_value(call: Call, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        call(value)
    assert str(caught.value).startswith("baseline must be ")
    assert str(caught.value).endswith(f", got {value!r}")


@pytest.mark.parametrize("value", [[1, NAN], (INF, 1), np.array([-INF, NAN])])
def test_a_pair_of_baselines_is_finite(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^baseline\[[01]\] must be a finite real number, got "):
        score_function(SQUARED_ERROR, NORMAL, EPS, baseline=value)


@pytest.mark.parametrize("baseline", ["mean", "optimal", "leave-one-out", 0, 1.0, [1, 2]])
def test_the_pathwise_estimator_has_no_baseline(baseline: Any) -> None:
    with pytest.raises(ValueError, match="^baseline must be None for the pathwise estimator, got "):
        closed_form.variance("pathwise", SQUARED_ERROR, NORMAL, baseline=baseline)
    with pytest.raises(TypeError, match="baseline"):
        estimate(pathwise, SQUARED_ERROR, NORMAL, 10, rng(), baseline=baseline)


def only_value(y: Any) -> Any:
    return y


@pytest.mark.parametrize("loss", [only_value, np.sin, None, 1.0, "loss", [only_value, only_value]])
@pytest.mark.parametrize(
    "call", [lambda loss: pathwise(loss, NORMAL, EPS), lambda loss: quadrature.gradient(loss, NORMAL)]
)
def test_a_loss_without_a_derivative_cannot_be_differentiated(call: Call, loss: Any) -> None:
    with pytest.raises(
        ValueError, match="^loss must be a loss with a derivative, for example Loss.value, derivative., got"
    ):
        call(loss)


@pytest.mark.parametrize("loss", [Cosine(1), only_value, None])
@pytest.mark.parametrize(
    "call",
    [
        lambda loss: closed_form.expected_loss(loss, NORMAL),
        lambda loss: closed_form.gradient(loss, NORMAL),
        lambda loss: closed_form.optimal_baseline(loss, NORMAL),
        lambda loss: closed_form.variance("pathwise", loss, NORMAL),
        lambda loss: closed_form.variance("score_function", loss, NORMAL),
    ],
)
def test_the_closed_form_is_that_of_sums_of_squares(call: Call, loss: Any) -> None:
    with pytest.raises(
        ValueError, match="^loss must be a SquaredError or a Quadratic .rpt_helpers.quadrature takes any"
    ):
        call(loss)


@pytest.mark.parametrize(
    ("name", "call"), [("value", lambda f: Loss(f, np.cos)), ("derivative", lambda f: Loss(np.sin, f))]
)
@pytest.mark.parametrize("function", [None, 1.0, "sin", [np.sin]])
def test_a_loss_is_made_of_functions(name: str, call: Call, function: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a function of an array, got "):
        call(function)


@pytest.mark.parametrize("result", [1.0, [1.0], np.ones(3), np.ones((2, 1))])
def test_a_loss_returns_one_number_for_each_y(result: Any) -> None:
    loss = Loss(lambda y: result, lambda y: result)
    for name, call in (("value", loss), ("derivative", loss.derivative)):
        with pytest.raises(ValueError, match=rf"^{name}\(y\) must be one number for each y, shape \(2,\), got 'shape "):
            call(EPS)


@pytest.mark.parametrize("slope", [1.0, [1.0], [1, 2, 3], [[1, 2]], [NAN, 1], [1, INF]])
def test_a_gradient_is_two_finite_numbers(slope: Any) -> None:
    with pytest.raises(ValueError, match="^gradient at step 0 must be two finite numbers, got array"):
        sgd(lambda here: slope, NORMAL, steps=1, step_size=1)


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_step_to_infinity_is_refused() -> None:
    with pytest.raises(ValueError, match="^mu must be a finite real number, got -inf"):
        sgd(lambda here: [1e308, 0], NORMAL, steps=1, step_size=10)
    with pytest.raises(ValueError, match="^sigma must be a finite number > 0, got inf"):
        sgd(lambda here: [0, -1e308], NORMAL, steps=1, step_size=10)


@pytest.mark.parametrize("parameters", [1.0, [1.0], [1, 2, 3], [[1, 2]]])
def test_parameters_are_two(parameters: Any) -> None:
    with pytest.raises(ValueError, match=r"^parameters must be an array of shape \(2,\), got 'shape "):
        Normal.from_parameters(parameters)


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize(
    ("parameters", "wrt", "name"),
    [
        ([NAN, 1], "sigma", "mu"),
        ([0, 0], "sigma", "sigma"),
        ([0, -4], "variance", "variance"),
        ([0, 0], "variance", "variance"),
        ([0, NAN], "variance", "variance"),
        ([0, 1000], "log_sigma", "sigma"),
        ([0, -1000], "log_sigma", "sigma"),
        ([0, NAN], "log_sigma", "sigma"),
    ],
)
def test_parameters_make_a_normal_or_an_error(parameters: Any, wrt: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a finite "):
        Normal.from_parameters(parameters, wrt)


@pytest.mark.parametrize("kind", [MomentMatching, ReverseKL, EnergyScore])
@pytest.mark.parametrize("x", [[2.0], [0.1, 0.1, 0.1], [1e9 / 7] * 5])
def test_data_that_coincide_have_no_best_sigma(kind: Call, x: Any) -> None:
    with pytest.raises(ValueError, match="^mean square deviation of x must be a finite number > 0, got 0.0"):
        kind(x)
    with pytest.raises(ValueError, match="^sigma must be a finite number > 0, got 0.0"):
        NegativeLogLikelihood(x).optimum()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_data_whose_squares_overflow_are_refused() -> None:
    with pytest.raises(ValueError, match="^mean square deviation of x must be a finite"):
        SquaredError([1e200, -1e200])


@pytest.mark.parametrize("shape", [(), (10,), (10, 1), (2, 10), (9, 2)])
def test_an_estimator_returns_one_gradient_for_each_sample(shape: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^estimator must be a function that returns shape \(10, 2\) here, got 'shape "
    ):
        estimate(lambda *arguments, **options: np.zeros(shape), SQUARED_ERROR, NORMAL, 10, rng())


def test_what_is_a_number_stays_one() -> None:
    numbers: list[Any] = [np.int64(2), np.float32(2), Fraction(2), 2]
    assert {Normal(number, number) for number in numbers} == {Normal(2.0, 2.0)}
    assert SquaredError(np.array([1, 2], np.uint8)).mean == 1.5
    assert SquaredError(np.array([1, 2], np.float32)).mean == 1.5
    assert SquaredError(np.ma.array([1.0, 2.0])).mean == 1.5
    assert SquaredError((1, 2.0)).mean == SquaredError(range(1, 3)).mean == 1.5
