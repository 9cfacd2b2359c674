"""A training run as a film: what a Recorder kept, under one scrubber."""

from backproplab.widgets.gradient_film.widget import GradientFilm

__all__ = ["GradientFilm"]
