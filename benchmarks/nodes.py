"""Build a graph of that many nodes, go back through it, and print time and memory, as a line of JSON.

    python benchmarks/nodes.py 100000 [traced|micrograd]

A chain of multiplications and additions, each with a leaf for its other parent: two parents a node, as most
nodes have. Without `traced`: seconds, and how far the process grew at its height, as the system counts it.
With it: the bytes that Python asked for, at the height of the pass; for micrograd, before its pass, which is
recursive and cannot go back through so long a chain.
"""

import json
import sys
import time
import tracemalloc

from peak import peak

from backproplab import Value


def grow(count, kind=Value):
    node, slope, shift = kind(0.9), kind(0.9999), kind(1e-4)
    for _ in range(count // 2):
        node = node * slope + shift
    return node


def weighed(count, kind, passes):
    """Bytes a node that Python asked for at the height."""
    tracemalloc.start()
    last = grow(count, kind)
    if passes:
        last.backward()
    return {"bytes": tracemalloc.get_traced_memory()[1] / count}


def main(count, how=""):
    grow(1000).backward()
    if how == "micrograd":
        from micrograd.engine import Value as Theirs

        print(json.dumps(weighed(count, Theirs, passes=False)))
        return
    if how == "traced":
        print(json.dumps(weighed(count, Value, passes=True)))
        return
    before, start = peak(), time.process_time()
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
                "bytes": (peak() - before) / count,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
