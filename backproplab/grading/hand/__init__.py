"""Marks by hand: answers in free text, and marks of the grader that a person overrides.

`written` takes answers out of a notebook; `journal` keeps every mark that anybody gave, in the order in which
they were given; `standing` says what of it counts for a result. A person marks on a page (`server`), or in a
table (`table`).
"""
