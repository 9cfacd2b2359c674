"""What this kernel ran: the sources of its cells, in order."""

import sys


def cells_run() -> list[str]:
    """Return the source of each cell that ran, as it was written; none where no IPython keeps them."""
    return _kept("input_hist_raw")


def cells_as_python() -> list[str]:
    """Return the same cells as Python got them: what only IPython reads, such as `%time`, is translated."""
    return _kept("input_hist_parsed")


def _kept(which: str) -> list[str]:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    history = getattr(shell, "history_manager", None)
    return list(getattr(history, which)) if history else []
