"""Runs untrusted notebooks. Knows no answer.

    with Sandbox(assignment) as sandbox:
        outcome = sandbox.run(job)       # values by (exercise, seed, name), errors, problems

**What is defended, and how.** A student's code runs in a process that holds nothing worth stealing: no
expected value, no solution, no other submission enters it, nor the server that it is forked from, nor the
view of the file system that either has. What comes out are numbers on a private descriptor, as flat frames
that are checked before they are believed (`wire`). Another process compares them, into which no student
code comes. So patching comparisons, faking arrays, rewriting this package's code from inside or writing
frames oneself is allowed and useless: a forged value still has to be the right one, with seeds that were
drawn for this run.

At the full level, each submission has

- a process forked from a server that has numpy loaded and the given cells run, in user, PID, network, IPC
  and mount namespaces of its own: when its PID 1 ends, all that it started ends;
- a read-only view of Python, its packages and the system's libraries, by bubblewrap where that starts and by
  Landlock in any case, and one empty, small scratch folder; an empty /proc; no network;
- no capability, an ordinary user (root becomes nobody), and a seccomp filter that refuses other programs,
  sockets, mounts, namespaces, debugging and more (`seccomp`);
- limits on time (CPU, with more by the clock), memory, processes, files and output. A guard outside of its
  PID namespace measures the whole tree of its processes and kills it when they use too much; it reads
  nothing that they write, so nothing that they write can stop it. What was stopped is left out, and the
  rest runs from a fresh start. Time by the clock leaves out the waiting for a core, three quarters of the
  clock at most, and no submission may put itself behind all others to wait the longer;
- an end with the grader: the kernel kills it when its guard ends, and that cannot be taken back.

What ends a submission is its own code, a limit that it reached, or the machine: a SIGKILL that neither comes
from the guard nor can come from inside, so also the kernel's when memory runs out; a guard or server that is
gone; a process that cannot be had. What the machine ends runs again from the start, a few times, and is a
MachineError if that is no help: never an outcome.

Where the machine refuses one of these (bubblewrap aside), IsolationError names it and says what to do. The
reduced level, which must be asked for, is a fresh process for each submission with limits on time and
memory alone: student code can there read what its user can, use the network, leave processes behind, and
kill its own process, which counts as the machine's doing.

Between the two is the level "user", which root can have where namespaces are refused, as in a container of
somebody else's: the same process, but of a user's who is nobody else for as long as it runs. It reads and
writes what is open to everybody, and not what is root's alone (so keep solutions in a folder of mode 0700),
nor the memory of our own processes; it can start so many processes and no more, and no program that brings
root's powers; and all that it starts ends with it, or else the run does. The network is open to it, as are
the names and arguments of other processes, and what other programs leave readable.

**What is not defended.**

- *Authorship and method.* A right value proves a right value. Code that was copied, or that calls this
  package's own implementation, gives right values.
- *Holes in the kernel, Python, numpy or the hardware.* The filter makes the kernel's surface smaller, and
  that is all. Grade strangers' code on a machine that holds nothing else.
- *The author.* Given cells and checks are trusted; the given cells run before the walls of a submission
  stand. A solution that they contain can be read.
- *A submission against itself.* It can spoil the values of its own right answers by writing on the
  descriptor.
- *What a check draws.* Student code is called by the check, in one process: it can find the seeds and the
  check's variables. So whoever shows something to students takes it from a run on inputs that they may know.
- *Time.* Submissions can see how long things take, and slow others down by what the kernel shares: caches,
  disk, cores. Limits bound it. Memory is measured twenty times a second, without cgroups; between two looks,
  as much as the machine's speed allows can be taken, at most `memory_bytes` of address space in each of
  `processes`. CPU time of processes that live and die between two looks can escape, if nobody waits for them
  and none of their kind is met at a look.
- *Paths, without bubblewrap.* Landlock refuses to read or list, but not to tell whether a path exists, its
  size, dates and extended attributes, or where a link leads. Of what lies in folders closed to other users,
  that is told where their owner grades; where root does, not.
"""

from backproplab.sandbox.host import Sandbox
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint, Job, Limits, Outcome
from backproplab.sandbox.requirements import IsolationError, MachineError, SandboxError

__all__ = [
    "Assignment",
    "Cell",
    "Check",
    "Checkpoint",
    "IsolationError",
    "Job",
    "Limits",
    "MachineError",
    "Outcome",
    "Sandbox",
    "SandboxError",
]
