"""Learner and course do anything in any order: no work is lost, no check meets values of another version."""

import json
import os
import random
import re
import shutil
from contextlib import suppress

import course_kit as kit
import nbformat
import pytest

from backproplab.course.contents import learners_copy
from backproplab.course.record import RECORD
from backproplab.course.update import update
from backproplab.marking import expected

STEPS = 14
WORK = re.compile(r"work-\d+;")


class Killed(BaseException):
    """What no handler of errors catches."""


class Classroom:
    """A course, a learner with a copy of it, and dice."""

    def __init__(self, root, seed):
        self.dice = random.Random(seed)
        self.course, self.copy = kit.made(root), root / "mycourse"
        self.name, self.check, self.words, self.replies, self.lesson = "03-made-up", 1, 1, 1, 1
        self.work: set[str] = set()
        self.count = 0
        self.publish()

    # The course

    def publish(self):
        for kind in ("exercises/*.ipynb", "exercises/expected/*.json"):
            for path in self.course.glob(kind):
                path.unlink()
        cells = kit.exercise(self.words, self.check)
        cells[1].source = f'check_set("{self.name}")'
        kit.save(self.course, f"exercises/{self.name}.ipynb", cells)
        values = json.dumps({"check": self.check, "replies": self.replies})
        kit.write(self.course, f"exercises/expected/{self.name}.json", values)
        kit.save(self.course, kit.LESSON, kit.lesson(self.lesson))

    def course_changes_a_check(self):
        self.check += 1
        self.words += self.dice.randint(0, 1)
        self.publish()

    def course_changes_words(self):
        self.words += 1
        self.lesson += self.dice.randint(0, 1)
        self.publish()

    def course_changes_replies(self):
        self.replies += 1
        self.publish()

    def course_renames_the_set(self):
        self.name = {"03-made-up": "05-made-up", "05-made-up": "03-made-up"}[self.name]
        self.check += self.dice.randint(0, 1)
        self.publish()

    # The learner

    def notebooks(self):
        found = sorted(self.copy.rglob("*.ipynb"))
        return [path for path in found if not any(part.startswith(".") for part in path.parts[-3:])]

    def one(self):
        return self.dice.choice(self.notebooks())

    def learner_works(self):
        path = self.one()
        notebook = nbformat.read(path, as_version=4)
        cell = self.dice.choice([cell for cell in notebook.cells if cell.cell_type == "code"])
        self.count += 1
        self.work.add(mine := f"work-{self.count};")
        if self.dice.random() < 0.5:
            cell.source += f"\n# {mine}"
        else:
            cell.outputs = [*cell.outputs, nbformat.v4.new_output("stream", text=mine)]
        nbformat.write(notebook, path)

    def learner_saves(self):
        kit.opened(self.copy, self.one().relative_to(self.copy))

    def learner_duplicates(self):
        path = self.one()
        place = self.copy / self.dice.choice(["exercises", "exercises/mine", "tried", "."])
        opened = re.search(r'check_set\(\\"([^\\]+)', path.read_text(encoding="utf-8"))
        if opened and self.read_by(opened[1], path.parent) != self.read_by(opened[1], place):
            return  # they would have brought a notebook to values of another version by themselves
        place.mkdir(exist_ok=True)
        self.count += 1
        shutil.copy(path, place / f"{path.stem}-Copy{self.count}.ipynb")

    def learner_renames(self):
        path = self.one()
        self.count += 1
        path.rename(path.with_name(f"{self.count}-{path.name}"))

    def learner_deletes(self):
        path = self.one()
        gone = set(WORK.findall(path.read_text(encoding="utf-8")))
        path.unlink()
        self.work -= gone - self.found()

    def learner_deletes_values(self):
        for path in sorted(self.copy.glob("exercises/expected/*.json"))[:1]:
            path.unlink()

    def learner_begins_again(self):
        fresh = self.dice.choice([f"exercises/{self.name}.ipynb", kit.LESSON])
        done = update(self.copy, learners_copy(self.course), [fresh])
        assert not [each for each in done.kept if each.name == fresh]

    # The command

    def record_is_lost(self):
        (self.copy / RECORD).unlink()
        self.update()

    def update(self):
        done = update(self.copy, learners_copy(self.course))
        before = kit.files(self.copy)
        again = update(self.copy, learners_copy(self.course))
        assert (again.written, again.removed, again.kept) == ([], [], done.kept)
        assert kit.files(self.copy) == before

    def update_is_killed(self):
        left, real = self.dice.randint(1, 6), os.replace

        def replace(old, new):
            nonlocal left
            left -= 1
            if left <= 0:
                raise Killed
            return real(old, new)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", replace)
            with suppress(Killed):
                update(self.copy, learners_copy(self.course))

    # What holds at any time

    def found(self):
        texts = (path.read_text(encoding="utf-8") for path in self.copy.rglob("*") if path.is_file())
        return {work for text in texts for work in WORK.findall(text)}

    def read_by(self, name, folder):
        return expected.find(f"{name}.json", folder)

    def holds(self):
        assert self.work <= self.found(), "a learner's work is lost"
        for path in self.notebooks():
            text = path.read_text(encoding="utf-8")
            opened, check = re.search(r'check_set\(\\"([^\\]+)', text), re.search(r"slope\((\d+)\)", text)
            if opened and check and (values := self.read_by(opened[1], path.parent)):
                recorded = json.loads(values.read_text(encoding="utf-8"))["check"]
                assert recorded == int(check[1]), f"{path} is checked by the values of another version"


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(each, marks=pytest.mark.soak) for each in range(12, 40))]
)
def test_no_work_is_lost_and_no_check_meets_values_of_another_version(seed, tmp_path):
    room = Classroom(tmp_path, seed)
    room.update()
    actions = [
        *(room.course_changes_a_check, room.course_changes_words, room.course_changes_replies),
        *(room.course_renames_the_set, room.learner_saves, room.learner_duplicates, room.learner_renames),
        *(room.learner_deletes, room.learner_deletes_values, room.learner_begins_again, room.record_is_lost),
        *[room.learner_works, room.update, room.update_is_killed] * 3,
    ]
    for _ in range(STEPS):
        if not room.notebooks():
            room.update()
        room.dice.choice(actions)()
        room.holds()
