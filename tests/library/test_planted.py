"""A change far below the printed digits, which no chapter's output would show, fails the tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Loaded before the tests are: replaces functions wherever the package holds them.
PLUGIN = """
import functools
import sys

import rpt_helpers

PLANT = {plant!r}


def plant(module, name):
    original = getattr(sys.modules["rpt_helpers." + module], name)

    @functools.wraps(original)
    def changed(*arguments, **options):
        return eval(PLANT, {{"result": original(*arguments, **options)}})

    for loaded in [m for name, m in sys.modules.items() if name.startswith("rpt_helpers")]:
        for attribute, value in list(vars(loaded).items()):
            if value is original:
                setattr(loaded, attribute, changed)
            if attribute == "VARIANCE":  # has estimators in its keys
                for key in [key for key in value if original in key]:
                    value[changed, key[1]] = value.pop(key)


for module, name in {functions!r}:
    plant(module, name)
"""
FUNCTIONS = [
    *[("closed_form", name) for name in ("expected_loss", "gradient", "optimal_baseline")],
    ("closed_form", "variance"),
    *[("estimators", name) for name in ("pathwise", "score_function", "measure_valued")],
    ("estimators", "leave_one_out"),
    *[("quadrature", name) for name in ("expected_loss", "gradient", "optimal_baseline")],
    *[("quadrature", name) for name in ("variance", "expectation", "hermite_spectrum")],
]


def run(folder: Path, plant: str, functions: list[tuple[str, str]]) -> str:
    """Run the quick tests of the functions' modules with `plant` in place of each result."""
    (folder / "planted.py").write_text(PLUGIN.format(plant=plant, functions=functions))
    files = sorted({f"tests/library/test_{module}.py" for module, _ in functions})
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "planted"]
        + ["-p", "no:cacheprovider", "-k", "not sympy and not integrals", *files],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "500"},
        capture_output=True,
        text=True,
    )
    return result.stdout


def is_caught(output: str) -> bool:
    """Tell whether a test compared and found a difference; any other error catches nothing."""
    return re.search(r"^FAILED .* - (AssertionError|assert )", output, re.MULTILINE) is not None


@pytest.mark.parametrize(("module", "function"), FUNCTIONS)
def test_relative_change_of_1e_9_is_caught(module: str, function: str, tmp_path: Path) -> None:
    output = run(tmp_path, "result * (1 + 1e-9)", [(module, function)])
    assert is_caught(output), output


def test_a_change_of_nothing_passes(tmp_path: Path) -> None:
    output = run(tmp_path, "result * 1", FUNCTIONS)
    assert re.search(r"^\d+ passed", output, re.MULTILINE), output


def test_a_plant_that_fails_by_itself_is_not_taken_for_a_catch(tmp_path: Path) -> None:
    output = run(tmp_path, "1 / 0", [("estimators", "pathwise")])
    assert "ZeroDivisionError" in output
    assert not is_caught(output), output
