"""The quiz at the end of a lesson; its questions stand in `lessons/`, a file a lesson."""

from backproplab.widgets.quick_check.widget import QuickCheck, quick_check

__all__ = ["QuickCheck", "quick_check"]
