"""For those who write lessons and exercises: run a notebook, make exercises from a solution.

A solution notebook takes from here the words with which it proves its checks, `misconception` and
`alternative`, and `reply`, for what a learner's own test misses. Everything else is for the
`backproplab release` command and for the grader.
"""

from .misconceptions import alternative, misconception, reply

__all__ = ["alternative", "misconception", "reply"]
