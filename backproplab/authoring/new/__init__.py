"""Begin an exercise, a set or a lesson from a template, which says itself what is still to be written."""
