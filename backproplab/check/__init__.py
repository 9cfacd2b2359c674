"""What a learner meets: does my answer match, and if not, what does the slip look like?

The cells of an exercise notebook, from first to last:

    from backproplab.check import answered, check, check_set, summary

    check_set("03-spreadsheet")          # first cell: find the recorded values

    @check("3.2", points=2)              # a check is a function from randomness to named values
    def _(rng):
        x, t = rng.normal(size=2), rng.uniform()
        return {"∂L/∂w₃": grad_w3(x, t)}

    if answered("3.2"):                  # later cells build on an answer only where it is right
        ...

    summary()                            # last cell: what is done, what is left
"""

from backproplab.check.session import answered, check, check_set, collect, summary
from backproplab.marking.planted import verdicts

__all__ = ["answered", "check", "check_set", "collect", "summary", "verdicts"]
