"""Run a script in the environment of the tests, which has JupyterLab, nbval and what drives Chromium.

It stands beside the one of the benchmarks, whose peers bring libraries that no lesson should find.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv/bin/python"


def install() -> None:
    subprocess.run(["make", "install-test"], cwd=ROOT, check=True, capture_output=True)


def no_browser() -> bool:
    """Whether there is no Chromium here; it is said, so that a gap on the page is no mystery."""
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return False
    print("There is no Chromium here: no figure of what one sees in a browser.", flush=True)
    return True


def found_by(script: str, *arguments: object) -> Any:
    """What a script of this folder writes with `--json FILE`."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        command = [PYTHON, ROOT / "benchmarks" / script, "--json", file, *arguments]
        subprocess.run(list(map(str, command)), check=True)
        return json.loads(file.read_text(encoding="utf-8"))
