"""Words for alt text: rounded numbers and the course of a curve, in a sentence."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"


def number(value: float, digits: int = 2) -> str:
    """Write a number with `digits` significant digits, a true minus sign, an exponent only where needed.

    >>> number(-0.06661), number(12345.0), number(0.0), number(3e-9)
    ('−0.067', '12,000', '0', '3e−9')
    """
    if not np.isfinite(value):
        return {"inf": "∞", "-inf": "−∞"}.get(str(float(value)), "not a number")
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    if abs(rounded) >= 1e6 or abs(rounded) < 1e-4:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(rounded)))))
    return f"{rounded:,.{places}f}".replace("-", "−")


def short(value: float, digits: int = 3) -> str:
    """Write a number in the least room: whole numbers with all of their digits, no zeros at the end.

    >>> short(1200.0), short(-0.5), short(0.0625), short(1 / 3)
    ('1200', '−0.5', '0.0625', '0.333')
    """
    if float(value).is_integer() and abs(value) < 1e5:
        return f"{value + 0.0:.0f}".replace("-", "−")  # + 0.0 turns −0.0 into 0
    text = number(value, digits).replace(",", "")
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def line_up(texts: Sequence[str]) -> list[str]:
    """Write the numbers of a column so that, set flush right, their points stand below one another.

    What a number lacks after its last digit is made up by spaces as wide as a digit, and as a point.

    >>> [text.replace(FIGURE_SPACE, "_").replace(POINT_SPACE, ",") for text in line_up(["0.25", "−1.5", "3"])]
    ['0.25', '−1.5_', '3,__']
    """
    ends = [re.search(r"[.e]|$", text).start() for text in texts]  # type: ignore[union-attr]  # $ is always found
    longest = max((len(text) - end for text, end in zip(texts, ends, strict=True)), default=0)
    padded = []
    for text, end in zip(texts, ends, strict=True):
        missing = longest - (len(text) - end) if text else 0
        point = POINT_SPACE if missing and end == len(text) else ""
        padded.append(text + point + FIGURE_SPACE * (missing - len(point)))
    return padded


def join(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    >>> join(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def about(value: float) -> str:
    """Say a number on the scale 1, 2, 3, 5, 10 …: for what hangs on the last bits of a long training.

    Alt text is compared when a notebook is run again. Two machines that sum in another order part ways in the
    gradients of single batches by a tenth or more, so finer digits of those would mean nothing.

    >>> about(0.1234), about(0.567), about(1470), about(-8)
    ('about 0.1', 'about 0.5', 'about 2,000', 'about −10')
    """
    if not np.isfinite(value) or value == 0:
        return number(value)
    power = 10.0 ** np.floor(np.log10(abs(value)))
    nearest = min((1, 2, 3, 5, 10), key=lambda step: abs(np.log(abs(value) / power / step)))
    return f"about {number(float(np.sign(value) * nearest * power), 1)}"


def course(
    steps: ArrayLike, values: ArrayLike, *, unit: str = "step", say: Callable[[float], str] = about
) -> str:
    """Say how a curve goes: from where, past which peak or trough, to where; noise is averaged away first.

    `say` writes every number but the first.

    >>> course([0, 10, 20], [1.0, 3.0, 0.5])
    'rises from 1.0 to about 3 near step 10, then falls to about 0.5'
    >>> course([1, 2], [0.35, 0.127], unit="epoch", say=number)
    'falls from 0.35 to 0.13'
    """
    x, raw = np.asarray(steps), np.asarray(values, float)
    finite = np.isfinite(raw)
    if not finite.any():
        return "is never a finite number"
    if not finite.all():
        gone = x[int(np.argmin(finite))]
        return f"starts at {number(raw[finite][0])} and is no longer a finite number from {unit} {gone:,}"
    y = running_mean(raw, max(1, len(raw) // 20))
    start, end, span = float(y[0]), float(y[-1]), float(np.ptp(y))
    low, high = int(y.argmin()), int(y.argmax())
    above, below = float(y[high]) - max(start, end), min(start, end) - float(y[low])
    if span <= 0.02 * float(np.abs(y).max()):
        return f"stays at {number(start)}"
    if max(above, below) <= 0.25 * span:
        way = "rises" if end > start else "falls"
        slight = start * end > 0 and 0.7 < end / start < 1.4  # too little for a rounded end to show it
        return (
            f"{way} slightly from {number(start)}" if slight else f"{way} from {number(start)} to {say(end)}"
        )
    turn, there, back = (high, "rises", "falls") if above >= below else (low, "falls", "rises")
    near = say(float(x[turn])).removeprefix("about ")
    return (
        f"{there} from {number(start)} to {say(float(y[turn]))} near {unit} {near}, then {back} to {say(end)}"
    )


def running_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean over `window` values around each; narrower at the start, so that the first stays as it was.

    What is not finite stays nan, and counts for nothing in the means around it.

    >>> running_mean(np.array([9.0, 3.0, 3.0, 3.0]), 3).tolist()
    [9.0, 5.0, 3.0, 3.0]
    >>> running_mean(np.array([9.0, 3.0, np.nan, 5.0, 3.0]), 3).tolist()
    [9.0, 6.0, nan, 4.0, 4.0]
    """
    index, half = np.arange(len(values)), max(0, window - 1) // 2
    first, last = np.maximum(index - half, 0), np.minimum(index + np.minimum(half, index), len(values) - 1)
    finite = np.isfinite(values)
    sums, counts = (np.append(0, np.cumsum(part)) for part in (np.where(finite, values, 0.0), finite))
    means = (sums[last + 1] - sums[first]) / np.maximum(counts[last + 1] - counts[first], 1)
    return np.where(finite, means, np.nan)
