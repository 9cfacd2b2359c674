"""The formulas of a network: forward for each value, backward for each gradient, as lesson 03 types them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backproplab.layers import ACTIVATIONS, Activation, Dense, Layer
from backproplab.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from backproplab.network import Network
from backproplab.spreadsheet.language import pretty, rename


class Parameters(NamedTuple):
    """The names of a dense layer's parameters, in the shapes of its arrays."""

    weights: list[list[str]]  # (inputs, outputs)
    bias: list[str]


class Formulas(NamedTuple):
    """Names and formulas, all in ASCII as Python would read them."""

    levels: list[list[str]]
    """Names of the inputs, then of each layer's outputs."""
    parameters: dict[int, Parameters]
    """Names of the parameters of layer number i."""
    targets: list[str]
    forward: dict[str, str]
    """The formula of each value that is computed, in order; the last is L."""
    backward: dict[str, str]
    """The formula of ∂L/∂name for each name that has one, from L back to the inputs."""
    meanings: dict[str, str]
    """What each number is, in a few words."""

    @property
    def parameter_names(self) -> list[str]:
        """All weights and biases, unit by unit: those that feed a unit, then its bias."""
        units = (
            (*column, bias)
            for names in self.parameters.values()
            for column, bias in zip(zip(*names.weights, strict=True), names.bias, strict=True)
        )
        return [name for unit in units for name in unit]


def formulas_of(network: Network, loss: Loss) -> Formulas:
    """Write down a forward and a backward pass. TypeError for a layer or a loss that has no formula here."""
    _check(network, loss)
    parameters = dict(_parameters(network.layers))
    levels = _levels(network.layers, loss)
    outputs = levels[-1]
    targets = _number_names("t", len(outputs))
    forward: dict[str, str] = {}
    meanings = {name: "input" for name in levels[0]} | {name: "target" for name in targets}
    steps: list[dict[str, str]] = []
    for index, layer in enumerate(network.layers):
        inputs, outs = levels[index], levels[index + 1]
        if isinstance(layer, Dense):
            names = parameters[index]
            forward |= _dense_forward(inputs, outs, names)
            steps.append(_dense_backward(inputs, outs, names))
            meanings |= {
                weight: f"weight from {pretty(inputs[i])} to {pretty(outs[j])}"
                for i, row in enumerate(names.weights)
                for j, weight in enumerate(row)
            }
            meanings |= {bias: f"bias of {pretty(out)}" for bias, out in zip(names.bias, outs, strict=True)}
            meanings |= {out: "weighted sum" for out in outs}
        elif isinstance(layer, Activation):
            made, back = _activation(layer, inputs, outs)
            forward |= made
            steps.append(back)
            meanings |= {out: type(layer).__name__.lower() for out in outs}
    made, back = _loss(loss, outputs, targets)
    if isinstance(loss, SquaredError):
        meanings |= {name: f"output, {meanings[name]}" for name in outputs}
    meanings |= {name: "probability" if name != "m" else "largest of the z" for name in made} | {"L": "loss"}
    backward = {"L": "1"} | back
    for step in reversed(steps):
        backward |= step
    return Formulas(levels, parameters, targets, forward | made, backward, meanings)


def _check(network: Network, loss: Loss) -> None:
    for layer in network.layers:
        if type(layer) is not Dense and not hasattr(layer, "value"):
            known = ", ".join(kind.__name__ for kind in ACTIVATIONS)
            raise TypeError(
                f"a sheet has formulas for Dense, {known}; got {layer!r}, which it cannot write down"
            )
    if not isinstance(network.layers[0], Dense):
        raise TypeError(f"a sheet needs a network that begins with Dense, got {network.layers[0]!r} first")
    if type(loss) not in (SquaredError, BinaryCrossEntropy, SoftmaxCrossEntropy):
        raise TypeError(
            f"a sheet has formulas for SquaredError, BinaryCrossEntropy and SoftmaxCrossEntropy, got {loss!r}"
        )


def _number_names(letter: str, size: int) -> list[str]:
    """Names with numbers; without where there is but one."""
    return [letter] if size == 1 else [f"{letter}{number}" for number in range(1, size + 1)]


