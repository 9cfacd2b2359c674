"""Where weights start: four initialisations, by name.

"zeros"         all 0: every unit of a layer stays its neighbours' twin
"small normal"  normal, standard deviation 0.01: what deep learning did before 2010
"xavier"        normal, variance 2 / (inputs + outputs): keeps the scale of signals and gradients
                through tanh and sigmoid layers (Glorot and Bengio 2010)
"he"            normal, variance 2 / inputs: the same for ReLU, which drops half the signal
                (He, Zhang, Ren and Sun 2015)
"""

import math

STANDARD_DEVIATIONS = {
    "zeros": lambda inputs, outputs: 0.0,
    "small normal": lambda inputs, outputs: 0.01,
    "xavier": lambda inputs, outputs: math.sqrt(2.0 / (inputs + outputs)),
    "he": lambda inputs, outputs: math.sqrt(2.0 / inputs),
}


def standard_deviation(name: str, inputs: int, outputs: int) -> float:
    """Standard deviation of a weight of a layer with so many inputs and outputs.

    >>> standard_deviation("he", inputs=50, outputs=10)
    0.2
    """
    if name not in STANDARD_DEVIATIONS:
        raise ValueError(
            f"unknown initialisation {name!r}; choose one of {', '.join(map(repr, STANDARD_DEVIATIONS))}"
        )
    return STANDARD_DEVIATIONS[name](inputs, outputs)
