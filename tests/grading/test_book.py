"""The engine grades any book: one module ties it to this one."""

import subprocess
import sys

import pytest

from tests.grading.corpus import ROOT


@pytest.mark.parametrize("module", ["jail", "submissions", "nbgrader_plugins"])
def test_what_grades_does_not_import_the_book(module: str) -> None:
    program = f"import sys, grading.{module}; print(*sys.modules, sep='\\n')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    mine = {"rpt_helpers", "grading.book", "grading.answers"}
    assert "grading" in done.stdout.split() and not mine & {*done.stdout.split()}
