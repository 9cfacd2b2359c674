"""For those who write lessons and exercises: run a notebook, make exercises from a solution.

A solution notebook takes from here the two words with which it proves its checks, `misconception` and
`alternative`. Everything else is for the `backproplab release` command and for the grader.
"""

from .misconceptions import alternative, misconception

__all__ = ["alternative", "misconception"]
