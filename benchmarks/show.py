"""Print entries as they will stand in the results."""

from goals import BY_NAME
from results import judge


def show(entries):
    for entry in map(judge, entries):
        figure = entry[BY_NAME[entry["name"]].about]
        verdict = {None: "reported", True: "met", False: "NOT MET"}[entry["met"]]
        print(
            f"{entry['name']}: {figure:g} {entry['unit']} ({entry['low']:g}–{entry['high']:g}), "
            f"goal {entry['goal']}, {verdict} [{entry['note']}]"
        )
