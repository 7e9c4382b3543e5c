"""A change far below the printed digits, which no chapter's output would show, fails the unit tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Loaded before the tests are: replaces the function wherever the package holds it.
PLUGIN = """
import functools
import sys

import rpt_helpers

original = getattr(sys.modules["rpt_helpers.{module}"], "{function}")


@functools.wraps(original)
def changed(*arguments, **options):
    return original(*arguments, **options) * (1 + 1e-9)


for name, module in list(sys.modules.items()):
    if name.startswith("rpt_helpers"):
        for attribute, value in list(vars(module).items()):
            if value is original:
                setattr(module, attribute, changed)
"""


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("closed_form", "expected_loss"),
        ("closed_form", "gradient"),
        ("closed_form", "variance"),
        ("closed_form", "optimal_baseline"),
        ("estimators", "pathwise"),
        ("estimators", "score_function"),
        ("quadrature", "expectation"),
        ("quadrature", "gradient"),
        ("quadrature", "variance"),
    ],
)
def test_relative_change_of_1e_9_is_caught(module: str, function: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(PLUGIN.format(module=module, function=function))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "planted", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, f"tests/test_{module}.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
