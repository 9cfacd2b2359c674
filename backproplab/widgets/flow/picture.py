"""One picture's way through a `Network` and back, in pictures and counts: for who knows no formula yet."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backproplab.layers.contract import Array
from backproplab.losses import Loss, SoftmaxCrossEntropy
from backproplab.network import Network
from backproplab.targets import Targets
from backproplab.widgets.flow import counts
from backproplab.widgets.flow.dense_boxes import ELSE, Box, both_passes
from backproplab.widgets.flow.drawings import bars, grey, relative, signed, squares


def picture_scene(
    network: Network, loss: Loss, x: ArrayLike, targets: Targets, image_shape: tuple[int, int]
) -> dict[str, Any]:
    """All that the page needs for one picture `(1, rows × columns)`; `targets` as `loss` takes them.

    Runs the passes that `layer_scene` runs, and leaves the network as that does. TypeError for another loss
    than SoftmaxCrossEntropy; ValueError for what is not one picture of this size, or as in `both_passes`.
    """
    if not isinstance(loss, SoftmaxCrossEntropy):
        raise TypeError(
            "image_shape shows the outputs as probabilities, so the loss is SoftmaxCrossEntropy(), "
            f"got {loss!r}; {ELSE}"
        )
    picture = _one_picture(network.checked(x), image_shape)
    passes = both_passes(network, loss, picture, targets)
    *hidden, last = passes.boxes
    boxes = [_units(box) for box in hidden]
    if hidden:
        boxes[0] |= _strongest_unit(hidden[0], image_shape)
    return {
        "kind": "picture",
        "last": len(passes.boxes),
        "knobs": network.size,
        "image": {
            "name": "the picture",
            "says": counts.pixels(picture),
            "drawing": grey(picture[0], image_shape),
        },
        "boxes": [*boxes, _outputs(last, passes.right)],
        "loss": {
            "name": "loss",
            "says": counts.answers(passes.probabilities, passes.right),
            "drawing": bars(passes.probabilities, passes.right),
            "value": counts.loss(passes.loss),
        },
        "forward": counts.run(passes, picture),
        "steps": counts.sweep(passes),
        "tally": counts.tally([box.knobs for box in passes.boxes]),
    }


def _units(box: Box) -> dict[str, Any]:
    """A box between the picture and the outputs."""
    return {
        "name": counts.name(box.outputs.size, "unit"),
        "size": counts.name(box.knobs, "knob"),
        "value": squares(box.outputs),
        "puts_out": counts.active(box.outputs),
        "holds": counts.holds(box),
    }


def _strongest_unit(box: Box, image_shape: tuple[int, int]) -> dict[str, Any]:
    """The gradients of the weights from the pixels to one unit, that with the largest of all."""
    unit = int(np.abs(box.weights).max(axis=0).argmax())
    weights = counts.name(len(box.weights), "weight")
    return {"gradient": signed(box.weights[:, unit], image_shape), "caption": f"one unit’s {weights}"}


def _outputs(box: Box, right: int) -> dict[str, Any]:
    """The last box."""
    return {
        "name": counts.name(box.outputs.size, "output"),
        "size": counts.name(box.knobs, "knob"),
        "value": bars(relative(box.outputs), right),
        "puts_out": counts.largest(box.outputs),
        "holds": counts.holds(box),
        "gradient": bars(relative(box.upstream), right),
        "caption": "gradients of the outputs",
    }


def _one_picture(x: Array, image_shape: tuple[int, int]) -> Array:
    """`x`, if it is one picture of this size."""
    rows, columns = image_shape
    if x.shape != (1, rows * columns):
        raise ValueError(
            f"with image_shape=({rows}, {columns}), x is one picture of shape (1, {rows * columns}), "
            f"got {x.shape}; choose one row, such as x[[0]], or give the size that the pictures have"
        )
    return x
