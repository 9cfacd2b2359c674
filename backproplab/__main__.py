"""`python -m backproplab` is the `backproplab` command.

In a folder of submissions, `backproplab` is the safer of the two, or `python -P -m backproplab`: Python
itself loads a few modules, `runpy` for one, before any of this runs.
"""

import os
import sys

# Python puts the current folder first. In a folder of submissions, files in it would stand in for libraries.
if not sys.flags.safe_path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from backproplab.cli import main

sys.exit(main())
