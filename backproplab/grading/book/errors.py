"""What is wrong with what a gradebook is to be made from."""

from backproplab.errors import BackproplabError


class BookError(BackproplabError):
    """No gradebook can be made of this; the message says why and what to do."""
