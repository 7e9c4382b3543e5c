"""The data that the chapters run on."""

import numpy as np

from ._arguments import FloatArray


def _read(name: str) -> FloatArray:
    from importlib.resources import files  # slow to import

    text = (files(__package__) / "data" / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return np.array(lines[1:], dtype=np.float64)  # the first line names the column


def michelson() -> FloatArray:
    """Return Michelson's 100 measurements of the speed of light of 1879, in km/s, shape (100,).

    Source: A. A. Michelson, "Experimental Determination of the Velocity of Light", Astronomical
    Papers 1, 1882, as discussed in S. M. Stigler, "Do Robust Estimators Work with Real Data?", The
    Annals of Statistics 5(6), 1977, and distributed with R as the data set ``morley``.
    """
    return _read("michelson-1879.csv")


def ten_draws() -> FloatArray:
    """Return ten numbers drawn once from N(3, 2^2) and rounded to two decimals, shape (10,).

    They are ``np.random.default_rng(4).normal(3, 2, 10).round(2)``. The oracle of the question
    would know the 3 and the 2; an estimator sees only the ten numbers.
    """
    return _read("ten-draws.csv")
