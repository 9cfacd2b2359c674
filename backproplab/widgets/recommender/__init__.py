"""A plane of people and films, in which one can give a thumb and see what it moves."""

from backproplab.widgets.recommender.widget import Recommender

__all__ = ["Recommender"]
