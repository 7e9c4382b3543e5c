"""Binder builds from `binder/`: seen in the Dockerfile of repo2docker, without docker."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return dict(PIN.findall(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "-3.11",  # the environment of Python 3.11
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "RUN ./binder/postBuild",
    ],
)
def test_dockerfile_has(dockerfile: str, line: str) -> None:
    assert line in dockerfile.replace("-2d3-2e11", "-3.11")


def test_post_build_installs_the_package() -> None:
    script = ROOT / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    assert "pip install --no-deps -e ." in script.read_text(encoding="utf-8")


def test_pins_are_those_of_the_book() -> None:
    binder, everything = pins(ROOT / "binder" / "requirements.txt"), pins(ROOT / "requirements.txt")
    assert {name: everything.get(name) for name in binder} == binder


def test_every_pin_has_a_hash() -> None:
    text = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8")
    assert all(
        "--hash=sha256:" in entry for entry in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    )


def test_binder_has_what_chapters_need_and_no_builder() -> None:
    names = pins(ROOT / "binder" / "requirements.txt").keys()
    assert {"ipykernel", "jupyterlab", "matplotlib", "numpy", "scipy", "sympy"} <= names
    assert not {"sphinx", "jupyter-book", "nbgrader", "pytest", "tqdm"} & names
