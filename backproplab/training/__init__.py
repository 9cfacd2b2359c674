"""Training: `fit` moves a network down a loss, batch by batch, and keeps what a Recorder was asked for."""

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
    "TrainingStopped",
    "WeightMaps",
    "Weights",
    "accuracy",
    "fit",
]
