"""One gradient, many workers: what a sum of gradients needs to travel. Lesson 26.

    train_together(network, loss, batches, workers=2, learning_rate=0.1)   data-parallel, in real processes
    run_in_ring(job, arguments)      any job, in processes joined in a ring
    ring.all_reduce(vector)          in a job: the sum of everybody's vector, in place
    delayed_steps(gradient_at, start, learning_rate=0.1, delay=1)          gradients that are late
    gpipe(4, 8), one_forward_one_backward(4, 8), bubble(4, 8)              layers spread over workers

It is for learning. What trains a model that you need is torch.distributed, or Dask, or JAX.
"""

from backproplab.parallel.pipeline import Task, bubble, gpipe, idle_share, most_kept, one_forward_one_backward
from backproplab.parallel.record import Recorded, TimedStep, load_record, timed_steps
from backproplab.parallel.ring import LostWorkerError, Ring, ring_bytes, split
from backproplab.parallel.stale import delayed_steps, largest_rate
from backproplab.parallel.training import Report, replica, shares, train_together
from backproplab.parallel.workers import run_in_ring

__all__ = [
    "LostWorkerError",
    "Recorded",
    "Report",
    "Ring",
    "Task",
    "TimedStep",
    "bubble",
    "delayed_steps",
    "gpipe",
    "idle_share",
    "largest_rate",
    "load_record",
    "most_kept",
    "one_forward_one_backward",
    "replica",
    "ring_bytes",
    "run_in_ring",
    "shares",
    "split",
    "timed_steps",
    "train_together",
]
