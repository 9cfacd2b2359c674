"""What lesson 26 shows of PyTorch is what PyTorch says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backproplab.parallel import load_record

SCRIPT = Path(__file__).parents[2] / "notebooks" / "files" / "26-gloo.py"


def test_gloo_finds_the_recorded_losses(tmp_path):
    pytest.importorskip("torch")
    record = tmp_path / "gloo.json"
    subprocess.run([sys.executable, SCRIPT, "--record", record], check=True, timeout=300)
    losses = json.loads(record.read_text(encoding="utf-8"))["losses"]
    np.testing.assert_allclose(losses, load_record().gloo_losses, rtol=1e-5)
