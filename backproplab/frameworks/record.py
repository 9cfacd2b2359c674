"""Ask the three anew, by the programs that stand in lesson 23, and compare with recorded.json or write it.

The lesson's own cells are run, with `here = True` in the place of `here = False`: what a reader sees is what
was asked. It takes the environment of `make frameworks`, in which all three are installed.
"""

import json
import linecache
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from backproplab.files import write_text
from backproplab.frameworks.answers import Answer, Answers, load_record, versions

LESSON = Path("notebooks/23-frameworks.ipynb")
FILE = Path(__file__).with_name("recorded.json")
SWITCH = "here = False"
TOLERANCE = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}
"""How far a number may be from the recorded one, as a share of it, by the dtype it was computed in."""


def run(lesson: Path = LESSON) -> Answers:
    """The answers of a lesson whose cells have been run with `here = True`."""
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    if sum(source.count(SWITCH) for source in sources) != 1:
        raise ValueError(f"{lesson} should say `{SWITCH}` once; that is the line which is turned")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for place, source in enumerate(sources):
        if "quick_check(" not in source:
            source, name = source.replace(SWITCH, "here = True"), f"<cell {place} of {lesson.name}>"
            # TensorFlow reads the source of what it compiles; a notebook's kernel puts it here, too.
            linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
            exec(compile(source, name, "exec"), namespace)
    answers: Answers = namespace["answers"]
    return answers


def ask() -> Answers:
    """The answers of the lesson's programs, all of them given here. ImportError if one is not."""
    answers = run()
    if answers.asked != answers.computed.keys():
        missing = ", ".join(sorted(answers.asked - answers.computed.keys()))
        raise ImportError(
            f"not computed here, since a framework is missing, or stopped (see above): {missing}; "
            "see `make frameworks`"
        )
    return answers


def differences(computed: dict[str, Answer]) -> Iterator[str]:
    """A sentence for each answer that is not as recorded: a text exactly, a number within TOLERANCE."""
    recorded = load_record().answers
    for program in sorted(recorded.keys() ^ computed.keys()):
        yield f"{program}: {'recorded, and no longer asked' if program in recorded else 'not recorded'}"
    for program in recorded.keys() & computed.keys():
        before, now = recorded[program], computed[program]
        for name in sorted(before.keys() | now.keys()):
            if not _same(before.get(name), now.get(name)):
                yield f"{program}, {name}: recorded {before.get(name)!r}, now {now.get(name)!r}"


def _same(before: Any, now: Any) -> bool:
    if isinstance(before, np.ndarray) and isinstance(now, np.ndarray):
        rtol = TOLERANCE.get(now.dtype, 0.0)
        same_shape = before.shape == now.shape
        return same_shape and np.allclose(now, before, rtol=rtol, atol=0, equal_nan=True)
    return isinstance(before, str) and before == now


def compare() -> Iterator[str]:
    """Ask anew and compare; yields what was compared. ValueError with every difference."""
    answers = ask()
    computed, record = answers.computed, load_record()
    found = list(differences(computed))
    found += [
        f"{program}: edited since its answer was recorded"
        for program in sorted(computed.keys() & record.answers.keys())
        if answers.digests[program] != record.digests.get(program)
    ]
    if found:
        raise ValueError(
            f"with {versions()}, answers differ from those recorded with {record.versions}:\n"
            + "\n".join(found)
            + "\nIf the new ones are right, `make frameworks WRITE=1` records them; then read lesson 23."
        )
    numbers = sum(
        each.size for answer in computed.values() for each in answer.values() if not isinstance(each, str)
    )
    yield f"{len(computed)} programs answer as recorded, {numbers} numbers among it; {versions()}"


def rebuild() -> Iterator[str]:
    """Ask anew, and write recorded.json; yields a line a program."""
    answers = ask()
    lines = []
    for program, answer in sorted(answers.computed.items()):
        entry = {name: _written(each) for name, each in answer.items()}
        lines.append(f"{json.dumps(program)}: {json.dumps(entry, ensure_ascii=False)}")
        yield f"{program}: {', '.join(answer)}"
    whole = ",\n".join(lines)
    heads = {"versions": versions(), "programs": dict(sorted(answers.digests.items()))}
    told = json.dumps(heads, indent=0).removesuffix("\n}")
    write_text(FILE, f'{told},\n"answers": {{\n{whole}\n}}\n}}\n')


def _written(each: Any) -> Any:
    """Numbers as JSON has them, in full; what it has no sign for as a text."""
    if isinstance(each, str):
        return each
    if each.ndim:
        return [_written(entry) for entry in each]
    return float(each) if np.isfinite(each) else str(float(each))
