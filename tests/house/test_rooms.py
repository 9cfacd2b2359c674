"""Which room of the package imports which, and the reader of imports shown to be able to say no."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from attacks.breaking import BREAKING
from attacks.forging import FORGING
from attacks.reading import READING

import backproplab
from house import rooms

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "backproplab").rglob("*.py"))


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_room_imports_only_the_rooms_it_may_see(module):
    source = module.read_text(encoding="utf-8")
    dotted = rooms.module_name(module, ROOT)
    faults = list(rooms.faults(source, dotted, is_package=module.stem == "__init__"))
    assert not faults


def test_a_room_sees_only_rooms_above_it():
    above = set()
    for room, plan in rooms.ROOMS.items():
        assert plan.sees <= above, room
        above.add(room)


def test_a_students_process_never_reaches_authoring_or_grading():
    reached, todo = set(), ["sandbox", "check", "marking"]
    while todo:
        room = todo.pop()
        reached.add(room)
        todo += rooms.ROOMS[room].sees - reached
    assert not reached & {"authoring", "grading"}


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("backproplab.network", "import matplotlib.pyplot", "mathematics may use numpy alone"),
        ("backproplab.network", "def draw():\n    import matplotlib", ":2 imports matplotlib"),
        ("backproplab.network", "from .plots import graph", "may not see plots"),
        ("backproplab.network", "from . import display", "may not see display"),
        ("backproplab.layers.dense", "from .. import plots", "may not see plots"),
        ("backproplab.layers.dense", "from ..plots.style import blue", "may not see plots"),
        (
            "backproplab.scalar",
            "if TYPE_CHECKING:\n    from backproplab import widgets",
            "may not see widgets",
        ),
        ("backproplab.scalar", "importlib.import_module('backproplab.plots')", "may not see plots"),
        ("backproplab.scalar", "import_module('.plots', 'backproplab')", "may not see plots"),
        ("backproplab.scalar", "__import__('tqdm')", "imports tqdm"),
        ("backproplab.plots.film", "import backproplab.widgets.film", "may not see widgets"),
        ("backproplab.check", "from backproplab.grading import reports", "may not see grading"),
        ("backproplab.sandbox.child", "from backproplab import authoring", "may not see authoring"),
        ("backproplab.marking.values", "from backproplab import Value", "may not see mathematics"),
        ("backproplab.marking.values", "from backproplab.check import card", "may not see check"),
        ("backproplab.grading.run", "from backproplab.check import card", "grading may not see check"),
        ("backproplab.files", "import numpy", "foundation may use the standard library alone"),
        ("backproplab.files", "from backproplab.network import Network", "may not see mathematics"),
        ("backproplab.course.page", "read(package / 'door' / 'door.js')", "course may not see door"),
        ("backproplab.course.page", "asset('door/door.js')", "reads door/door.js"),
        ("backproplab.attic", "", "stands in no room"),
    ],
)
def test_an_import_that_the_plan_forbids_is_named(module, source, fault):
    assert any(fault in found for found in rooms.faults(source, module))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("backproplab.network", "import json\nimport numpy as np\nfrom backproplab.layers import Dense"),
        ("backproplab.network", "from backproplab.files import atomic_write"),
        ("backproplab.layers.dense", "from .activations import Sigmoid\nfrom ..losses import SquaredError"),
        ("backproplab.plots.film", "import matplotlib\nfrom backproplab import Network, display"),
        ("backproplab.widgets.film", "from backproplab.plots import film"),
        ("backproplab.door.page", "asset('course/map.css'), here / 'door.js', '/door/door.js', 1 / 'a'"),
        ("backproplab.cli", "from backproplab import grading, widgets, sandbox"),
    ],
)
def test_an_import_that_the_plan_allows_passes(module, source):
    assert not list(rooms.faults(source, module))


def loaded_by(code):
    code = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {module.split(".")[0] for module in done.stdout.split()}


def test_importing_the_package_loads_nothing_until_a_name_is_asked_for():
    """A grader's processes need a room or two, and start in half the time without the mathematics."""
    loaded = loaded_by("import backproplab")
    assert "backproplab" in loaded
    assert "numpy" not in loaded


def test_all_names_of_the_package_load_no_picture_and_no_notebook():
    loaded = loaded_by("from backproplab import *")
    assert {"backproplab", "numpy"} <= loaded
    assert not loaded & {"matplotlib", "IPython", "ipywidgets", "anywidget", "tqdm", "nbformat", "xlsxwriter"}


def test_a_name_of_the_package_is_what_mypy_takes_it_for():
    """Types come from imports that never run, values from a table: the two say the same."""
    tree = ast.parse((ROOT / "backproplab/__init__.py").read_text(encoding="utf-8"))
    (typed,) = (node.body for node in tree.body if isinstance(node, ast.If))
    homes = {alias.name: node.module for node in typed for alias in node.names}
    assert sorted(homes) == sorted(backproplab.__all__)
    for public, home in homes.items():
        assert getattr(backproplab, public) is getattr(import_module(home), public)
        assert getattr(backproplab, home.split(".")[1]) is import_module(home)
    assert {*homes, "layers"} <= set(dir(backproplab))
    with pytest.raises(AttributeError, match="has no attribute 'softmax'"):
        backproplab.softmax  # noqa: B018


def test_what_an_attack_takes_from_the_package_is_there():
    """One that stops at an import of what has moved away attacks nothing, and passes for ever."""
    code = "\n".join(attack.code for attack in (*READING, *BREAKING, *FORGING))
    taken = [
        (module, name.strip())
        for module, names in re.findall(r"^from (backproplab\S*) import (.+)$", code, re.MULTILINE)
        for name in names.split(",")
    ]
    assert len(taken) >= 5
    for module, name in taken:
        assert hasattr(import_module(module), name) or find_spec(f"{module}.{name}"), f"{module}: {name}"
