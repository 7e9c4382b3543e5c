"""The data are those of their sources."""

from collections.abc import Callable
from hashlib import sha256

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rpt_helpers import datasets
from rpt_helpers._arguments import FloatArray


def test_ten_draws_are_what_their_seed_draws() -> None:
    drawn = np.random.default_rng(4).normal(3, 2, 10).round(2)
    assert_array_equal(datasets.ten_draws(), drawn)


def test_michelson_has_five_experiments_of_twenty_runs() -> None:
    experiments = datasets.michelson().reshape(5, 20)
    # The means and the standard deviation that R reports of its data set morley, minus 299000.
    assert_array_equal(experiments.mean(axis=1) - 299_000, [909, 856, 845, 820.5, 831.5])
    assert_array_equal(experiments[0, :6] - 299_000, [850, 740, 900, 1070, 930, 850])
    assert experiments.mean() == 299_852.4
    assert experiments.std(ddof=1) == pytest.approx(79.01055, abs=5e-6)


def test_michelson_has_every_measurement_in_its_place() -> None:
    text = " ".join(f"{speed:.0f}" for speed in datasets.michelson())
    assert sha256(text.encode()).hexdigest().startswith("ab359e0aa6415b2a")


@pytest.mark.parametrize("read", [datasets.michelson, datasets.ten_draws])
def test_a_reader_may_change_its_copy(read: Callable[[], FloatArray]) -> None:
    copy = read()
    copy[:] = 0
    assert np.all(read() != 0)
