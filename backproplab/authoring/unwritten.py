"""What an author has still to write: lines that say so, which never reach a learner.

`backproplab new` leaves such lines where only the author knows what to say; `release` refuses a set that has
any, and the house rules a lesson.
"""

from collections.abc import Iterator

UNWRITTEN = "TODO(author)"


def unwritten(source: str) -> Iterator[str]:
    """Yield a sentence for each line of a text that is still to be written.

    >>> list(unwritten("# Sums\\n\\nTODO(author): a question"))
    ['line 3 is still to be written: TODO(author): a question']
    """
    for number, line in enumerate(source.splitlines(), start=1):
        if UNWRITTEN in line:
            yield f"line {number} is still to be written: {line.strip()}"
