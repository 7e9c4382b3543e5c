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


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file, and of each that is packed into a download."""
    for path in filter(Path.is_file, folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for packed in archive.namelist():
                    if not packed.endswith(BINARY):
                        yield f"{name}/{packed}", archive.read(packed).decode(errors="replace")
        elif path.suffix not in BINARY:
            yield name, path.read_text(encoding="utf-8", errors="replace")


def leaks(folder: Path) -> set[str]:
    """Return which files of a folder hold something of a solution, or belong to the answers."""
    hidden = list(secrets())
    found: set[str] = set()
    for name, said in texts(folder):
        text = plain(said)
        found |= {f"{name}: {question}" for question, secret in hidden if secret in text}
        if "grading/answers/" in name or "RPT_COURSE_SECRET=" in text:
            found.add(f"{name}: grading")
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is in the repository: building leaves files in it."""
    copy = tmp_path_factory.mktemp("tree") / "book"
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
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


def test_nothing_leaks_into_the_distributions(source: Path, tmp_path: Path) -> None:
    """Nor into the site, which tests/book builds and gives to the same search."""
    assert (source / "grading" / "answers").is_dir()
    unpacked = distributions(source, tmp_path)
    assert leaks(unpacked) == set()
    assert not [path for path in unpacked.rglob("*") if "grading" in path.parts]


def test_a_leak_into_the_distributions_is_found(source: Path, tmp_path: Path) -> None:
    """A solution in the package, and the answers in the distribution."""
    tree = tmp_path / "tree"
    shutil.copytree(source, tree, symlinks=True)
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


def test_a_leak_into_the_site_is_found(tmp_path: Path) -> None:
    """A merged chapter in a small book."""
    from test_site import build, small

    book = small(tmp_path)
    chapter = merge(load("left-hand-side").notebook, load("left-hand-side").questions)
    nbformat.write(chapter, book / "book" / "chapter.ipynb")
    build(book, tmp_path / "out")  # that it warns of links to other chapters does not matter
    pages = leaks(tmp_path / "out" / "_build" / "html")
    for name in ("weights", "weighted-gradient", "fourth-power", "spread-can-pay"):
        assert f"_sources/book/chapter.ipynb: left-hand-side-{name}" in pages
        # Formulas are typeset on the page, so that a derivation is found in the source beside it.
        assert name == "weights" or f"book/chapter.html: left-hand-side-{name}" in pages


def test_a_leak_into_a_download_is_found(tmp_path: Path) -> None:
    chapter = merge(load("left-hand-side").notebook, load("left-hand-side").questions)
    with zipfile.ZipFile(tmp_path / "book.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("left-hand-side.ipynb", nbformat.writes(chapter))
    assert "book.zip/left-hand-side.ipynb: left-hand-side-weighted-gradient" in leaks(tmp_path)


@pytest.mark.parametrize("folder", ["book", "rpt_helpers"])
def test_chapters_and_package_hold_no_solution(folder: str, source: Path) -> None:
    assert leaks(source / folder) == set()
