"""The page of the library: examples with the output that they have, and all public names."""

import contextlib
import io
import re
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library import public, summary

import rpt_helpers

PAGE = (Path(__file__).parents[2] / "book" / "api.md").read_text(encoding="utf-8")
SECTIONS = {
    module: text for text, module in re.findall(r"(.*?)\.\. library:: (\S+)", PAGE, re.DOTALL)
}
MODULES = {
    f"rpt_helpers.{path.stem}" for path in Path(rpt_helpers.__file__).parent.glob("[!_]*.py")
}
MODULES.add("rpt_helpers.checks")
ESTIMATORS = [
    name
    for name, value in public(import_module("rpt_helpers.estimators")).items()
    if not getattr(value, "_is_protocol", False)
]


def test_examples_print_what_is_shown() -> None:
    names: dict[str, Any] = {}
    with np.printoptions(), warnings.catch_warnings():
        for program, shown in re.findall(
            r"^```python\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", PAGE, re.DOTALL | re.MULTILINE
        ):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(program, names)
            assert printed.getvalue() == shown, program


@pytest.mark.parametrize("name", ESTIMATORS)
def test_each_estimator_has_an_example(name: str) -> None:
    programs = re.findall(r"```python\n(.*?)```", SECTIONS["rpt_helpers.estimators"], re.DOTALL)
    assert any(re.search(rf"\b{name}\b", program) for program in programs)


def test_each_module_has_a_section() -> None:
    assert {*SECTIONS} == MODULES


def test_each_exported_name_is_shown_once() -> None:
    shown = [value for module in SECTIONS for value in public(import_module(module)).values()]
    exported = [getattr(rpt_helpers, name) for name in rpt_helpers.__all__]
    assert all(sum(one is value for one in shown) == 1 for value in exported if callable(value))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_table_of_a_module_says_one_sentence_of_each_name(module: str) -> None:
    members = public(import_module(module))
    assert members
    for name, value in members.items():
        assert re.fullmatch(r"[A-Z][^\n]{15,150}\.", summary(value)), name


def test_internals_are_not_shown() -> None:
    shown = {name for module in SECTIONS for name in public(import_module(module))}
    inner = {"values", "slopes", "reparameterized", "stochastic", "centered", "CHUNK", "Penalized"}
    assert not shown & inner


def test_summary_is_the_first_sentence_and_its_names_are_code() -> None:
    def example() -> None:
        """Do `this` and :math:`x`
        at once. Then rest.

        More.
        """

    assert summary(example) == "Do ``this`` and :math:`x` at once."
