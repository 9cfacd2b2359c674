"""First names of the census of the United States in 1990: 5,163 of them, for a model to learn to write.

Source: U.S. Census Bureau, *Frequently Occurring Names from the 1990 Census*; in the public domain. README.md
in this folder says how the file beside this module was made of it.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable

FILE: Traversable = files("backproplab.datasets") / "first_names.txt"  # found inside a zip file, too


def first_names() -> list[str]:
    """All first names, the commonest first: small letters from a to z, 2 to 11 of them, no name twice.

    FileNotFoundError, naming the file, where it is missing.

    >>> first_names()[:5]
    ['james', 'john', 'robert', 'michael', 'mary']
    """
    try:
        return FILE.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"The first names are missing: {FILE}. Bring the file back with "
            "`git checkout -- backproplab/datasets/first_names.txt`, or reinstall backproplab."
        ) from None
