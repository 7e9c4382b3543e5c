"""No solution reaches what is published: the built site, the wheel, the source distribution."""

import html
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grading.book import chapters, load
from grading.merge import merge
from grading.questions import Coded, Written

ROOT = Path(__file__).parents[2]
BINARY = (".png", ".woff2", ".woff", ".ttf", ".svg", ".pyc")
SHORTEST = 40  # characters of a line that say something of their own


def plain(text: str) -> str:
    """Return text without tags, escapes and space: pages, notebooks and source are then alike."""
    text = html.unescape(re.sub(r"<[^<>\n]*>", "", text))
    return re.sub(r"""\s|\\[nt"']|[\\"']""", "", text)


def secrets() -> Iterator[tuple[str, str]]:
    """Yield each question's name with its whole solution and with each long line of it."""
    for chapter in chapters():
        for question in load(chapter).questions:
            yield question.name, plain(question.solution)
            rubric = question.rubric if isinstance(question, Written) else ""
            for line in [*question.solution.splitlines(), *rubric.splitlines()]:
                # What the stub shows, or what anybody writes, gives nothing away.
                if len(plain(line)) >= SHORTEST and not line.strip().startswith(
                    ("def ", '"""', "from ", "import ")
                ):
                    yield question.name, plain(line)


def leaks(folder: Path) -> set[str]:
    """Return which files of a folder hold something of a solution, or belong to the answers."""
    hidden = list(secrets())
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in BINARY:
            text = plain(path.read_text(encoding="utf-8", errors="replace"))
            name = path.relative_to(folder).as_posix()
            found |= {f"{name}: {question}" for question, secret in hidden if secret in text}
            if "grading/answers/" in name or "RPT_COURSE_SECRET=" in text:
                found.add(f"{name}: grading")
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, because building leaves files in it."""
    copy = tmp_path_factory.mktemp("tree") / "book"
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    packages = Path("book", "_ext", "node_modules")  # not fetched again
    if (ROOT / packages).exists():
        (copy / packages).symlink_to(ROOT / packages)
    return copy


def distributions(tree: Path, out: Path) -> Path:
    """Build the wheel and the source distribution of a tree and unpack them."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(tree)]
    subprocess.run(command, check=True, capture_output=True)
    zipfile.ZipFile(next(out.glob("*.whl"))).extractall(out / "wheel")
    with tarfile.open(next(out.glob("*.tar.gz"))) as archive:
        # By hand: extractall asks for a filter from Python 3.12 on and knows none in 3.11.2.
        for member in filter(tarfile.TarInfo.isfile, archive):
            file, path = archive.extractfile(member), out / "sdist" / member.name
            assert file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.read())
    return out


def site(tree: Path, out: Path) -> Path:
    """Build the book of a tree; that it is without fault is for other tests."""
    program = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", "-q", "--path-output", str(out), str(tree)]
    # Not captured: a helper of a build that fails would hold the pipe open.
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out / "_build" / "html"


def test_nothing_leaks_into_what_is_published(source: Path, tmp_path: Path) -> None:
    assert (source / "grading" / "answers").is_dir()
    unpacked = distributions(source, tmp_path / "dist")
    assert leaks(unpacked) == set()
    assert not [path for path in unpacked.rglob("*") if "grading" in path.parts]
    pages = site(source, tmp_path / "site")
    assert list(pages.rglob("*.ipynb"))
    assert leaks(pages) == set()


def test_a_planted_leak_is_found(source: Path, tmp_path: Path) -> None:
    """A merged chapter in the book, a solution in the package, the answers in the distribution."""
    tree = tmp_path / "tree"
    shutil.copytree(source, tree, symlinks=True)
    path = tree / "book" / "left-hand-side.ipynb"
    nbformat.write(merge(nbformat.read(path, as_version=4), load("left-hand-side").questions), path)
    with (tree / "rpt_helpers" / "losses.py").open("a") as module:
        coded = [each for each in load("left-hand-side").questions if isinstance(each, Coded)]
        module.write(coded[0].solution)
    project, only = (tree / "pyproject.toml").read_text(), 'only-include = ["rpt_helpers"]'
    assert only in project
    more = project.replace(only, 'only-include = ["rpt_helpers", "grading"]')
    (tree / "pyproject.toml").write_text(more)
    unpacked = leaks(distributions(tree, tmp_path / "dist"))
    assert "wheel/rpt_helpers/losses.py: left-hand-side-weighted-gradient" in unpacked
    assert "wheel/grading/answers/left_hand_side.py: grading" in unpacked
    assert any(each.startswith("sdist/") and each.endswith(": grading") for each in unpacked)
    pages = leaks(site(tree, tmp_path / "site"))
    for name in ("weights", "weighted-gradient", "fourth-power", "spread-can-pay"):
        assert f"_sources/book/left-hand-side.ipynb: left-hand-side-{name}" in pages
        # Formulas are typeset on the page, so that a derivation is found in the source beside it.
        assert name == "weights" or f"book/left-hand-side.html: left-hand-side-{name}" in pages


@pytest.mark.parametrize("chapter", chapters())
def test_chapters_and_package_hold_no_solution(chapter: str) -> None:
    for folder in (ROOT / "book", ROOT / "rpt_helpers"):
        mine = {each for each in leaks(folder) if each.partition(": ")[2].startswith(chapter)}
        assert mine == set()
