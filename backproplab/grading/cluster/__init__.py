"""Grade on a cluster of Dask's: notebooks run on its workers, and every answer stays here."""

from backproplab.grading.cluster.driver import DaskWorkers

__all__ = ["DaskWorkers"]
