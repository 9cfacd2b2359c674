"""Training: a network moves down a loss, batch by batch.

`steps` is the loop, one step at a time; `fit` runs it, keeps a History, and takes the measurements that a
Recorder was asked for.
"""

from backproplab.training.fit import History, TrainingStopped, fit
from backproplab.training.measurements import (
    Accuracy,
    BatchLoss,
    GradientMaps,
    GradientNoise,
    GradientNorms,
    Gradients,
    WeightMaps,
    Weights,
    accuracy,
)
from backproplab.training.recorder import Measurement, Moment, Recorder, Series
from backproplab.training.steps import Step, steps
from backproplab.training.unit_slopes import UnitSlopes, slopes
from backproplab.training.worst import WorstExamples

__all__ = [
    "Accuracy",
    "BatchLoss",
    "GradientMaps",
    "GradientNoise",
    "GradientNorms",
    "Gradients",
    "History",
    "Measurement",
    "Moment",
    "Recorder",
    "Series",
    "Step",
    "TrainingStopped",
    "UnitSlopes",
    "WeightMaps",
    "Weights",
    "WorstExamples",
    "accuracy",
    "fit",
    "slopes",
    "steps",
]
