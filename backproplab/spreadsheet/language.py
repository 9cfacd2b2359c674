"""The sheet's language: formulas over names, as lesson 03 types them, and their two other spellings.

A formula such as `dL_dy * y*(1 - y)` names cells. A workbook wants addresses, `=C21*B21*(1-B21)`; a reader
wants letters, `∂L/∂y × y×(1 − y)`. Both are the same text with other words in it.
"""

import re
from collections.abc import Callable, Mapping

NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*", re.ASCII)  # ² is no letter of a name
FUNCTIONS = frozenset({"sigmoid", "tanh", "max", "exp", "ln", "abs", "positive"})
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def names_in(formula: str) -> list[str]:
    """Return the cells that a formula names, each once, in order.

    >>> names_in("w1*x1 + w2*x1 + sigmoid(b1)")
    ['w1', 'x1', 'w2', 'b1']
    """
    return [name for name in dict.fromkeys(NAME.findall(formula)) if name not in FUNCTIONS]


def rename(formula: str, new: Mapping[str, str]) -> str:
    """Return the formula with other names in it; a name that `new` does not know stays.

    >>> rename("w3*h + b2", {"h": "new_h"})
    'w3*new_h + b2'
    """
    return NAME.sub(lambda found: new.get(found[0], found[0]), formula)


def in_addresses(formula: str, address: Callable[[str], str]) -> str:
    """Spell a formula as a workbook does.

    >>> in_addresses("max(z, 0) - z*t + 2**2", {"z": "B7", "t": "B5"}.__getitem__)
    '=MAX(B7,0)-B7*B5+2^2'
    """
    text = re.sub(r"sigmoid\((\w+)\)", r"1/(1+exp(-\1))", formula)
    text = re.sub(r"positive\((\w+), ([\d.e-]+)\)", r"if(\1>0,1,\2)", text)
    text = NAME.sub(
        lambda found: found[0].upper() if found[0] in {*FUNCTIONS, "if"} else address(found[0]), text
    )
    return "=" + text.replace("**", "^").replace(" ", "")


def in_letters(formula: str, title: Callable[[str], str]) -> str:
    """Spell a formula as a page does; `title` says what to write for a name.

    >>> in_letters("dL_dh * positive(h, 0.01)", pretty)
    '∂L/∂h × (1 if h > 0 else 0.01)'
    """
    text = re.sub(r"(\w+)\*\*([23])", lambda found: found[1] + "²³"[int(found[2]) - 2], formula)
    text = text.replace(")**2", ")²").replace("*", "×").replace("-", "−")
    text = re.sub(r"positive\((\w+), ([\d.e−]+)\)", r"(1 if \1 > 0 else \2)", text)
    words = {*FUNCTIONS, "if", "else"}
    return NAME.sub(lambda found: found[0] if found[0] in words else title(found[0]), text)


def pretty(name: str) -> str:
    """Write a name as the lessons do.

    >>> pretty("w12"), pretty("dL_dz1"), pretty("new_w3"), pretty("L_with_w3_up")
    ('w₁₂', '∂L/∂z₁', 'w₃⁺', 'L(w₃ + nudge)')
    """
    if name == "eta":
        return "η"
    if name.startswith("dL_d"):
        return f"∂L/∂{pretty(name.removeprefix('dL_d'))}"
    if name.startswith("by_nudge_"):
        return f"∂L/∂{pretty(name.removeprefix('by_nudge_'))} by a nudge"
    if name.startswith("gap_"):
        return f"difference at {pretty(name.removeprefix('gap_'))}"
    if name.startswith("new_"):
        return f"{pretty(name.removeprefix('new_'))}⁺"
    if "_with_" in name:
        moved, nudged = name.split("_with_")
        turned, way = nudged.rsplit("_", 1)
        return f"{pretty(moved)}({pretty(turned)} {'+' if way == 'up' else '−'} nudge)"
    return re.sub(r"\d+", lambda digits: digits[0].translate(LOWERED), name)
