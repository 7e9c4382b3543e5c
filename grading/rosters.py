"""The files that an instructor writes or downloads: roster, extensions, a class's submissions.

How learning management systems name a downloaded file, as their own code has it:

- Canvas, `lib/content_zipper.rb` of https://github.com/instructure/canvas-lms:
  `lovelaceada_LATE_101_5005_left-hand-side-1.ipynb` has the name, LATE or nothing, the user's id,
  the file's id, and the file's name, where a later attempt has a number;
- Moodle, `mod/assign/classes/downloader.php` of https://github.com/moodle/moodle:
  `Ada Lovelace_7_assignsubmission_file/left-hand-side.ipynb`, or a `_` in the place of the `/`,
  has the full name without some characters, a number of this assignment's alone, and the file.
"""

import csv
import io
import re
import shutil
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from .nbgrader_plugins import LARGEST, safe

FIELDS = ("first_name", "last_name", "email", "lms_user_id")
CANVAS = re.compile(r"(?:.*/)?\w+?_(?P<late>LATE_)?(?P<user>\d+)_\d+_(?P<file>[^/.][^/]*)")
MOODLE = re.compile(
    r"(?:.*/)?(?P<name>[^/]+)_\d+_assignsubmission_[a-z]+(?:_?/(?:.*/)?|_)(?P<file>[^/.][^/]*)"
)
_CLEANED = re.compile(r"""[&<>"'`|:\\/_]""")  # not in Moodle's names of files

Student = Mapping[str, str]


def read_roster(path: Path) -> dict[str, Student]:
    """Read the CSV file that `nbgrader db student import` reads."""
    rows = _rows(path, "id")
    ids = Counter(row["id"] for row in rows)
    if wrong := [name or "nothing" for name, count in ids.items() if count > 1 or not name]:
        raise SystemExit(f"{path}: not the id of one student: {', '.join(wrong)}")
    return {row["id"]: {name: row[name] for name in FIELDS if row.get(name)} for row in rows}


def read_extensions(
    path: Path, students: Container[str], chapters: Container[str]
) -> dict[tuple[str, str], float]:
    """Read the days by chapter and student from the CSV file of extensions, if there is one."""
    extensions = {}
    for row in _rows(path, "student", "chapter", "days") if path.exists() else []:
        student, chapter, days = row["student"], row["chapter"], row["days"]
        if student not in students:
            raise SystemExit(f"{path}: no student has the id {student!r}")
        if chapter not in chapters:
            raise SystemExit(f"{path}: no chapter of this course is called {chapter!r}")
        try:
            extensions[chapter, student] = float(days)
        except (TypeError, ValueError):
            raise SystemExit(
                f"{path}: the days of {student} must be a number, got {days!r}"
            ) from None
    return extensions


def collect(download: Path, chapter: str, roster: Path, to: Path) -> None:
    """Sort a chapter's submissions, as Canvas or Moodle packs them, into STUDENT/CHAPTER folders.

    Raises
    ------
    SystemExit
        If it is not known whose a file is; all others are sorted before.
    """
    students = read_roster(roster)
    late, lost, sorted_in = set(), [], set()
    for name, data in _files(download):
        try:
            student, file, is_late = _whose(name, students, roster)
        except ValueError as error:
            lost.append(f"not sorted: {ascii(name)}: {error}")
            continue
        if len(data) > LARGEST:
            lost.append(f"not sorted: {ascii(name)}: it is larger than 20 MB")
            continue
        folder = to / student / chapter
        if student not in sorted_in:  # a newer download takes the place of an older one
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            sorted_in.add(student)
        path = folder / file
        while path.exists():
            path = path.with_stem(f"{path.stem}-another")
        path.write_bytes(data)
        late |= {student} if is_late else set()
    print(f"{len(sorted_in)} of {len(students)} students of {roster} handed something in")
    for student in sorted(late):
        print(f"late, says Canvas: {student}")
    if lost:
        raise SystemExit("\n".join(lost))


def _files(download: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the files in a zip file or in a folder, hidden ones left out."""
    if download.is_dir():
        for path in sorted(download.rglob("*")):
            name = path.relative_to(download).as_posix()
            if _shown(name) and path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    yield name, file.read(LARGEST + 1)
    elif zipfile.is_zipfile(download):
        with zipfile.ZipFile(download) as archive:
            for member in archive.infolist():
                if _shown(member.filename) and not member.is_dir():
                    with archive.open(member) as packed:
                        yield member.filename, packed.read(LARGEST + 1)
    else:
        raise SystemExit(f"{download} is neither a zip file nor a folder")


def _shown(name: str) -> bool:
    parts = (part for part in name.split("/") if part not in (".", ".."))
    return not any(part.startswith((".", "__MACOSX")) for part in parts)


def _whose(name: str, students: Mapping[str, Student], roster: Path) -> tuple[str, str, bool]:
    """Return a file's student, its own name, and whether Canvas calls it late."""
    if match := MOODLE.fullmatch(name):
        words, what = _words(match["name"]), f"of the name {match['name']}"
        mine = [
            student
            for student, fields in students.items()
            if _words(f"{fields.get('first_name', '')} {fields.get('last_name', '')}") == words
        ]
    elif match := CANVAS.fullmatch(name):
        what = f"with the lms_user_id {match['user']}"
        mine = [
            student
            for student, fields in students.items()
            if fields.get("lms_user_id") == match["user"]
        ]
    else:
        raise ValueError("neither Canvas nor Moodle names a file so")
    if len(mine) != 1:
        raise ValueError(f"{roster.name} has {len(mine) or 'no'} students {what}")
    if not safe(mine[0]):
        raise ValueError(f"the id {mine[0]} cannot be the name of a folder")
    return mine[0], match["file"], bool(match.groupdict().get("late"))


def _words(name: str) -> list[str]:
    """Return a name's words in one order, because sites write the last name first or last."""
    return sorted(_CLEANED.sub("", unicodedata.normalize("NFKC", name)).casefold().split())


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """Read a CSV file of the instructor's that has these columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SystemExit(f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise SystemExit(
            f"{path} is not in UTF-8; a spreadsheet can save it as CSV UTF-8"
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
        raise SystemExit(
            f"{path} has no column {', '.join(missing)}; its first line must name "
            f"{', '.join(columns)} with commas between them, and is {reader.fieldnames}"
        )
    return [row for row in reader if any(row.values())]
