"""The decision tree of lesson 11: from what the loss does to the cheapest test, and from there to a cure."""

import textwrap
from typing import NamedTuple


class Outcome(NamedTuple):
    """Whom one answer of a test makes suspect, and what to do."""

    suspect: str
    cure: str


class Branch(NamedTuple):
    """One symptom, the cheapest test that tells its suspects apart, and its two outcomes."""

    symptom: str
    test: str
    yes: Outcome
    no: Outcome

    @property
    def outcomes(self) -> tuple[tuple[str, Outcome], tuple[str, Outcome]]:
        """Both, each with the answer that leads to it."""
        return ("yes", self.yes), ("no", self.no)


CLINIC: tuple[Branch, ...] = (
    Branch(
        "Far from ln(classes) before any step",
        "first_loss: is it too high?",
        Outcome(
            "Weights or inputs too large; a softmax along the wrong axis",
            "Xavier or He; inputs from 0 to 1",
        ),
        Outcome(
            "Too low: the answers are among the inputs, or it is trained already",
            "Look at the columns of x",
        ),
    ),
    Branch(
        "nan or inf",
        "Is it there before the first update?",
        Outcome("A nan in the data; ln 0 or e to the 1,000", "Clean the data; take the loss from logits"),
        Outcome(
            "Wrong gradients that grow, or steps that go too far",
            "check_gradients; if it passes, rate ÷ 10",
        ),
    ),
    Branch(
        "Rises",
        "Take one step at a thousandth of the rate: does the loss fall?",
        Outcome(
            "Steps too far: the rate; a sum for a mean; weights changed before the blame has passed them",
            "Divide by the rows; blame first, then update; rate ÷ 10 last",
        ),
        Outcome("The update goes uphill: a sign, or a wrong backward pass", "check_gradients"),
    ),
    Branch(
        "Flat from the start",
        "overfit_one_batch: does it learn a few examples by heart?",
        Outcome("The pass through the data: labels and inputs have come apart", "Shuffle both by one order"),
        Outcome(
            "A message that is 0 or wrong; a step too small; a loss that you did not mean",
            "one_step, then check_gradients; where both are quiet, read forward",
        ),
    ),
    Branch(
        "Falls, then stops too high, or rises again",
        "check_gradients: does every parameter agree?",
        Outcome(
            "A forward pass or loss that you did not mean; a pass that leaves something changed",
            "Ask twice for one gradient: is it the same? Read forward",
        ),
        Outcome(
            "On the way back, what lies between the last that agrees and the first that differs",
            "Read backward there, and derive its line anew",
        ),
    ),
    Branch(
        "Right on one batch only",
        "Ask one example alone, then in a batch: the same answer?",
        Outcome("It has seen one batch, or batches in one order", "Go through all data, shuffled"),
        Outcome(
            "Rows touch each other, or a row owns something: a bias for each row, a wrong axis",
            "Compare each shape with the one you meant",
        ),
    ),
    Branch(
        "Learns, but not for new data",
        "Send training data down the validation path: still right?",
        Outcome("It overfits", "More data; stop at the lowest validation loss"),
        Outcome("The two paths differ: scaling, order of the labels", "One function for both"),
    ),
)


def as_text(branches: tuple[Branch, ...] = CLINIC, *, width: int = 100) -> str:
    """The tree in plain text, no line longer than `width`, ready to print.

    >>> print(as_text(CLINIC[-1:], width=72))
    LEARNS, BUT NOT FOR NEW DATA
      Send training data down the validation path: still right?
        yes: It overfits. → More data; stop at the lowest validation loss.
        no:  The two paths differ: scaling, order of the labels. → One
             function for both.
    """
    lines = []
    for branch in branches:
        lines += ["", branch.symptom.upper()]
        lines += textwrap.wrap(branch.test, width, initial_indent="  ", subsequent_indent="  ")
        for answer, outcome in branch.outcomes:
            start = f"    {answer + ':':4} "
            lines += textwrap.wrap(
                f"{outcome.suspect}. → {outcome.cure}.",
                width,
                initial_indent=start,
                subsequent_indent=" " * len(start),
            )
    return "\n".join(lines[1:])
