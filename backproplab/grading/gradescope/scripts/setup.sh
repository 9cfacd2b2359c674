#!/usr/bin/env bash
# Runs once, as root, when Gradescope makes the container: Python, the package, and a source folder for root alone.
set -eu
source=/autograder/source
home=/opt/backproplab # open to all users, as the student's code runs as another one

chown -R root:root "$source"
chmod -R go-rwx "$source" # first, since what follows may fail

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv bubblewrap
python3 -P -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "backproplab needs Python 3.11 or newer: choose the newest Ubuntu as base image of this autograder"
  exit 1
}
python3 -P -m venv "$home"
wheel=$(ls "$source"/backproplab-*.whl)
"$home/bin/python" -P -m pip install --quiet --constraint "$source/constraints.txt" "backproplab[grade] @ file://$wheel"
chmod -R a+rX "$home"
