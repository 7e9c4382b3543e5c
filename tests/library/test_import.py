"""What `import rpt_helpers` brings: every name of its list and none of the slow packages."""

import subprocess
import sys

import rpt_helpers


def packages_after(statement: str) -> set[str]:
    """Return the top-level packages that a fresh Python holds after a statement."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


SLOW = {"sympy", "matplotlib", "scipy"}


def test_numpy_is_all_that_an_import_loads() -> None:
    loaded = packages_after("import rpt_helpers")
    assert {"rpt_helpers", "numpy"} <= loaded
    assert not SLOW & loaded


def test_what_is_slow_to_load_comes_when_it_is_asked_for() -> None:
    assert SLOW & packages_after("from rpt_helpers import symbolic") == {"sympy"}
    assert "matplotlib" in packages_after("from rpt_helpers import plots")
    use = "from rpt_helpers import *; closed_form.gradient(MeanAbsoluteError([1]), Normal(0, 1))"
    assert SLOW & packages_after(use) == {"scipy"}


def test_every_name_of_the_list_is_there_once() -> None:
    names = rpt_helpers.__all__
    assert len(names) == len(set(names))
    assert all(hasattr(rpt_helpers, name) for name in names)
