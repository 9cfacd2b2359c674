"""The learner's own copy of the course: what is in it, and how it follows the course.

`predictions` knows which outputs answer a prediction; `contents` makes the files of a copy, from which these
outputs have been taken; `record` remembers what was put there; `update` brings a copy up to date and leaves
alone what its learner has changed.
"""
