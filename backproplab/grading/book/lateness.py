"""How late was it, and what does that cost?"""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from backproplab.grading.book.marks import EXEMPT, Mark
from backproplab.grading.book.rules import Rules, Student
from backproplab.grading.status import PRECISION

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(.+))?")
OFFSET = re.compile(r"[+-]\d\d(:?\d\d)?")
ZONE_NAME = re.compile(r"(?!(?i:[ap]m)$)([A-Z]{1,5}|[A-Z]\w+(/[\w+-]+)+|[A-Z][\w ]+ Time)")
IN_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d*")  # Sakai's
DAY = datetime.timedelta(days=1)
MOST_NAMED = 5  # students in one sentence


def moment(text: str) -> datetime.datetime | None:
    """Read when something was handed in, as nbgrader and others write it; None if that cannot be read.

    Without a zone where none stands there, or one that has no single meaning (IST, say). What stands behind
    the time and is no zone, PM or "(draft)", may say that another is meant: then it is not read.

    >>> moment("2026-03-06 23:59:00.5 UTC").isoformat()
    '2026-03-06T23:59:00.500000+00:00'
    >>> moment("20260306235900123").isoformat()
    '2026-03-06T23:59:00'
    """
    found = MOMENT.fullmatch(IN_DIGITS.sub(r"\1-\2-\3 \4:\5:\6", text.strip()))
    zone = found[2] or "" if found else ""
    if not found or (zone and not OFFSET.fullmatch(zone) and not ZONE_NAME.fullmatch(zone)):
        return None
    try:
        when = datetime.datetime.fromisoformat(found[1])
        return when.replace(tzinfo=_zone(zone))
    except ValueError:
        return None


def _zone(text: str) -> datetime.tzinfo | None:
    if text in ("UTC", "GMT", "Z"):
        return datetime.UTC
    if found := OFFSET.fullmatch(text):
        return datetime.datetime.strptime(text if found[1] else f"{text}00", "%z").tzinfo
    try:
        return ZoneInfo(text) if "/" in text else None
    except (KeyError, OSError):  # no such zone, or no table of zones on this machine
        return None


def charge(marks: Mapping[str, Mark], rules: Rules, student: Student) -> tuple[dict[str, Mark], list[str]]:
    """Return one student's marks, by set, with what lateness costs; and in sentences what had to be assumed.

    Free days go to what was due first, since a student spends them in that order.
    """
    charged: dict[str, Mark] = {}
    assumed: list[str] = []
    free = rules.free_days
    for name in sorted(marks, key=lambda each: (_due_order(rules, each), each)):
        mark = marks[name]
        if name in student.exempt:
            charged[name] = replace(mark, status=EXEMPT, raw=None, exercises={}, max_score=0.0, waiting=0.0)
            continue
        days, assumption = _days_late(mark, name, rules, student)
        if assumption:
            assumed.append(assumption)
        spent = min(free, days) if mark.raw is not None else 0
        free -= spent
        cost = (days - spent) * (rules.points_per_day + rules.percent_per_day / 100 * mark.max_score)
        charged[name] = replace(mark, late_days=days, penalty=round(min(cost, mark.raw or 0.0), PRECISION))
    return charged, assumed


def untold(marks: Mapping[str, Mark], name: str, rules: Rules) -> list[str]:
    """Say, where nothing tells when works of a set came, of how many: they count as in time.

    `marks` are those of the set, by `student_id`. Whoever wrote days_late into the rules, of a set of which
    no work has a time, has looked after all of it.
    """
    works = {who: mark.work for who, mark in marks.items() if mark.work and mark.status != EXEMPT}
    by_hand = {who for who, student in rules.students.items() if name in student.days_late}
    without = [
        work.student
        for who, work in works.items()
        if who not in by_hand and not (work.timestamp or work.late or work.in_time)
    ]
    has_times = any(work.timestamp for work in works.values())
    if name not in rules.due or not without or (by_hand and not has_times):
        return []
    which, named = f"any of the {len(works)}", ""
    if len(without) < len(works):
        which = f"{len(without)} of the {len(works)}"
        named = f" ({', '.join(without[:MOST_NAMED])}{', …' if len(without) > MOST_NAMED else ''})"
    return [
        f"nothing says when {which} submissions for {name} came{named}, so they count as in time: "
        "for whoever was late, write days_late into the rules"
    ]


def _due_order(rules: Rules, name: str) -> float:
    return rules.due[name].timestamp() if name in rules.due else math.inf


def _days_late(mark: Mark, name: str, rules: Rules, student: Student) -> tuple[int, str]:
    """Return how many days late a work was, begun ones too, and what had to be assumed for that."""
    work, extra = mark.work, student.extra_days.get(name, 0.0)
    if work is None:
        return 0, ""
    if name in student.days_late:
        return max(0, math.ceil(student.days_late[name] - extra)), ""
    when, due = moment(work.timestamp), rules.due.get(name)
    if when and due:
        late = when.replace(tzinfo=when.tzinfo or due.tzinfo) - due - extra * DAY
        return max(0, math.ceil(late / DAY)), ""
    if not work.late:
        return 0, f"when {work.student} handed in {name} cannot be read" if due and work.timestamp else ""
    days = 0 if extra else 1
    return days, (
        f"{work.student} was late with {name}, and nothing says by how much: "
        f"{'nothing is charged' if extra else 'a day is counted'}; write days_late into the rules"
    )
