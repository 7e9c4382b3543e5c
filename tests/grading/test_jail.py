"""The jail: what a submission cannot reach, and that it ends."""

import os
import platform
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell

from grading import jail
from grading.book import PACKAGE
from grading.runner import FORBIDDEN
from tests.grading.corpus import (
    CHILD,
    DAEMON,
    PATIENT,
    ROOT,
    SECONDS,
    left_running,
    need_sandbox,
)


def run_cells(*sources: str, limits: jail.Limits = PATIENT, sandbox: bool = False) -> jail.Run:
    made = nbformat.v4.new_notebook(cells=[new_code_cell(source) for source in sources])
    return jail.run(made, limits, sandbox, PACKAGE)


def test_without_the_sandbox_nothing_outlives_a_run_either() -> None:
    done = run_cells(CHILD, DAEMON, "print(1)")
    assert done.outputs[2][0]["text"] == "1\n"
    assert not left_running()


@pytest.mark.parametrize("sandbox", [False, True])
def test_a_run_ends_with_the_grader_that_is_killed(sandbox: bool) -> None:
    """Killed while a cell runs: a kernel that is still starting notices only that init has it."""
    if sandbox:
        need_sandbox()
    ends_with_its_parent = ["setpriv", "--pdeathsig", "KILL", "sleep", SECONDS]
    cell = f"import subprocess\nsubprocess.run({ends_with_its_parent})"
    program = f"from tests.grading.test_jail import *\nrun_cells({cell!r}, sandbox={sandbox})"
    grader = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        while not left_running():
            assert grader.poll() is None
            time.sleep(0.2)
        started = psutil.Process(grader.pid).children(recursive=True)
    finally:
        grader.kill()
        grader.wait()
    _, left = psutil.wait_procs(started, timeout=60)
    assert not left


@pytest.mark.parametrize("sandbox", [False, True])
def test_what_the_sandbox_hides(sandbox: bool, tmp_path: Path) -> None:
    need_sandbox()
    victim = tmp_path / "victim"
    victim.touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"""
import os, socket
def reach(name, action):
    try:
        action()
        print(name)
    except OSError:
        pass
reach("network", lambda: socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 2))
reach("answers", lambda: os.listdir({str(ROOT / "grading" / "answers")!r}))
reach("files", lambda: open({str(victim)!r}, "a"))
reach("package", lambda: open({str(ROOT / "rpt_helpers" / "py.typed")!r}, "r+"))
reach("processes", lambda: os.kill({os.getpid()}, 0))
"""
        done = run_cells(code, sandbox=sandbox)
    reached = "".join(output["text"] for output in done.outputs[0]).split()
    assert reached == ([] if sandbox else ["network", "answers", "files", "package", "processes"])


def test_the_secret_is_not_in_the_kernels_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPT_COURSE_SECRET", "whisper")
    done = run_cells("import os\nprint('whisper' in str(os.environ))")
    assert done.outputs[0][0]["text"] == "False\n"


def test_the_wall_limit_ends_everything() -> None:
    limits = jail.Limits(wall_seconds=6, cell_seconds=1000)
    done = run_cells("while True: pass", "while True: pass", limits=limits)
    assert done.failed or done.skipped[0].startswith("TIMEOUT")


def test_the_sandbox_without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    need_sandbox()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    jail.probe(True, PACKAGE)


def test_grading_refuses_where_the_sandbox_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "_SETUP", "echo no namespaces here >&2; exit 1")
    with pytest.raises(
        jail.JailError,
        match=r"the sandbox cannot start here; nothing was graded. --no-sand.*\n.*\nno namespaces",
    ):
        jail.probe(True, PACKAGE)


def test_a_submission_that_forks_as_far_as_it_may_starves_nobody() -> None:
    """Each job has the processes that it may have, and the set-up of its neighbors runs."""
    need_sandbox()
    limits = replace(PATIENT, processes=40)  # a runner and its kernel have 17
    forks = """
import os, time
try:
    while os.fork():
        pass
    time.sleep(10**6)
except BlockingIOError:
    time.sleep(10**6)
"""
    before = set(psutil.Process().children())
    with ThreadPoolExecutor(1) as pool:
        greedy = pool.submit(run_cells, forks, limits=limits, sandbox=True)
        mine: list[psutil.Process] = []
        while len(mine) < 20 and not greedy.done():
            time.sleep(0.1)
            mine = [
                each
                for child in set(psutil.Process().children()) - before
                for each in [child, *child.children(recursive=True)]
            ]
        try:
            right = "import threading\nthreading.Thread(target=print).start()\nprint(6 * 7)"
            done = run_cells(right, limits=limits, sandbox=True)
            assert not greedy.done()
        finally:
            mine[0].kill()
    assert "".join(output["text"] for output in done.outputs[0]).split() == ["42"]
    assert greedy.result().failed


