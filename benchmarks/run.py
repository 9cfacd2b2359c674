"""Measure all families, or those that are named, and write the results and the page.

    make bench                 # all families but those of `goals.ON_REQUEST`
    make bench ONLY=value      # or another of `goals.FAMILIES`; several with commas
    make bench ROUNDS=1        # a quick look

Each figure is written when it is measured. What is not measured now keeps its last entry, with its date; so a
run that was stopped goes on with ONLY. A family that fails is named, and the others are measured all the
same.
"""

import sys
import time
import traceback
from importlib import import_module

import page
import results
from goals import FAMILIES, MINUTES, ON_REQUEST
from rounds import kernel
from show import show


def main(only=""):
    chosen = only.split(",") if only else [family for family in FAMILIES if family not in ON_REQUEST]
    if unknown := set(chosen) - set(FAMILIES):
        raise SystemExit(f"There is no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}.")
    here = results.machine(kernel())
    failed = []
    for family in chosen:
        start = time.perf_counter()
        print(f"{family}: about {MINUTES[family]} minutes, with all rounds on two quiet cores …", flush=True)
        try:
            measure(family, here)
        except Exception:
            traceback.print_exc()
            failed.append(family)
        finally:
            page.main()  # also of what a run measured that was stopped
        print(f"{family} took {(time.perf_counter() - start) / 60:.1f} minutes", flush=True)
    if failed:
        raise SystemExit(f"not measured to the end: {', '.join(failed)}; go on with ONLY={','.join(failed)}")


def measure(family, here):
    """Run a family and write each of its figures as it comes."""
    new = []
    for entry in import_module(family).main():
        new.append(results.judge(entry))
        show(new[-1:])
        results.write(results.merge(results.read(), here, new))
    results.write(results.merge(results.read(), here, []))
    results.write(results.without_stale(results.read(), family, new))


if __name__ == "__main__":
    main(*sys.argv[1:])
