"""What to do when a network refuses to learn: the cheapest tests, and which of them to try first. Lesson 11.

    print(first_loss(network, loss, x, targets))                    before any step: is it ln(classes)?
    print(one_step(network, loss, x, targets, optimizer=SGD(0.1)))  what one step does to each parameter
    print(overfit_one_batch(network, loss, x[:20], targets[:20], optimizer=SGD(0.1)))  can it learn at all?
    check_gradients(network, loss, x[:5], targets[:5])              is backward right? (in `backproplab`)

None of the tests changes the network or the optimiser that it is given, so any of them can be asked in the
middle of training. `CLINIC` is the decision tree that leads from a symptom to one of them.
"""

from backproplab.diagnosis.first_loss import FirstLoss, first_loss
from backproplab.diagnosis.one_batch import OneBatch, overfit_one_batch
from backproplab.diagnosis.one_step import OneStep, ParameterStep, one_step
from backproplab.diagnosis.tree import CLINIC, Branch, Outcome, as_text

__all__ = [
    "CLINIC",
    "Branch",
    "FirstLoss",
    "OneBatch",
    "OneStep",
    "Outcome",
    "ParameterStep",
    "as_text",
    "first_loss",
    "one_step",
    "overfit_one_batch",
]
