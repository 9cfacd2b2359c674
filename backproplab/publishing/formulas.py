"""Formulas for a page that loads nothing: LaTeX in, MathML out, which every browser draws by itself."""

import re
from xml.etree import ElementTree

from latex2mathml.converter import convert

from backproplab.errors import BackproplabError

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
"""Not for HTML: there a <math> is one anyway, and nbconvert would write a heading's formula as <ns0:math>."""
PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
"""How many children an element must have, where their number is fixed."""


class FormulaError(BackproplabError):
    """A formula that has no MathML."""


def mathml(formula: str, *, display: bool = False) -> str:
    r"""Return a LaTeX formula, without its dollars, as a MathML element; in a line of its own if `display`.

    Raises `FormulaError` for a command that is not known, a part that is missing, braces that do not match.

    >>> mathml("x^2").partition(">")[2]
    '<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> mathml(r"\nosuch{x}")
    Traceback (most recent call last):
    backproplab.publishing.formulas.FormulaError: \nosuch{x} holds \nosuch, which has no MathML
    """
    text = formula.strip()
    try:
        markup: str = convert(text, display="block" if display else "inline")
    except Exception as error:  # latex2mathml has a class of its own for each of many faults
        raise FormulaError(f"{text} is no formula: {type(error).__name__} {error}".strip()) from error
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError as error:  # it writes & and, in a text, < as they are
        raise FormulaError(
            f"{text} holds an & or a < where MathML has no place for it; of environments there are align*, "
            "split, cases and matrices, and a \\text takes words alone"
        ) from error
    if fault := _fault(text, root):
        raise FormulaError(f"{text} {fault}")
    return markup.replace(NAMESPACE, "")


def _fault(text: str, root: ElementTree.Element) -> str:
    """Say what latex2mathml has passed over in silence, "" if nothing."""
    braces = re.findall(r"[{}]", re.sub(r"\\.", "", text))
    if braces.count("{") != braces.count("}"):
        return "has braces that do not match"
    for element in root.iter():
        if "\\" in (element.text or ""):
            return f"holds {element.text}, which has no MathML"
        name = element.tag.rpartition("}")[2]
        if len(element) != PARTS.get(name, len(element)):
            return f"lacks a part: {name} takes {PARTS[name]}, found {len(element)}"
    return ""
