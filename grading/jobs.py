"""Grade many submissions at once: on this machine, by Dask's workers, or a part of them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from .jail import JailError, Limits
from .nbgrader_plugins import outcome_path
from .questions import Chapter
from .submissions import grade_submission
from .verdict import Outcome

Outcomes = dict[tuple[str, str], Outcome]  # by chapter and student


@dataclass(frozen=True)
class Job:
    """What is the same for all submissions of a run; workers elsewhere see the same folders."""

    course: Path
    submissions: Path
    load: Callable[[str], Chapter]
    limits: Limits
    sandbox: bool
    keep: Sequence[str]

    def __call__(self, chapter: str, student: str) -> Outcome:
        """Grade one submission."""
        return grade_submission(
            self.course,
            self.submissions,
            self.load(chapter),
            student,
            self.limits,
            self.sandbox,
            self.keep,
        )


@contextmanager
def executor(jobs: int, scheduler: str | None) -> Iterator[Executor]:
    """Yield what runs so many jobs at once here, or what has Dask run them.

    Raises
    ------
    SystemExit
        If Dask is not installed or its scheduler does not answer.
    """
    if not scheduler:
        with ThreadPoolExecutor(jobs) as pool:
            yield pool
        return
    try:
        from distributed import Client

        client = Client(scheduler, timeout=10)
    except ImportError:
        raise SystemExit("--scheduler needs Dask: pip install distributed") from None
    except (OSError, ValueError) as error:
        raise SystemExit(f"no scheduler of Dask answers at {scheduler}: {error}") from None
    with client:
        yield client.get_executor(pure=False)


def grade_all(pool: Executor, job: Job, submissions: Sequence[tuple[str, str]]) -> Outcomes:
    """Return what becomes of each; what failed or was late beside others is tried again, alone."""
    running = {pool.submit(job, *each): each for each in submissions}
    try:
        with tqdm(as_completed(running), "grading", len(running), unit="submission") as finished:
            outcomes = {running[each]: _outcome(each, job, *running[each]) for each in finished}
    except BaseException:  # Ctrl+C ends what is running; the next call goes on from there
        for waiting in running:
            waiting.cancel()
        raise
    for each in submissions:
        # What ran out of time may have waited for its neighbors.
        late = outcomes[each].status == "TIMEOUT" and len(submissions) > 1
        if outcomes[each].status == "UNGRADED" or late:
            outcomes[each] = _outcome(pool.submit(job, *each), job, *each)
    return {each: outcomes[each] for each in submissions}


def _outcome(future: "Future[Outcome]", job: Job, chapter: str, student: str) -> Outcome:
    """Return what a job returns; one that fails, as where its worker is gone, blames nobody."""
    try:
        return future.result()
    except JailError:
        raise
    except Exception as error:
        outcome = Outcome("UNGRADED", [f"{type(error).__name__}: {str(error)[:200]}"])
        outcome.save(outcome_path(job.course, chapter, student))
        return outcome
