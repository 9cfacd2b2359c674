"""Exports of each platform, made up with invented names."""

import zipfile

import intake_kit

METADATA = """---
submission_301:
  :submitters:
  - :name: Ana García
    :sid: '1001'
    :email: ana@example.org
  :created_at: 2026-01-14 21:05:00.123456000 -08:00
  :score: 3.0
submission_302:
  :submitters:
  - :name: "Bob Li"
    :sid:
  - :name: Cy Ode
    :sid: '1003'
"""

# By platform: the files of an export; and by student, the notebooks that may be graded.
EXPORTS = {
    "Canvas": (
        [
            "garciaana_11_901_homework.ipynb",
            "garciaana_11_902_notes.pdf",
            "garciaana_11_903_helper.py",
            "libob_LATE_12_904_homework-1.ipynb",
            "odecy_13_text.html",
        ],
        {
            "garciaana_11": ["garciaana_11_901_homework.ipynb"],
            "libob_12": ["libob_LATE_12_904_homework-1.ipynb"],
            "odecy_13": [],
        },
    ),
    "Moodle": (
        [
            "Ana García_11_assignsubmission_file_/homework.ipynb",
            "Ana García_11_assignsubmission_onlinetext_/onlinetext.html",
            "Bob Li_12_assignsubmission_file/work/homework.ipynb",
            "Cy Ode_13_assignsubmission_file_homework.ipynb",
        ],
        {
            "Ana García_11": ["Ana García_11_assignsubmission_file_/homework.ipynb"],
            "Bob Li_12": ["Bob Li_12_assignsubmission_file/work/homework.ipynb"],
            "Cy Ode_13": ["Cy Ode_13_assignsubmission_file_homework.ipynb"],
        },
    ),
    "Blackboard": (
        [
            "Homework_3_ana1_attempt_2026-01-14-10-30-00.txt",
            "Homework_3_ana1_attempt_2026-01-14-10-30-00_homework.ipynb",
            "Homework_3_ana1_attempt_2026-01-15-10-30-00.txt",
            "Homework_3_ana1_attempt_2026-01-15-10-30-00_homework.ipynb",
            "Homework_3_bob2_attempt_2026-01-14-09-00-00_homework.ipynb",
            "Homework_3_bob2_attempt_2026-01-16-09-00-00_sorry.pdf",
            "Homework_3_cy3_attempt_2026-01-14-09-00-00.txt",
        ],
        {
            "ana1": ["Homework_3_ana1_attempt_2026-01-15-10-30-00_homework.ipynb"],
            "bob2": ["Homework_3_bob2_attempt_2026-01-14-09-00-00_homework.ipynb"],
            "cy3": [],
        },
    ),
    "Brightspace": (
        [
            "index.html",
            "1001-9 - Ana García - Jan 5, 2026 930 AM - homework.ipynb",
            "1001-9 - Ana García - Jan 15, 2026 1030 AM - homework - final.ipynb",
            "1002-9 - Bob Li - Jan 5, 2026 1200 PM/homework.ipynb",
            "1003-9 - Cy Ode-Li - Jan 5, 2026 1205 PM - homework.pdf",
        ],
        {
            "Ana García_1001": ["1001-9 - Ana García - Jan 15, 2026 1030 AM - homework - final.ipynb"],
            "Bob Li_1002": ["1002-9 - Bob Li - Jan 5, 2026 1200 PM/homework.ipynb"],
            "Cy Ode-Li_1003": [],
        },
    ),
    "Gradescope": (
        [
            "submission_metadata.yml",
            "submission_301/homework.ipynb",
            "submission_302/homework.ipynb",
            "submission_303/work/homework.ipynb",
            "submission_303/work/values.csv",
        ],
        {
            "Ana García_1001": ["submission_301/homework.ipynb"],
            "Bob Li & Cy Ode_1003": ["submission_302/homework.ipynb"],
            "submission_303": ["submission_303/work/homework.ipynb"],
        },
    ),
    "Sakai": (
        [
            "grades.csv",
            "García, Ana(ana1)/Submission attachment(s)/homework.ipynb",
            "García, Ana(ana1)/timestamp.txt",
            "García, Ana(ana1)/Feedback Attachment(s)/reply.ipynb",
            "Li, Bob(bob2)/Submission attachment(s)/homework.ipynb",
            "Ode, Cy(cy3)/timestamp.txt",
        ],
        {
            "García, Ana_ana1": ["García, Ana(ana1)/Submission attachment(s)/homework.ipynb"],
            "Li, Bob_bob2": ["Li, Bob(bob2)/Submission attachment(s)/homework.ipynb"],
            "Ode, Cy_cy3": [],
        },
    ),
    "ILIAS": (
        [
            "García_Ana_ana1_4711/20260114103000_homework.ipynb",
            "García_Ana_ana1_4711/20260115103000_homework.ipynb",
            "Li_Po_Bob_bob2_4712/20260114103000_homework.ipynb",
            "Ode_Cy_cy3_4713/20260114103000_homework.pdf",
        ],
        {
            "García, Ana_ana1": ["García_Ana_ana1_4711/20260115103000_homework.ipynb"],
            "Li_Po, Bob_bob2": ["Li_Po_Bob_bob2_4712/20260114103000_homework.ipynb"],
            "Ode, Cy_cy3": [],
        },
    ),
    "GitHub Classroom": (
        [
            *(f"backprop-ana-ga/{name}" for name in ("README.md", "exercises/03-spreadsheet.ipynb")),
            *(f"backprop-anton/{name}" for name in ("README.md", "notebooks/00.ipynb", "mine.ipynb")),
            "backprop-cy-main/README.md",
        ],
        {
            "ana-ga": ["backprop-ana-ga/exercises/03-spreadsheet.ipynb"],
            "anton": ["backprop-anton/notebooks/00.ipynb", "backprop-anton/mine.ipynb"],
            "cy": [],
        },
    ),
    "Google Drive": (
        [
            "Ana García - Homework 3.ipynb",
            "Ana García - Homework 3 (1).ipynb",
            "Bob Li - Homework 3.ipynb",
            "Cy Ode - Homework 3.pdf",
        ],
        {
            "Ana García": ["Ana García - Homework 3.ipynb", "Ana García - Homework 3 (1).ipynb"],
            "Bob Li": ["Bob Li - Homework 3.ipynb"],
            "Cy Ode": [],
        },
    ),
}


def content(name, notebook):
    """What is in a file of an export, where students handed in `notebook`."""
    if name.endswith("yml"):
        return METADATA.encode()
    if name.endswith("timestamp.txt"):
        return b"20260115103000123"
    return notebook if name.endswith(".ipynb") else b"words"


def pack(path, names, around="", notebook=None):
    """Write a zip file of these files, in folders `around` them."""
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(around + name, content(name, notebook or intake_kit.notebook()))
    return path
