"""Other answers to the question of which weight is to blame. Lesson 21.

    FeedbackDense(32, 10)                                     # blame goes back through a fixed random matrix
    evolution_gradient(loss_of, w, spread=0.03, pairs=8, rng=rng)     # nudge all weights at once, at random
    ForwardForward(196, (32, 32), 10)                         # each layer has a goal of its own

None of them is the gradient that backpropagation finds: `check_gradients` fails on the first by design, the
second is right on average alone, and the third has another loss in each layer.
"""

from backproplab.credit.evolution import evolution_gradient
from backproplab.credit.feedback import FeedbackDense
from backproplab.credit.forward_forward import ForwardForward

__all__ = ["FeedbackDense", "ForwardForward", "evolution_gradient"]
