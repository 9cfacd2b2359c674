"""What PyTorch, TensorFlow and JAX answer to lesson 23's programs: read from a record, or computed here.

    answers = Answers(here=False)
    answers.of(program)             what a function of the lesson returned, from the record
    answers.sources(program)        where that came from, in words
    answers.versions()              what was recorded with which versions, and what is installed here
    answers.show(*programs)         a table of both
    attempt(action)                 what an action returns, or its error in a line
    load_record()                   all that is recorded, and the versions that said so

None of the three is needed to read the record. A program that was edited since, or that reads other numbers,
is told from the recorded one. `make frameworks` installs the three in an environment of its own, runs the
lesson's programs there, and fails if one of them answers otherwise or was edited.
"""

from backproplab.frameworks.answers import Answers, Record, attempt, load_record

__all__ = ["Answers", "Record", "attempt", "load_record"]
