"""Trust, but verify: a backward pass against finite differences. Lesson 06.

    check_gradients(f, gradient, x)                        a function of an array, and its gradient
    check_gradients(f, x)                                  a function of a Tensor (lesson 22)
    check_gradients(Sigmoid(), x)                          a layer
    check_gradients(SquaredError(), outputs, targets)      a loss
    check_gradients(network, loss, x, targets)             a network

>>> import numpy as np
>>> report = check_gradients(lambda x: (x**3).sum(), lambda x: 2 * x**2, np.array([1.0, -2.0]))
>>> report.passed
False
>>> print(report)
parameter  entries        error  at  analytic  numeric  verdict
x          all 2 tried  3.3e-01  0          2        3  DIFFERS

**What is compared.** Each entry is nudged both ways, and the numeric slope (L(θ + h) − L(θ − h)) / 2h
compared with what backward says. The outputs of a layer become one number L by way of random weights; those
of a network by way of ∂L/∂outputs, which is checked on a line of its own, so that a loss near 0 hides nothing
of the network. Of a parameter with more than 200 entries, 200 are nudged one at a time, and all of them
together in up to three random directions: a single wrong entry shows there too, and is then looked for by
halves. A network's gradients are checked as `backward` fills them and as training does; they are filled with
nan before, so that old ones do not pass for new.

**How the step is chosen.** A central difference is wrong by about h² from the curve's bend and by ε/h from
rounding. So the first h is ∛ε of the entry's size, 6e-6 in float64. A claim that it does not bear out is
tried with a dozen steps, from a sixth of that size down to 5e-12 of it, and these are extrapolated to 0. The
claim differs if each of several such series says so, by more than its steps disagree among each other.

**Float32** rounds so much that a nudge cannot see an error below a per cent. So a copy is checked that holds
the same numbers in float64 and runs the same code. Code that insists on float32 is checked in float32.

**At a corner**, such as that of ReLU at 0, any slope between those of the two sides is right. Where many
corners meet, backward has to be right at points beside, and its claim among theirs. Nan and infinity are
right nowhere.

**What no check can see:**

- a mistake that makes no difference at the point. In a network that starts at zero, most gradients are 0
  whatever its backward passes do, and a ReLU whose units are all on does nothing: check at random points;
- an error within tolerance: a millionth of the slope, or 2 % in code that computes in float32;
- a slope that drowns in rounding, be it the function's or backward's own; the report counts them;
- what float32 itself loses, other than by nan or infinity;
- that forward is not the function that you meant.
"""

from backproplab.gradient_check.forms import check_gradients
from backproplab.gradient_check.report import Direction, Entry, Report

__all__ = ["Direction", "Entry", "Report", "check_gradients"]