def _parameters(layers: Sequence[Layer]) -> Iterator[tuple[int, Parameters]]:
    """Number weights unit by unit through the whole network, and biases likewise, as lesson 03 does."""
    dense = [(index, layer) for index, layer in enumerate(layers) if isinstance(layer, Dense)]
    weights = iter(_number_names("w", sum(layer.inputs * layer.outputs for _, layer in dense)))
    biases = iter(_number_names("b", sum(layer.outputs for _, layer in dense)))
    for index, layer in dense:
        columns = [[next(weights) for _ in range(layer.inputs)] for _ in range(layer.outputs)]
        yield (
            index,
            Parameters(
                [list(row) for row in zip(*columns, strict=True)],
                [next(biases) for _ in range(layer.outputs)],
            ),
        )


def _levels(layers: Sequence[Layer], loss: Loss) -> list[list[str]]:
    letters = ["z" if isinstance(layer, Dense) else "h" for layer in layers]
    if isinstance(loss, SquaredError):
        letters[-1] = "y"  # a cross-entropy takes logits: what comes out is still a z
    sizes: list[int] = []
    for layer in layers:
        sizes.append(layer.outputs if isinstance(layer, Dense) else sizes[-1])
    totals: Counter[str] = Counter()
    for letter, size in zip(letters, sizes, strict=True):
        totals[letter] += size
    names = {letter: iter(_number_names(letter, total)) for letter, total in totals.items()}
    inputs = _number_names("x", layers[0].inputs) if isinstance(layers[0], Dense) else []
    made = [[next(names[letter]) for _ in range(size)] for letter, size in zip(letters, sizes, strict=True)]
    return [inputs, *made]


# forward and backward, side by side


def _dense_forward(inputs: list[str], outputs: list[str], names: Parameters) -> dict[str, str]:
    sums = {}
    for j, (out, bias) in enumerate(zip(outputs, names.bias, strict=True)):
        products = [f"{row[j]}*{x}" for row, x in zip(names.weights, inputs, strict=True)]
        sums[out] = " + ".join([*products, bias])
    return sums


def _dense_backward(inputs: list[str], outputs: list[str], names: Parameters) -> dict[str, str]:
    gradients: dict[str, str] = {}
    for j, (out, bias) in enumerate(zip(outputs, names.bias, strict=True)):
        gradients |= {row[j]: f"dL_d{out} * {x}" for row, x in zip(names.weights, inputs, strict=True)}
        gradients[bias] = f"dL_d{out} * 1"
    for row, x in zip(names.weights, inputs, strict=True):
        gradients[x] = " + ".join(f"dL_d{out} * {weight}" for out, weight in zip(outputs, row, strict=True))
    return gradients


def _activation(
    layer: Activation, inputs: list[str], outputs: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    made, back = {}, {}
    for z, a in zip(inputs, outputs, strict=True):
        letters = {"z": z, "a": a}
        made[a] = rename(layer.value, letters)
        back[z] = f"dL_d{a} * {rename(layer.derivative, letters)}"
    return made, back


def _loss(loss: Loss, outputs: list[str], targets: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The cells between outputs and L, and the gradients of the outputs."""
    pairs = list(zip(outputs, targets, strict=True))
    if isinstance(loss, SquaredError):
        squares = " + ".join(f"({y} - {t})**2" for y, t in pairs)
        squares = f"({squares})" if len(pairs) > 1 else squares
        return {"L": f"{squares} / 2"}, {y: f"dL_dL * ({y} - {t})" for y, t in pairs}
    chances = _number_names("p", len(outputs))
    if isinstance(loss, BinaryCrossEntropy):
        made = {p: f"sigmoid({z})" for p, z in zip(chances, outputs, strict=True)}
        made["L"] = " + ".join(f"max({z}, 0) - {z}*{t} + ln(1 + exp(-abs({z})))" for z, t in pairs)
    else:
        total = " + ".join(f"exp({z} - m)" for z in outputs)
        made = {"m": f"max({', '.join(outputs)})"}  # taken off first, so that no exponential is too large
        made |= {p: f"exp({z} - m) / ({total})" for p, z in zip(chances, outputs, strict=True)}
        made["L"] = f"m + ln({total}) - ({' + '.join(f'{t}*{z}' for z, t in pairs)})"
    return made, {z: f"dL_dL * ({p} - {t})" for p, (z, t) in zip(chances, pairs, strict=True)}
