"""What `run_autograder` runs: grade the submission in a folder laid out as Gradescope's."""

import sys
from pathlib import Path

from backproplab.grading.gradescope.autograde import autograde

if __name__ == "__main__":
    autograde(Path(sys.argv[1]))
