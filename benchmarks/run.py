"""Measure all families, or those that are named, and write the results and the page.

    make bench                 # all but those that take long, or need Chromium: `goals.ON_REQUEST`
    make bench ONLY=value      # or another of `goals.FAMILIES`; several with commas
    make bench ROUNDS=1        # a quick look

Each figure is written when it is measured. What is not measured now keeps its last entry, with its date; so a
run that was stopped goes on with ONLY.
"""

import sys
import time
from importlib import import_module

import page
import results
from goals import FAMILIES, ON_REQUEST
from rounds import KERNELS, kernel_of
from show import show


def main(only=""):
    chosen = only.split(",") if only else [family for family in FAMILIES if family not in ON_REQUEST]
    if unknown := set(chosen) - set(FAMILIES):
        raise SystemExit(f"There is no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}.")
    here = results.machine({asked: kernel_of(asked) for asked in KERNELS})
    for family in chosen:
        start, new = time.perf_counter(), []
        print(f"{family} …", flush=True)
        try:
            for entry in import_module(family).main():
                new.append(results.judge(entry))
                show(new[-1:])
                results.write(results.merge(results.read(), here, new))
            results.write(results.without_stale(results.read(), family, new))
        finally:
            page.main()  # also of what a run measured that was stopped
        print(f"{family} took {(time.perf_counter() - start) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
