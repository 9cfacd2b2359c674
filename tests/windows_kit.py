"""Run the package as Windows would: what can be shown of that on another system (`on_windows`)."""

import multiprocessing
import os
import shlex
import subprocess
import sys
from multiprocessing import connection, reduction
from pathlib import Path

THERE = Path(__file__).with_name("on_windows")
ASKED = "BACKPROPLAB_TESTS_AS_ON_WINDOWS"
FOLDER = "O'Brien, Łukasz/my course"
"""Where a learner may have the course: an apostrophe, spaces, a letter that code page 1252 lacks."""
STARTER = """\
#!/bin/sh
if [ "$1" = -I ]; then shift; fi  # it would keep the change of imports out
export PYTHONPATH={there}"${{PYTHONPATH:+:$PYTHONPATH}}" {asked}="$0"
exec {python} "$@"
"""


def home(folder):
    """Make the folder of a learner below `folder`, and beside it what starts Python; return it."""
    made = folder / FOLDER
    made.mkdir(parents=True)
    starter = folder / "python"
    there, real = shlex.quote(str(THERE)), shlex.quote(sys.executable)
    starter.write_text(STARTER.format(there=there, asked=ASKED, python=real), encoding="utf-8")
    starter.chmod(0o755)
    return made


def python(folder, *arguments, status=0):
    """Run Python in `folder`, below a `home`, as on Windows; return what it printed, without a traceback.

    What it writes goes to pipes, so it is in code page 1252.
    """
    starter = next(each / "python" for each in folder.parents if (each / "python").is_file())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    more = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONWARNDEFAULTENCODING": "1"}
    done = subprocess.run(
        [starter, *map(str, arguments)], cwd=folder, env=kept | more, capture_output=True, timeout=240
    )
    out, err = (each.decode("cp1252") for each in (done.stdout, done.stderr))
    assert "Traceback" not in err, err
    assert done.returncode == status, (out, err)
    return out + err


def backproplab(folder, *arguments, status=0):
    """Run the command in `folder` as on Windows; return what it printed."""
    return python(folder, "-m", "backproplab", *arguments, status=status)


class EndsWhoeverReadsIt:
    """An argument of a process, which ends while it reads what it is given, with exit code 3."""

    def __reduce__(self):
        return os._exit, (3,)


def leave_pipes_open(monkeypatch):
    """Let this process hold both ends of each pipe, as on Windows until the other process has taken its own.

    Returns what closes them.
    """
    held = []
    context = type(multiprocessing.get_context("spawn"))
    real = context.Pipe

    def pipe(self, *arguments, **options):
        ends = real(self, *arguments, **options)
        held.extend(os.dup(end.fileno()) for end in ends)
        return ends

    monkeypatch.setattr(context, "Pipe", pipe)
    return lambda: [os.close(each) for each in held]


class PipeConnection(connection._ConnectionBase):
    """What `Pipe` makes on Windows, where it is no `Connection`; here it works as one."""


for _name in ("_close", "_send", "_recv", "_send_bytes", "_recv_bytes", "_poll", "_read", "_write"):
    setattr(PipeConnection, _name, vars(connection.Connection)[_name])
reduction.register(PipeConnection, connection.reduce_connection)


def make_pipes_of_windows(monkeypatch):
    """Let `Pipe` make what it makes on Windows."""
    context = type(multiprocessing.get_context("spawn"))
    real = context.Pipe

    def as_there(end):
        made = PipeConnection(end._handle, end.readable, end.writable)
        end._handle = None  # it is closed once
        return made

    monkeypatch.setattr(
        context, "Pipe", lambda self, *given, **more: tuple(map(as_there, real(self, *given, **more)))
    )
