"""What concerns one lesson, one set or one capstone: `make check NB=04`, or NB=capstone-4.

Two steps run at a time. Each says what it ran, how long that took, and, if it failed, all that it printed;
the last lines say what did not run.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
NBVAL = "--nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with=tests/nbval_sanitize.cfg"
ABOUT_COURSE = [  # tests of a lesson, a set, or of all of them together
    "tests/house/test_lessons.py",
    "tests/house/test_pages.py",
    "tests/house/test_glossary.py",
    "tests/house/test_instructors.py",
    "tests/test_exercises.py",
    "tests/course/test_predictions.py",
    "tests/course/test_contents.py",
    "tests/publishing/test_practice.py",
    "tests/widgets/test_quick_check.py",
]
ABOUT_PAGES = ["tests/lessons/test_pages.py", "tests/lessons/test_quick_checks.py"]
NOT_RUN = (
    "Not run: other lessons and sets, tests of the package, the site, JupyterLab in a browser (make test); "
    "checks proven with 20 more seeds, not 1 (backproplab release)."
)


class Step(NamedTuple):
    """A command, and what it asks."""

    title: str
    command: list[str]
    may_be_empty: bool = False
    """May pytest find nothing to run? A lesson may have no quick check yet; everything else must be there."""


def main(wanted):
    """Run what concerns the lesson or set that `wanted` begins, and return the status for a shell."""
    stems = every_stem()
    found = [stem for stem in stems if wanted and stem.startswith(wanted)]
    found = [wanted] if wanted in found else found
    if len(found) != 1:
        print(f"NB={wanted} begins {len(found)} lessons or sets. Say for instance: make check NB=04")
        return 2
    begun = perf_counter()
    with ThreadPoolExecutor(2) as pool:
        failed = [title for title, status in pool.map(run, steps(found[0], stems)) if status]
    print(NOT_RUN)
    print(f"{found[0]}: {'failed: ' + ', '.join(failed) if failed else 'all is well'}, {since(begun)}")
    return int(bool(failed))


def every_stem():
    """Return the names of all lessons and sets, in order."""
    return sorted(
        {path.stem for folder in ("notebooks", "solutions") for path in (ROOT / folder).glob("*.ipynb")}
    )


def steps(stem, stems):
    """Return what to run, the longest first."""
    places = [f"{folder}/{stem}.ipynb" for folder in ("notebooks", "solutions")]
    notebooks = [place for place in places if (ROOT / place).exists()]
    number = stem[:2]
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-q", "-p", "no:cacheprovider"]
    others = " or ".join(each for each in stems if each != stem)
    chosen = ["-k", f"{stem} or not ({others})"] if others else []
    own = [f"tests/lessons/test_{number}.py", f"tests/test_{stem.replace('-', '_')}.py"]
    made = [Step(f"run anew: {place}", [*pytest, *NBVAL.split(), place]) for place in notebooks]
    made += [
        Step("house rules and sets", [*pytest, *ABOUT_COURSE, *chosen]),
        Step("lint", [*python, "ruff", "check", "-q", *notebooks]),
        Step("form", [*python, "ruff", "format", "-q", "--check", *notebooks]),
    ]
    made += [Step(f"its own tests: {place}", [*pytest, place]) for place in own if (ROOT / place).exists()]
    if places[0] in notebooks:
        made.insert(0, Step("its page in Chromium", [*pytest, ABOUT_PAGES[0], "-k", stem]))
        made.append(Step("its quick check in Chromium", [*pytest, ABOUT_PAGES[1], "-k", f"[{number}]"], True))
    if places[1] in notebooks:
        release = [*python, "backproplab", "release", "--check", "--other-seeds", "1", places[1]]
        made.insert(0, Step("is its release up to date?", release))
    return made


def run(step):
    """Run a step, say how it went, and return its title with its status."""
    begun = perf_counter()
    done = subprocess.run(step.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    nothing = done.returncode == 5 and step.may_be_empty
    failed = done.returncode and not nothing
    words = "FAILED" if failed else "nothing to run" if nothing else "ok"
    print(f"{words:7} {since(begun):>5}  {step.title}\n{done.stdout if failed else ''}", end="", flush=True)
    return step.title, failed


def since(begun):
    """Return for how long something has run."""
    return f"{perf_counter() - begun:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].removeprefix("notebooks/").removesuffix(".ipynb") if sys.argv[1:] else ""))
