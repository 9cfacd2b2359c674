"""Why a solution notebook cannot become an exercise set."""

from backproplab.errors import BackproplabError


class ReleaseError(BackproplabError):
    """A solution notebook cannot be released. `reasons` name each cell and how to mend it."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("\n".join(self.reasons))


class TooLongError(ReleaseError):
    """A notebook computes for longer than a trial may."""
