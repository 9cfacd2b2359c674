"""`python -m backproplab` is the `backproplab` command."""

import sys

from backproplab.cli import main

sys.exit(main())
