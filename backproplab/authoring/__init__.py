"""For those who write lessons: run a notebook and commit it in one form."""
