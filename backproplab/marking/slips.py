"""The mistakes that recur in this subject, each with a name: what it is, and which lesson cures it.

A misconception of any exercise may carry one of these names. A learner who makes the mistake a second time
is told so, and where to read on; and over a class it is counted whatever the exercise was.
"""

from typing import NamedTuple


class Slip(NamedTuple):
    """A mistake with a name across the course."""

    what: str
    """A sentence that says what was done, true wherever it was done."""
    lesson: str
    """The lesson that cures it: "02-chain-rule"."""


SLIPS = {
    # along a path
    "upstream-forgotten": Slip(
        "A local derivative stands alone: what arrives from the side of the loss is not multiplied in.",
        "02-chain-rule",
    ),
    "local-derivative-forgotten": Slip(
        "What arrives is passed on as it came: the local derivative of the step is not multiplied in.",
        "02-chain-rule",
    ),
    "added-for-multiplied": Slip(
        "Derivatives along a path multiply, and those of separate paths add: one was taken for the other.",
        "02-chain-rule",
    ),
    "not-accumulated": Slip(
        "A value is used more than once, and not all that comes back to it is added up.", "02-chain-rule"
    ),
    "passed-on-too-early": Slip(
        "A value passes its message on before all that comes back to it has arrived.", "02-chain-rule"
    ),
    # at a step
    "derivative-of-input-for-output": Slip(
        "The derivative of an activation is taken at the wrong value: a(1 − a) wants the one that comes out.",
        "03-spreadsheet",
    ),
    "factors-swapped": Slip(
        "In a product each factor receives the other one; here one receives itself.", "03-spreadsheet"
    ),
    "sign-turned": Slip("The size is right, and the sign is turned round.", "03-spreadsheet"),
    "bias-forgotten": Slip(
        "A bias is a parameter like the weights, with a factor of 1, and was left out.", "03-spreadsheet"
    ),
    # in a batch
    "bias-not-summed": Slip(
        "A bias serves every row of the batch, so its gradient has no rows left; here it still has.",
        "07-layers",
    ),
    "sum-for-mean": Slip(
        "The sum and the mean over the batch are taken for one another: 1/n is missing, or there too often.",
        "07-layers",
    ),
    "transpose-missing": Slip(
        "Rows and columns of a matrix have changed places: a transpose is missing, or one too many.",
        "07-layers",
    ),
    "wrong-axis": Slip("Numbers are added along the wrong axis.", "07-layers"),
    # in training
    "updated-before-blame": Slip(
        "A weight is changed before the message through it is computed, so the message sees the new one.",
        "04-credit-assignment",
    ),
    "not-cleared": Slip("Gradients of the pass before are still in the sum.", "05-scalar-engine"),
    "changed-in-place": Slip(
        "A number or an array is changed in place while something else still needs it as it was.",
        "05-scalar-engine",
    ),
}
