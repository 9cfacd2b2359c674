"""The errors of this package, under one roof.

Every exception class of the package descends from `BackproplabError`, so that one `except` tells what it
refuses from what is broken:

    from backproplab.errors import BackproplabError

Where an error is also one of Python's own (a network asked for a gradient before a forward pass is an
AttributeError), its class descends from both. A function that gets a wrong argument raises plain ValueError
or TypeError, as numpy does. TrainingStopped is no error but a warning.
"""


class BackproplabError(Exception):
    """What all errors of the package have in common: a message on what was wrong and what to do."""
