"""What this kernel ran: the sources of its cells, in order."""

import sys


def cells_run() -> list[str]:
    """Return the source of each cell that ran, as it was written; none where no IPython keeps them."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    history = getattr(shell, "history_manager", None)
    return list(history.input_hist_raw) if history else []
