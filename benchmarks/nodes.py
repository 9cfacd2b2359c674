"""Build a graph of that many nodes, go back through it, and print time and memory, as a line of JSON.

    python benchmarks/nodes.py 100000 [traced]

A chain of multiplications and additions, each with a leaf for its other parent: two parents a node, as most
nodes have. Without `traced`: seconds, and how far the process grew at its height, as the system counts it.
With it: the bytes that Python asked for, at the height of the pass.
"""

import json
import resource
import sys
import time
import tracemalloc

from backproplab import Value


def grow(count):
    node, slope, shift = Value(0.9), Value(0.9999), Value(1e-4)
    for _ in range(count // 2):
        node = node * slope + shift
    return node


def height():
    """Most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(count, how=""):
    grow(1000).backward()
    if how == "traced":
        tracemalloc.start()
        grow(count).backward()
        print(json.dumps({"bytes": tracemalloc.get_traced_memory()[1] / count}))
        return
    before, start = height(), time.process_time()
    last = grow(count)
    built = time.process_time()
    last.backward()
    back = time.process_time()
    print(
        json.dumps(
            {
                "nodes": count,
                "forward": built - start,
                "backward": back - built,
                "seconds": back - start,
                "bytes": (height() - before) / count,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
