"""The secret of a course, from which the hidden inputs of its students follow.

It is no file of the course folder: Jupyter shows that folder, and formgrader hands out every file
in it. There stands only its name.
"""

import os
import secrets
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir

from .jail import JailError

VARIABLE = "RPT_COURSE_SECRET"


class SecretError(JailError):
    """There is no secret to grade with: no submission is to blame."""


def place(course: Path) -> Path:
    """Return the file with the secret of a course.

    Raises
    ------
    SecretError
        If the course does not say which, or it would stand in the course folder.
    """
    name = course / "secret-id"
    try:
        return _folder(course) / name.read_text().strip()
    except OSError as error:
        raise SecretError(
            f"nothing was graded: {name} does not say which secret is the course's "
            f"({error.strerror}); `python -m grading release` makes one, or set {VARIABLE}"
        ) from None


def keep(course: Path) -> None:
    """Make a secret for a course that has none, or move one out of the course folder."""
    old, name = course / ".secret", course / "secret-id"
    if not old.exists() and (os.environ.get(VARIABLE) or name.exists()):
        return
    path = _folder(course) / secrets.token_hex(8)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(old.read_text() if old.exists() else secrets.token_hex(32) + "\n")
    name.write_text(path.name + "\n")
    old.unlink(missing_ok=True)
    print(f"the course secret is in {path}")


def read(course: Path) -> str:
    """Return the secret of a course, from the environment or from its file.

    Raises
    ------
    SecretError
        If there is none, or if it lies where a browser can read it.
    """
    if secret := os.environ.get(VARIABLE):
        return secret
    if (old := course / ".secret").exists():
        raise SecretError(
            f"nothing was graded: {old} can be read through formgrader; `python -m grading "
            f"grade` or `release` moves it out of the course folder"
        )
    path = place(course)
    try:
        secret, reason = path.read_text().strip(), "it is empty"
    except OSError as error:
        secret, reason = "", str(error.strerror)
    if not secret:
        raise SecretError(
            f"nothing was graded: the course secret cannot be read from {path} ({reason}); copy "
            f"it from where the course was released, or set {VARIABLE}; a new one is made by "
            f"`python -m grading release` after {course / 'secret-id'} is removed"
        )
    return secret


def _folder(course: Path) -> Path:
    folder = Path(jupyter_config_dir(), "reparameterization")
    if folder.resolve().is_relative_to(course.resolve()):
        raise SecretError(
            f"the course secret would stand in {folder}, which is in the course folder, where "
            f"formgrader hands out all files; move the course, or set {VARIABLE}"
        )
    return folder
