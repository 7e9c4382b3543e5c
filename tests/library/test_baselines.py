"""A baseline becomes two numbers, and the exact ones are computed only if asked for."""

from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rpt_helpers.baselines import is_leave_one_out, resolve


def never() -> NoReturn:
    raise AssertionError("not asked for")


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (None, [0, 0]),
        (3, [3, 3]),
        (np.float32(0.5), [0.5, 0.5]),
        ([1, 2.5], [1, 2.5]),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), [1, 2]),
    ],
)
def test_numbers_stand_for_themselves(baseline: Any, expected: list[float]) -> None:
    assert_array_equal(resolve(baseline, never, never), expected)


def test_names_stand_for_the_exact_values() -> None:
    assert_array_equal(resolve("mean", lambda: 7.0, never), [7, 7])
    assert_array_equal(resolve("optimal", never, lambda: np.array([1.0, 2.0])), [1, 2])


def test_leave_one_out_is_offered_only_where_it_is_possible() -> None:
    with pytest.raises(ValueError, match=r"baseline must be None, 'mean', 'optimal', a number.*got 'leave-one-out'"):
        resolve("leave-one-out", never, never)
    with pytest.raises(ValueError, match="'optimal', 'leave-one-out', a number, or one number per component, got 'x'"):
        resolve("x", never, never, allow_leave_one_out=True)


def test_only_the_name_is_leave_one_out() -> None:
    assert is_leave_one_out("leave-one-out")
    assert not any(map(is_leave_one_out, [None, "mean", 1.0, np.zeros(2)]))
