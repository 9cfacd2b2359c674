"""One gradebook of a course, over sets and runs, made from the results and nothing else.

`course` reads the results, `roster` says who is in the class, `rules` what lateness costs; `book` puts them
together, and `tables`, `canvas`, `moodle` and `feedback` write what is asked for.
"""
