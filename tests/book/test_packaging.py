"""The package as others get it: built, installed elsewhere, imported from another folder."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USE = """
import pathlib, sys
import rpt_helpers
from rpt_helpers import Normal, SquaredError, checks, datasets, pathwise, symbolic
assert pathlib.Path(rpt_helpers.__file__).is_relative_to(sys.argv[1]), rpt_helpers.__file__
assert len(datasets.michelson()) == 100 and len(datasets.ten_draws()) == 10
assert pathwise(SquaredError([1.0, 3.0]), Normal(2.0, 1.0), [0.0, 1.0]).shape == (2, 2)
assert callable(checks.check) and symbolic.gradient()
"""


def run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist and, from it, the wheel: so the sdist is known to be complete."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT))
    return out


def test_wheel_works_from_another_folder(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    target = tmp_path / "installed"
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(target),
        str(wheel),
    )
    run(
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(target)!r})\n{USE}",
        str(target),
        cwd=tmp_path,
    )


def test_wheel_holds_the_library_whole_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in (ROOT / "rpt_helpers").rglob("*") if path.is_file())
    assert names == {
        str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts
    }
    assert {"rpt_helpers/py.typed", "rpt_helpers/checks/__init__.py"} <= names


def test_sdist_holds_no_answer_and_no_test(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames()]
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"rpt_helpers"} and "pyproject.toml" in names


def test_the_editable_installation_offers_the_library_and_no_answers(tmp_path: Path) -> None:
    """A student's code that runs in an instructor's environment finds no module of answers."""
    find = "import importlib.util as util; print([bool(util.find_spec(name)) for name in {}])"
    names = ["rpt_helpers", "grading", "authoring"]
    done = subprocess.run(
        [sys.executable, "-c", find.format(names)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == "[True, False, False]\n"


def test_versions_agree() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    citation = re.search(
        r"^version: \"?([\d.]+)", (ROOT / "CITATION.cff").read_text(), re.MULTILINE
    )
    assert version and citation and version[1] == citation[1]
