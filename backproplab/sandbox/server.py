"""The warm server: has imported numpy and run the given cells, and forks itself for each submission.

Three processes for each submission:

    server ── fork ── guard ── fork ── child (PID 1 of its own namespace, where the student's code runs)

The server passes on three descriptors that it never reads: the pipes `job` and `results`, for the child, and
`status`, on which guard and grader talk. It sees no result, so nothing that one submission does can reach the
next. The guard is our own code, out of the child's sight and reach. It ends the child, and with PID 1 the
kernel ends all it started, when the limits are reached, which it watches by itself, and when the grader says
so or closes `status`.
"""

import gc
import json
import os
import platform
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

from backproplab.sandbox import child, isolation, seccomp, wire
from backproplab.sandbox.isolation import MissingMechanismError
from backproplab.sandbox.limits import Meter, limit_resources, resident
from backproplab.sandbox.protocol import Assignment, Limits
from backproplab.sandbox.watchdog import Watchdog

MESSAGE = 4096
BEGIN_STEP, STOP = b"step", b"stop"


def send(status: socket.socket, **content: Any) -> None:
    """Tell the grader one thing; whether it still listens is its own business."""
    with suppress(OSError):
        status.send(json.dumps(content).encode()[:MESSAGE])


class Server:
    """What the warm process knows: the assignment, the namespace as released, and where the walls stand."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        content = wire.read_request(control.recv)
        self.scratch, self.readable = content["scratch"], content["readable"]
        self.limits: Limits
        self.assignment: Assignment
        self.assignment, self.limits = wire.unpack(content)
        isolation.drop_root(self.readable)
        isolation.die_with_parent()
        child.warm_up(self.assignment, self.limits)
        self.released = child.release(self.assignment)
        seccomp.program(platform.machine())  # once, and not in each child
        threads = len(os.listdir("/proc/self/task"))
        if threads > 1:
            raise RuntimeError(f"the given cells leave {threads - 1} threads running, which no fork survives")

    def serve(self) -> None:
        """Fork once for each three descriptors, until the grader goes."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries guards
        gc.collect()
        gc.freeze()  # so that no collection in a child copies all pages
        send(self.control, ready=True, landlock=isolation.landlock_version())
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, 1, 3)
            if not message:
                return
            if os.fork() == 0:
                self.control.close()
                job, results, status = descriptors
                _guard(self, job, results, socket.socket(fileno=status))
            for descriptor in descriptors:
                os.close(descriptor)


def _guard(server: Server, job: int, results: int, status: socket.socket) -> NoReturn:
    """Put one child behind walls, watch what it uses, and end it."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        isolation.new_namespaces()
        isolation.die_with_parent()
        guard = os.pidfd_open(os.getpid())
        pid = os.fork()
        if pid == 0:
            _child(server, guard, job, results, status)
        os.close(job)
        os.close(results)
        _watch(pid, status, server.limits)
    except MissingMechanismError as missing:
        send(status, missing=missing.mechanism, why=missing.why)
    except BaseException as error:
        send(status, missing="the guard", why=repr(error))
    finally:
        os._exit(0)


def _watch(pid: int, status: socket.socket, limits: Limits) -> None:
    meter, ended = Meter(pid, inherited=resident(os.getpid())), os.pidfd_open(pid)
    spent = status.recv(MESSAGE)  # comes with the job: until then, it waits behind its walls
    if not spent:
        return os.kill(pid, signal.SIGKILL)
    watchdog = Watchdog(limits, **json.loads(spent))
    while True:
        ready, _, _ = select.select([status.fileno(), ended], [], [], watchdog.until_look())
        if ended in ready:
            _, code, used = os.wait4(pid, 0)
            code = os.waitstatus_to_exitcode(code)
            # Not its own doing: the kernel lets no process of a namespace kill its PID 1.
            killed = code == -signal.SIGKILL
            cpu = used.ru_utime + used.ru_stime
            return send(status, ended=code, ending=watchdog.killed(cpu) if killed else watchdog.ending(""))
        if ready:
            said = status.recv(MESSAGE)
            if said != BEGIN_STEP:
                os.kill(pid, signal.SIGKILL)
                return send(status, ending=watchdog.ending(""))
            watchdog.begin_step()
        if not watchdog.until_look() and (ending := watchdog.look(meter.look())):
            os.kill(pid, signal.SIGKILL)
            return send(status, ending=ending)


def _child(server: Server, guard: int, job: int, results: int, status: socket.socket) -> NoReturn:
    try:
        os.setsid()
        with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="utf-8") as file:
            file.write("1000")  # if memory runs out all the same, this one goes first
        limit_resources(server.limits, own_user=True)
        isolation.new_view(server.scratch, server.limits)
        isolation.drop_capabilities()
        isolation.die_with_parent()
        if select.select([guard], [], [], 0)[0]:  # it has ended before
            os._exit(1)
        isolation.restrict_files(server.readable, [server.scratch])
        seccomp.restrict_calls()
    except MissingMechanismError as missing:
        send(status, missing=missing.mechanism, why=missing.why)
        os._exit(1)
    try:
        child.silence(job, results)
        request = wire.read_request(lambda length: os.read(job, length))
        os.close(job)
        submission = child.Submission(
            request, server.assignment, server.released, server.limits, child.write_to(results)
        )
        submission.run()
    finally:
        os._exit(0)


def main(descriptor: int) -> None:
    """Serve the grader at the other end of a socket until it goes."""
    control = socket.socket(fileno=descriptor)
    try:
        server = Server(control)
    except MissingMechanismError as missing:
        send(control, missing=missing.mechanism, why=missing.why)
    except BaseException as error:
        send(control, failed=f"{type(error).__name__}: {error}"[:1000])
    else:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (sys.stdin, sys.stdout, sys.stderr):
            os.dup2(null, standard.fileno())
        server.serve()