@pytest.mark.parametrize("sandbox", [False, True])
def test_memory_is_limited_for_all_processes_of_a_submission_together(sandbox: bool) -> None:
    """Also for orphans, and for processes that ask the system to hide their memory."""
    if sandbox:
        need_sandbox()
    hold = """
import ctypes, os, time
prctl = getattr(ctypes.CDLL(None), "prctl", lambda *_: None)
ways = [lambda: None, lambda: os.fork() and os._exit(0), lambda: prctl(4, 0, 0, 0, 0)]
for hide in 2 * ways:
    if os.fork() == 0:
        hide()
        held = b"x" * 250_000_000
        time.sleep(10**6)
time.sleep(10**6)
"""
    limits = replace(PATIENT, memory=1_200_000_000, cell_seconds=60)  # `hold` never ends
    done = run_cells("print(1)", hold, "print(2)", limits=limits, sandbox=sandbox)
    assert done.skipped == {1: "CRASHED: asked for too much memory"}, done
    assert done.outputs[2][0]["text"] == "2\n"


@pytest.mark.skipif(platform.machine() not in FORBIDDEN, reason="other numbers of system calls")
def test_memory_that_no_process_holds_and_keys_of_the_grader_are_not_to_be_had() -> None:
    calls = """
import ctypes, os, platform
try:
    os.memfd_create("x")
except OSError as error:
    print(error.strerror)
libc = ctypes.CDLL(None, use_errno=True)
print(libc.shmget(0, 4096, 0o1600), libc.msgget(0, 0o1600))
keyctl = {"x86_64": 250, "aarch64": 219}[platform.machine()]
print(libc.syscall(keyctl, 0, -3, 1), os.strerror(ctypes.get_errno()))
"""
    told = "Function not implemented\n-1 -1\n-1 Function not implemented\n"
    assert run_cells(calls).outputs[0][0]["text"] == told


def test_the_sandbox_hides_its_runner() -> None:
    need_sandbox()
    reach = """
import os
for name in ("fd", "mem", "environ"):
    try:
        os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY)
    except PermissionError:
        print(name)
"""
    assert run_cells(reach, sandbox=True).outputs[0][0]["text"].split() == ["fd", "mem", "environ"]


FILL = """
for number in range(10):
    with open(f"{number}.bin", "wb") as file:
        for _ in range(10):
            file.write(bytes(10**6))
import time
time.sleep(10**6)
"""


def test_without_the_sandbox_all_files_of_a_submission_together_are_limited() -> None:
    """No file is large, and what is written is gone before the other cells run again."""
    limits = replace(PATIENT, disk=60 * 2**20)
    done = run_cells("print(1)", FILL, "import os\nprint(os.path.exists('0.bin'))", limits=limits)
    assert done.skipped == {1: "CRASHED: wrote too much to its disk"}, done
    assert [each["text"] for each in done.outputs[2]] == ["False\n"]


def test_the_sandbox_is_a_disk_of_the_size_that_a_submission_may_fill() -> None:
    need_sandbox()
    limits = replace(PATIENT, disk=60 * 2**20)
    everywhere = f"import os\nos.chdir('/dev/shm')\n{FILL}"
    done = run_cells(FILL, everywhere, "print(6 * 7)", limits=limits, sandbox=True)
    for told in done.outputs[:2]:
        assert told[0]["evalue"] == "[Errno 28] No space left on device"
    assert done.outputs[2][0]["text"] == "42\n"


@pytest.mark.parametrize("sandbox", [False, True])
def test_pools_shells_and_figures_work_as_at_home_and_say_nothing_of_the_grader(
    sandbox: bool,
) -> None:
    if sandbox:
        need_sandbox()
    pool = "import multiprocessing\nwith multiprocessing.Pool(2) as p: print(p.map(abs, [1, -2]))"
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    done = run_cells(pool, "!echo 6 7", figure, sandbox=sandbox)
    assert [each["text"].split() for each in done.outputs[0]] == [["[1,", "2]"]]
    assert [each["text"].split() for each in done.outputs[1]] == [["6", "7"]]
    assert [each["output_type"] for each in done.outputs[2]] == ["display_data"]


def test_a_runner_that_is_killed_is_no_ones_answer() -> None:
    done = run_cells("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    assert done.failed == "the runner ended before its work was done" and not done.skipped
