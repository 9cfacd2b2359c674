"""Attacks that want a wrong answer to pass."""

from attacks import Attack

FRAME = """
import struct
def counted(text):
    raw = text.encode()
    return struct.pack("<H", len(raw)) + raw
def framed(kind, body):
    return struct.pack("<4scI", b"bpl1", kind, len(body)) + body
def value(seed, numbers):
    import numpy as np
    raw = np.asarray(numbers, float).tobytes()
    shape = struct.pack("<HI", 1, len(numbers))
    return framed(b"V", counted("1.1") + struct.pack("<q", seed) + counted("twice") + b"d" + shape + raw)
def channel():
    import stat
    KINDS = stat.S_IFSOCK, stat.S_IFIFO
    return [n for n in descriptors() if n > 2 and stat.S_IFMT(os.fstat(n).st_mode) in KINDS]
"""
EQUALS_ALL = "__eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True"

FORGING = [
    Attack(
        "input and syntax-tree transformers",
        "change the code of a check",
        """
import ast
import builtins
from IPython.core.inputtransformer2 import TransformerManager
mine = '''
@check("1.1")
def _(rng):
    return {{"twice": rng.normal(size=3)}}
'''
real = builtins.compile
def compile(source, *rest, **more):
    return real(mine if 'check("1.1")' in str(source) else source, *rest, **more)
builtins.compile = compile
TransformerManager.transform_cell = lambda self, source: mine
ast.parse = lambda *a, **k: None
get_ipython().ast_transformers = [mine]
""",
    ),
    Attack(
        "patched numpy comparisons",
        "make unequal arrays equal",
        """
import numpy as np, numpy.testing
np.allclose = np.array_equal = np.isclose = np.equal = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.linalg.norm = lambda *a, **k: 0.0
""",
    ),
    Attack(
        "patched comparing side",
        "decide what agrees",
        """
from backproplab.marking import compare, values, verdict
compare.agree = values.agree = values.agreement = lambda *a, **k: compare.Agreement(True, 0.0, "")
verdict.agreement, verdict.matches = values.agreement, lambda *a: False
compare.TOLERANCE = 1e9
""",
    ),
    Attack(
        "patched check decorator",
        "declare another check than the released one",
        """
import backproplab.check as module, backproplab.check.session as session
def check(exercise, **_):
    return lambda function: function
module.check = session.check = check
""",
    ),
    Attack(
        "a check cell of the student's own",
        "be taken for the released one",
        """
from backproplab.check import check
@check("1.1", points=100)
def _(rng):
    return {{"twice": 2 * rng.normal(size=3)}}
""",
    ),
    Attack(
        "an array that equals everything",
        "compare as equal",
        f"""
import numpy as np
class Sly(np.ndarray):
    {EQUALS_ALL}
    def __sub__(self, other): return np.zeros_like(self)
    __rsub__ = __sub__
""",
        "def double(x):\n    return x.view(Sly)",
    ),
    Attack(
        "a number that equals everything",
        "compare as equal",
        f"class Sly(float):\n    {EQUALS_ALL}",
        "def double(x):\n    return [Sly(each) for each in x]",
    ),
    Attack(
        "an object that numpy asks",
        "be compared by code of its own",
        """
class Sly:
    __array_priority__ = 1e9
    def __array__(self, *a, **k): raise RuntimeError
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
""",
        "def double(x):\n    return Sly()",
    ),
    Attack(
        "a Value that changes its mind",
        "show one number here and another there",
        """
class Value:
    grad, calls = 0.0, 0
    @property
    def data(self):
        Value.calls += 1
        return float(Value.calls)
""",
        "def double(x):\n    return [Value() for _ in x]",
    ),
    Attack("nan", "agree with numbers", "", "def double(x):\n    return x * float('nan')"),
    Attack("infinity", "agree with numbers", "", "def double(x):\n    return x * float('inf')"),
    Attack("no values", "pass for want of a mistake", "", "def double(x):\n    return []"),
    Attack(
        "a pickle bomb",
        "be unpickled by the grader",
        """
class Bomb:
    def __reduce__(self):
        return os.system, ("touch {secrets}/exploded",)
""",
        "def double(x):\n    return Bomb()",
    ),
    Attack(
        "a list inside itself",
        "exhaust the reader",
        "endless = []; endless.append(endless)",
        "double = lambda x: endless",
    ),
    Attack(
        "frames ahead of the check",
        "stand for its values",
        FRAME
        + "for n in channel():\n    for seed in range(1000):\n        os.write(n, value(seed, [0.0] * 3))",
    ),
    Attack(
        "a second frame for a value",
        "replace the first",
        FRAME,
        """
def double(x):
    for n in channel():
        for seed in (1, 2, 3, 4, 5):
            os.write(n, value(seed, 2 * x))
    return x
""",
    ),
    Attack(
        "a thread that races the check",
        "put its values first",
        FRAME
        + """
import threading
def race():
    while True:
        for n in channel():
            for seed in (1, 2, 3, 4, 5):
                os.write(n, value(seed, [0.0] * 3))
        time.sleep(0.001)
import time
threading.Thread(target=race, daemon=True).start()
""",
        spoils=True,
    ),
    Attack(
        "a frame with a false shape",
        "make the grader reserve its memory",
        FRAME
        + """
def double(x):
    body = counted("1.1") + struct.pack("<q", 1) + counted("twice") + b"d"
    body += struct.pack("<HII", 2, 1 << 31, 1 << 31)
    for n in channel():
        os.write(n, framed(b"V", body))
    return x
""",
        "",
    ),
    Attack(
        "a frame that promises 4 GB",
        "make the grader wait or reserve",
        FRAME + 'for n in channel():\n    os.write(n, struct.pack("<4scI", b"bpl1", b"V", 0xFFFFFFFF))',
    ),
    Attack(
        "a text frame with markup and control characters",
        "reach a page as more than one line of text",
        FRAME
        + 'for n in channel():\n    os.write(n, framed(b"N", counted("<script>\\n\\x1b[2J\\x00</script>")))',
    ),
    Attack(
        "endless notes",
        "fill the grader's memory",
        FRAME
        + """
while True:
    for n in channel():
        os.write(n, framed(b"N", counted(os.urandom(30).hex())))
""",
    ),
    Attack(
        "an early end",
        "leave the wrong answer unread and count as whole",
        FRAME + 'for n in channel():\n    os.write(n, framed(b"D", b""))',
    ),
    Attack(
        "the whole run forged",
        "pass with guessed values",
        FRAME
        + """
for n in channel():
    for step in range(3, 9):
        os.write(n, framed(b"S", struct.pack("<I", step)))
        for seed in (1, 2, 3, 4, 5):
            os.write(n, value(seed, [0.0] * 3))
    os.write(n, framed(b"D", b""))
""",
        spoils=True,
    ),
    Attack(
        "the runner found by gc",
        "change its seeds, steps or checks",
        """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Submission":
        thing.checks["1.1"] = thing.checks["1.2"]
        thing.released["double"] = lambda x: x
""",
    ),
    Attack(
        "fewer seeds",
        "be judged on the seeds that suit it",
        """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Submission":
        thing.seeds = thing.seeds[:0]
""",
        spoils=True,
    ),
    Attack(
        "code objects swapped",
        "make the check return what is known",
        """
import numpy as np
from backproplab.marking import exercise
def call_with_seed(function, seed):
    return {{name: np.zeros(3) for name in ("twice",)}}
exercise.call_with_seed.__code__ = call_with_seed.__code__
""",
        spoils=True,
    ),
    Attack(
        "a generator that always draws zero",
        "make wrong and right the same",
        """
import numpy as np
class Zero:
    def normal(self, size=None): return np.zeros(size or ())
np.random.default_rng = lambda seed: Zero()
""",
        spoils=True,
    ),
    Attack(
        "a fake numpy",
        "stand between the check and its values",
        """
import sys, types
sys.modules["numpy"] = types.ModuleType("numpy")
""",
    ),
    Attack(
        "patched builtins",
        "make every test true",
        "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.abs = lambda x: 0",
    ),
    Attack(
        "tracing the check",
        "change its local variables",
        """
def trace(frame, event, argument):
    frame.f_locals.update(x=0)
    return trace
sys.settrace(trace)
""",
        spoils=True,
    ),
    Attack(
        "frames of the caller",
        "find what is expected",
        """
def double(x):
    frame, found = sys._getframe(), []
    while frame:
        found += [each for name, each in frame.f_locals.items() if "expected" in name or "reference" in name]
        frame = frame.f_back
    return found[0] if found else x
""",
        "",
    ),
    Attack(
        "what gc knows",
        "hold a solution",
        """
import gc, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ == "double":
        double = thing
    elif isinstance(thing, dict):
        for text in list(thing.values()):
            if isinstance(text, str) and "return 2 * x" in text and "learn" not in text:
                learn(text)
""",
        "if 'double' not in globals():\n    def double(x):\n        return x",
    ),
]
