"""How the page and the terminal say what is done; plain ASCII, for any terminal."""

from collections.abc import Sequence

from backproplab.course.contents import EXERCISES
from backproplab.course.progress import Lesson, Standing


def lesson_words(lesson: Lesson) -> str:
    """Return how far a lesson is: "4 of 6 predictions, 2 of 3 questions", or how long it takes.

    >>> lesson_words(Lesson(predictions=6, run=4, questions=3, right=2))
    '4 of 6 predictions, 2 of 3 questions'
    """
    if lesson.finished:
        return "done"
    if not lesson.begun:
        return lesson.time
    counts = [(lesson.run, lesson.predictions, "predictions"), (lesson.right, lesson.questions, "questions")]
    return ", ".join(f"{done} of {all_of_it} {what}" for done, all_of_it, what in counts if all_of_it)


def words(standing: Standing) -> str:
    """Return how far an entry of the map is: what its lesson says, or a capstone, which has none.

    >>> from backproplab.course.outline import Entry
    >>> from backproplab.course.progress import Practice
    >>> words(Standing(Entry("C1", "Two moons", "", ()), None, Practice({}, time="About 3 hours")))
    'About 3 hours'
    """
    if standing.lesson:
        return lesson_words(standing.lesson)
    if not standing.practice:
        return ""
    return "done" if standing.practice.finished else standing.practice.time


def passed_of_all(standings: Sequence[Standing]) -> str:
    """Return the sum over all sets: "12 of 83 exercises passed"."""
    sets = [each.practice for each in standings if each.practice]
    passed, listed = sum(each.passed for each in sets), sum(len(each.exercises) for each in sets)
    return f"{passed} of {listed} exercises passed"


def go_on(standings: Sequence[Standing], onward: tuple[Standing, str]) -> str:
    """Return the words that lead on: "Go on with lesson 02: The chain rule"."""
    standing, page = onward
    entry = standing.entry
    begun = any(done.begun for each in standings for _, done in each.pages)
    what = f"lesson {entry.number}"
    if page.startswith(f"{EXERCISES}/"):
        what = f"exercises {entry.number}" if standing.lesson else f"capstone {entry.number}"
    return f"{'Go on' if begun else 'Begin'} with {what}: {entry.title}"
