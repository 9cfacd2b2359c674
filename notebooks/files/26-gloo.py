"""Lesson 26's training on an engine that is used in earnest: torch.distributed, two processes, one machine.

    pip install torch
    python 26-gloo.py

The network, its start, its digits and its batches are the lesson's. Each process computes the gradient of its
half of every batch; `DistributedDataParallel` averages the halves while the backward pass is still running.
Its backend here is gloo, which needs no graphics card; with cards one writes "nccl" and changes little else.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel

from backproplab import Dense, Network, ReLU
from backproplab.datasets import mnist

WORKERS, STEPS, BATCH, RATE = 2, 8, 250, 0.1


def first_parameters():
    """The lesson's start, by name."""
    network = Network([Dense(784, 32), ReLU(), Dense(32, 10, initial="xavier")], seed=0)
    return {name: torch.from_numpy(view.copy()) for name, view in network.parameter_views.items()}


def work(rank, meeting, answer):
    """One process: the same eight steps as `backproplab.parallel.replica`."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file:///{meeting}", rank=rank, world_size=WORKERS)
    model = torch.nn.Sequential(torch.nn.Linear(784, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    start = first_parameters()
    with torch.no_grad():
        for place, name in ((0, "dense1"), (2, "dense2")):
            model[place].weight.copy_(start[f"{name}.weights"].T)  # PyTorch's layout is (outputs, inputs)
            model[place].bias.copy_(start[f"{name}.bias"])
    model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    images, labels = mnist("train")
    x, targets = torch.from_numpy(images.reshape(-1, 784)), torch.from_numpy(labels)
    losses = []
    for step in range(STEPS):
        half = slice(step * BATCH + rank * BATCH // 2, step * BATCH + (rank + 1) * BATCH // 2)
        loss = torch.nn.functional.cross_entropy(model(x[half]), targets[half])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total = loss.detach() / WORKERS
        dist.all_reduce(total)
        losses.append(float(total))
    if rank == 0:
        Path(answer).write_text(json.dumps(losses), encoding="utf-8")
    dist.destroy_process_group()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", type=Path, help="write the losses into this file, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        meeting, answer = Path(folder, "meeting").as_posix().lstrip("/"), Path(folder, "losses.json")
        mp.spawn(work, (meeting, str(answer)), nprocs=WORKERS)
        losses = json.loads(answer.read_text(encoding="utf-8"))
    for step, loss in enumerate(losses):
        print(f"step {step}: loss {loss:.6f}")
    if given.record:
        record = {"torch": torch.__version__, "losses": [float(np.float32(loss)) for loss in losses]}
        given.record.write_text(json.dumps(record) + "\n", encoding="utf-8")
