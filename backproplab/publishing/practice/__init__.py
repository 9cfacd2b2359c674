"""Two pages of questions: a review of lessons that were done, and "Where should I start?".

They are the same on the site and at the door of a learner's copy. What a reader has answered stays in the
browser; each page is made by a script from the data that `data` puts into it.
"""
