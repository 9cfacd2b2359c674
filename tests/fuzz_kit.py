"""What all fuzzers do: a case for each seed, and a failure that says which seed it was."""

import random


def count(seeds, check) -> int:
    """Check a case for each seed, and count those of which `check` says something true."""
    true = 0
    for seed in seeds:
        try:
            true += bool(check(random.Random(seed)))
        except BaseException as error:
            error.add_note(f"with seed {seed}")
            raise
    return true
