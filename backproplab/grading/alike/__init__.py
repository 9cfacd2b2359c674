"""Which answers are alike beyond what the course and chance explain: a reason to look, no verdict."""
