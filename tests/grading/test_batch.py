"""A batch that is killed, changed or broken: nothing is lost, and nothing graded twice."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import grading_kit as kit
import here_kit
import pytest
import windows_kit

from backproplab import cli
from backproplab.grading import batch, local, run
from backproplab.sandbox import Limits, watchdog
from backproplab.sandbox.limits import Usage

STUDENTS = 6
LEVEL = kit.isolation()


def a_class(folder, students=3, **more):
    """Hand in for so many students; returns the command that grades them."""
    notebook = kit.student(kit.solution(folder))
    for number in range(students):
        kit.hand_in(notebook, folder / "submissions" / f"s{number:02}.ipynb")
    return command_for(folder, **more)


def command_for(folder, **more):
    solution = folder / "solutions" / f"{kit.SET}.ipynb"
    options = {"out": folder / "grades", "solutions": solution, "isolation": LEVEL, "jobs": 1} | more
    return ["grade", f"{folder}/submissions", *(f"--{name}={value}" for name, value in options.items())]


@pytest.fixture(autouse=True, scope="module")
def little_besides():
    """Of what a run does before its workers begin, and of its pages, no more than they take."""
    with here_kit.trying_here(), here_kit.without_pictures():
        yield


@pytest.fixture
def here(sandboxes_that_stay):
    """Grade in this process: for what has nothing to do with workers."""
    with here_kit.grading_here():
        yield


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """A class of three, graded: s00, s01 and 李."""
    folder = tmp_path_factory.mktemp("graded")
    command = a_class(folder, 3)
    (folder / "submissions" / "s02.ipynb").rename(folder / "submissions" / "李.ipynb")
    assert cli.main(command) == 0
    return folder


@pytest.fixture
def graded(graded_once, tmp_path):
    """A copy of that class, times and all; returns the command that graded it."""
    shutil.copytree(graded_once, tmp_path, dirs_exist_ok=True)
    return command_for(tmp_path)


def results(folder):
    return {
        path.stem: path.stat().st_mtime_ns
        for path in (folder / "grades" / kit.SET / "results").glob("*.json")
    }


def run_json(folder):
    return json.loads((folder / "grades" / kit.SET / "run.json").read_text())


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.02)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_batch_goes_on_where_it_was(tmp_path):
    command = a_class(tmp_path, STUDENTS, jobs=2)
    slow = kit.student(kit.solution(tmp_path))
    slow["cells"].insert(1, {"cell_type": "code", "source": "import time\ntime.sleep(0.3)", "metadata": {}})
    for path in (tmp_path / "submissions").iterdir():
        kit.hand_in(slow, path)
    with subprocess.Popen([sys.executable, "-m", "backproplab", *command], stdout=subprocess.PIPE) as running:
        wait_for(lambda: len(results(tmp_path)) >= 2)
        running.send_signal(signal.SIGKILL)
        running.stdout.read()  # to its end: workers, who hold it too, end with the run
    before, begun = results(tmp_path), run_json(tmp_path)
    assert 2 <= len(before) < STUDENTS
    assert begun["finished"] is None

    with here_kit.grading_here():
        assert cli.main(command) == 0
    after, ended = results(tmp_path), run_json(tmp_path)
    assert len(after) == STUDENTS
    assert {stem: after[stem] for stem in before} == before
    assert (ended["seeds"], ended["started"]) == (begun["seeds"], begun["started"])
    assert ended["finished"]
    assert all(
        json.loads(path.read_text())["score"] == 9
        for path in (tmp_path / "grades" / kit.SET / "results").iterdir()
    )
    lines = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()
    assert len(lines) == STUDENTS + 1


def test_nobody_is_taken_for_lost_for_what_a_notebook_may_take_that_others_keep_from_computing(monkeypatch):
    """It waits for a core nearly all the time, in one cell after another, as at the lowest priority."""
    limits, clock = Limits(), [0.0]
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: clock[0])
    guard, ending = watchdog.Watchdog(limits), None
    while not ending:
        guard.begin_step()
        clock[0] += 10
        ending = guard.look(Usage(0.0, 0, waiting_seconds=clock[0]))
    assert ending.out_of_time
    assert clock[0] > 900
    assert local.longest_seconds(SimpleNamespace(limits=limits)) > 2 * clock[0]


@pytest.mark.usefixtures("here")
def test_what_did_not_change_is_not_graded_again_and_what_did_is(graded, tmp_path, capsys):
    command = graded
    before = results(tmp_path)
    assert cli.main(command) == 0
    assert results(tmp_path) == before
    assert "0 graded now" in capsys.readouterr().out

    wrong = kit.student(kit.solution(tmp_path), kit.RIGHT | {"90.1": kit.SQUARE.format("return x")})
    kit.hand_in(wrong, tmp_path / "submissions" / "s01.ipynb")
    (tmp_path / "grades" / kit.SET / "results" / "李.json").write_text("{")  # half a result is none
    (tmp_path / "grades" / kit.SET / "feedback" / "李.html").unlink()
    assert cli.main(command) == 0
    after = results(tmp_path)
    assert after["s00"] == before["s00"]
    assert after["s01"] != before["s01"]
    assert (record(tmp_path, "s01")["score"], record(tmp_path, "李")["score"]) == (7, 9)

    assert cli.main([*command, "--seeds=5,6,7", "--regrade"]) == 0  # other questions: everybody gets them
    assert run_json(tmp_path)["seeds"] == [5, 6, 7]
    assert not set(results(tmp_path).items()) & set(after.items())


@pytest.mark.usefixtures("here")
def test_one_late_student_does_not_shrink_the_book(graded, tmp_path, capsys):
    command = graded
    before = results(tmp_path)
    late = kit.student(kit.solution(tmp_path), kit.RIGHT | {"90.1": kit.SQUARE.format("return x")})
    for path in (tmp_path / "submissions").iterdir():
        path.unlink()
    kit.hand_in(late, tmp_path / "submissions" / "S00.ipynb")  # s00's file would be the same on some systems
    assert cli.main(command) == 0
    assert "3 more results, of students who are not in this run, stay" in capsys.readouterr().out
    assert results(tmp_path).items() >= before.items()
    book = {student: row["score"] for student, row in gradebook(tmp_path).items()}
    assert book == {"S00": "7.0", "s00": "9.0", "s01": "9.0", "李": "9.0"}
    assert "4 submissions" in (tmp_path / "grades" / kit.SET / "class.html").read_text()
    assert cli.main(command) == 0
    assert "0 graded now" in capsys.readouterr().out

    version = run_json(tmp_path)
    version["versions"]["numpy"] = "1.0"
    (tmp_path / "grades" / kit.SET / "run.json").write_text(json.dumps(version))
    assert cli.main(command) == 2
    assert "holds 4 results made otherwise" in capsys.readouterr().err
    assert cli.main([*command, "--regrade"]) == 0
    assert results(tmp_path).items() >= before.items()
    assert len(gradebook(tmp_path)) == 4
    kit.hand_in(kit.student(kit.solution(tmp_path)), tmp_path / "submissions" / "s01.ipynb")
    assert cli.main(command) == 0  # what s01 had was graded with another numpy
    assert results(tmp_path)["s01"] != before["s01"]


def test_a_gradebook_that_is_somebody_elses_is_not_overwritten(tmp_path, capsys):
    command = a_class(tmp_path, 1)
    path = tmp_path / "grades" / "gradebook.csv"
    path.parent.mkdir()
    path.write_text("years of work")
    assert cli.main(command) == 2
    assert "was not written by this command, or was changed since" in capsys.readouterr().err
    assert path.read_text() == "years of work"
    assert not results(tmp_path)


@pytest.mark.parametrize("out", ["file", "file/grades"])
def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path, capsys, out):
    command = a_class(tmp_path, 1, out=tmp_path / out)
    (tmp_path / "file").write_text("no folder")
    assert cli.main(command) == 2
    assert "file" in (said := capsys.readouterr().err)
    assert "could not be written" in said
    assert "Errno" not in said


@pytest.mark.usefixtures("here")
def test_whoever_hands_in_again_meets_other_seeds(graded, tmp_path):
    command, drawn = graded, [run_json(tmp_path)["seeds"]]
    right = kit.student(kit.solution(tmp_path), kit.RIGHT | {"90.1": kit.SQUARE.format("return 3 * x")})
    kit.hand_in(right, tmp_path / "submissions" / "s01.ipynb")
    assert cli.main(command) == 0
    drawn.append(run_json(tmp_path)["seeds"])
    assert len({seed for seeds in drawn for seed in seeds}) == 10
    assert cli.main(command) == 0  # nothing to grade, nothing to draw
    assert run_json(tmp_path)["seeds"] == drawn[-1]
    kit.hand_in(right, tmp_path / "submissions" / "late.ipynb")  # may have heard from the others
    assert cli.main(command) == 0
    assert not set(run_json(tmp_path)["seeds"]) & set(drawn[-1])


@pytest.mark.usefixtures("here")
def test_each_run_draws_its_own_seeds(graded_once, tmp_path):
    assert cli.main(a_class(tmp_path, 1)) == 0
    seeds = [run_json(folder)["seeds"] for folder in (graded_once, tmp_path)]
    assert len(seeds[0]) == len(seeds[1]) == 5
    assert not set(seeds[0]) & set(seeds[1])


def test_two_runs_do_not_meet_in_one_folder(tmp_path, capsys):
    pytest.importorskip("fcntl")
    command = a_class(tmp_path, 1)
    with batch.alone_in(tmp_path / "grades" / kit.SET):
        assert cli.main(command) == 2
    assert "Another run is at work" in capsys.readouterr().err


def test_the_grades_of_another_set_are_left_alone(tmp_path, capsys):
    command = a_class(tmp_path, 1)
    (tmp_path / "grades" / kit.SET).mkdir(parents=True)
    (tmp_path / "grades" / kit.SET / "run.json").write_text('{"assignment": "03-spreadsheet"}')
    assert cli.main(command) == 2
    assert "holds the grades of 03-spreadsheet" in capsys.readouterr().err


def gradebook(folder):
    with open(folder / "grades" / "gradebook.csv", newline="", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def record(folder, student):
    return json.loads(
        (folder / "grades" / kit.SET / "results" / f"{student}.json").read_text(encoding="utf-8")
    )


def test_whatever_fails_at_a_submission_leaves_it_ungraded_and_the_others_as_they_are(
    tmp_path, monkeypatch, capsys
):
    command = a_class(tmp_path, 2, jobs=2)
    right = (tmp_path / "submissions" / "s00.ipynb").read_bytes()
    for student in kit.FAILURES:
        (tmp_path / "submissions" / f"{student}.ipynb").write_bytes(right)
    monkeypatch.setattr(local, "work", kit.failing_work)
    assert cli.main(command) == 1
    rows = gradebook(tmp_path)
    for student in kit.FAILURES:
        assert (rows[student]["score"], rows[student]["raw_score"]) == ("", ""), student
        assert rows[student]["status"] == record(tmp_path, student)["status"] == "ungraded"
        assert record(tmp_path, student)["score"] is None
        assert "by no fault" in record(tmp_path, student)["problems"][0]
        assert (
            "Not graded yet." in (tmp_path / "grades" / kit.SET / "feedback" / f"{student}.html").read_text()
        )
    for student in ("s00", "s01"):
        assert (float(rows[student]["score"]), rows[student]["status"]) == (9, "graded")
    said = f"2 graded, {len(kit.FAILURES)} ungraded"
    assert said in (tmp_path / "grades" / kit.SET / "class.html").read_text()
    assert said in capsys.readouterr().out

    before = results(tmp_path)
    monkeypatch.undo()
    with here_kit.grading_here():
        assert cli.main(command) == 0
    after = results(tmp_path)
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}
    assert {name for name in before if before[name] != after[name]} == set(kit.FAILURES)


def test_what_fails_once_is_tried_again_when_all_others_are_through(tmp_path, monkeypatch):
    command = a_class(tmp_path, 3, jobs=2)
    (tmp_path / "submissions" / "s00.ipynb").rename(tmp_path / "submissions" / "has no sandbox.ipynb")
    monkeypatch.setattr(local, "work", kit.failing_work)
    monkeypatch.setenv("FAILS_ONCE", str(tmp_path / "has failed"))
    assert cli.main(command) == 0
    assert (tmp_path / "has failed").exists()
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}
    assert max(results(tmp_path), key=results(tmp_path).get) == "has no sandbox"


@pytest.mark.usefixtures("sandboxes_that_stay")
def test_what_ended_a_worker_is_tried_alone_by_the_next_run_when_all_others_are_through(tmp_path, capsys):
    fails = {"s00": f"2 workers {batch.AT_WORK} (there)", "s01": f"{batch.LOST} (there)"}
    tried = []

    class Gone(here_kit.Here):
        def grade(self, task, pending, collector, *, alone=False):
            failures = [batch.Failure(each, fails[each.stem]) for each in pending[:2]]
            raise batch.NoWorkerLeftError("All are gone", failures)

    class Noted(here_kit.Here):
        def grade(self, task, pending, collector, *, alone=False):
            tried.append((alone, [each.stem for each in pending]))
            return super().grade(task, pending, collector, alone=alone)

    command = a_class(tmp_path, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "LocalWorkers", Gone)
        assert cli.main(command) == 2
        assert "All are gone" in capsys.readouterr().err
        assert {each: record(tmp_path, each)["status"] for each in results(tmp_path)} == dict.fromkeys(
            fails, "ungraded"
        )
        patch.setattr(local, "LocalWorkers", Noted)
        assert cli.main(command) == 0
    assert tried == [(False, ["s01", "s02", "s03"]), (True, ["s00"])]
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}


def test_a_sandbox_that_is_not_to_be_had_any_more_leaves_the_rest_ungraded(tmp_path, monkeypatch, capsys):
    command = a_class(tmp_path, 3)
    monkeypatch.setattr(local, "work", kit.walls_that_fall)
    monkeypatch.setenv("FAILS_ONCE", str(tmp_path / "has begun"))
    assert cli.main(command) == 1
    assert {row["status"] for row in gradebook(tmp_path).values()} == {"ungraded"}
    assert "Landlock" in record(tmp_path, "s02")["problems"][1]
    assert "Landlock" not in (tmp_path / "grades" / kit.SET / "feedback" / "s02.html").read_text()


def test_one_worker_without_a_sandbox_is_done_without(tmp_path, monkeypatch):
    """Its server was killed before it began, perhaps."""
    monkeypatch.setattr(local, "work", kit.walls_for_the_second)
    monkeypatch.setenv("FAILS_ONCE", str(tmp_path / "has failed"))
    assert cli.main(a_class(tmp_path, 3, jobs=2)) == 0
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_name_that_the_terminal_cannot_show_stops_nobody(graded, tmp_path, monkeypatch, encoding):
    screen = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", screen)
    assert cli.main(graded) == 0
    assert set(gradebook(tmp_path)) == {"李", "s00", "s01"}
    screen.flush()
    assert b"?" in screen.buffer.getvalue()


def test_a_worker_that_ends_before_it_has_taken_its_connection_is_missed_on_windows_too(monkeypatch):
    close = windows_kit.leave_pipes_open(monkeypatch)
    worker = local._Worker(windows_kit.EndsWhoeverReadsIt())
    worker.process.join(60)
    assert [kind for _, kind, _ in local._messages([worker], longest=1e6)] == [local.ENDED]
    worker.stop()
    close()


def test_on_windows_it_waits_for_no_more_workers_than_the_system_can(monkeypatch):
    monkeypatch.setattr(local, "MOST_WORKERS", 30)
    counts = []
    monkeypatch.setattr(local._Round, "grade", lambda self, pending, count: counts.append(count))
    for jobs in (2, 64):
        local.LocalWorkers(jobs).grade(None, [], None)
    assert counts == [2, 30]


def test_a_process_that_is_not_to_be_had_is_said(tmp_path, monkeypatch, capsys):
    def refuse(task):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(local, "_Worker", refuse)
    assert cli.main(a_class(tmp_path, 1)) == 2
    assert "No worker could be started" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("look", ["digest", "timestamp"])
def test_a_file_that_nobody_can_look_at_stops_nobody(graded, tmp_path, monkeypatch, look):
    real = getattr(run, look)

    def fail(submission):
        if submission.student == "s01":
            raise RuntimeError("of a kind that nobody has thought of")
        return real(submission)

    monkeypatch.setattr(run, look, fail)
    assert cli.main(graded) == 0
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}


@pytest.mark.usefixtures("here")
def test_a_zip_member_that_does_not_unpack_ends_no_run(tmp_path):
    command = a_class(tmp_path, 3)
    kit.solution(tmp_path / "more").rename(tmp_path / "solutions" / "91-more.ipynb")
    command = [*command, f"--solutions={tmp_path / 'solutions'}"]  # so that notebooks say which set it is
    command[1] = str(tmp_path / "class.zip")
    with zipfile.ZipFile(command[1], "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((tmp_path / "submissions").iterdir()):
            archive.write(path, path.name)
    data = bytearray(Path(command[1]).read_bytes())
    data[60:70] = b"\xff" * 10
    Path(command[1]).write_bytes(data)
    assert cli.main(command) == 0
    rows = gradebook(tmp_path)
    assert [rows[f"s0{n}"]["status"] for n in range(3)] == ["unreadable", "graded", "graded"]
    assert "cannot be read" in record(tmp_path, "s00")["problems"][0]


@pytest.mark.parametrize(
    "file",
    [f"{kit.SET}/results/s01.json", "gradebook.csv"],  # tests/soak has disks
)
def test_a_full_disk_ends_the_run_and_nobody_pays_for_it(tmp_path, monkeypatch, capsys, file):
    command = a_class(tmp_path, 2)
    monkeypatch.setenv("NO_ROOM_FOR", str(tmp_path / "grades" / file))
    kit.fill_the_disk(monkeypatch.setattr)
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert f"{file} could not be written (No space left on device): make room" in said
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.rglob("*.tmp"))
    assert all(record(tmp_path, student)["score"] == 9 for student in results(tmp_path))

    monkeypatch.undo()
    with here_kit.grading_here():
        assert cli.main(command) == 0
    assert {row["score"] for row in gradebook(tmp_path).values()} == {"9.0"}


CHANGES = {
    "--timeout=61": "--timeout was 60.0 s and is 61.0 s",
    "--isolation=reduced": "--isolation was full and is reduced",
    "--seeds=5,6,7": "--seeds asks for other inputs",
    "solution": "the solution notebook is another one",
    "version": "numpy was 1.0 and is",
    "run.json": "run.json, which says how, is missing or damaged",
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("change", CHANGES)
def test_results_are_thrown_away_only_if_asked_to(graded, tmp_path, capsys, change):
    if change.startswith("--isolation") and LEVEL == "reduced":
        pytest.skip("this machine has one level alone")
    command = graded
    path = tmp_path / "grades" / kit.SET / "run.json"
    before, run_before = results(tmp_path), run_json(tmp_path)
    if change.startswith("--"):
        command = [*command, change]
    elif change == "solution":
        solution = kit.solution(tmp_path)
        solution.write_text(solution.read_text() + "\n")
    elif change == "version":
        run_before["versions"]["numpy"] = "1.0"
        path.write_text(json.dumps(run_before))
    else:
        path.write_text("{")
    capsys.readouterr()
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert "holds 3 results made otherwise" in said
    assert CHANGES[change] in said
    assert "--regrade" in said
    assert results(tmp_path) == before
    if change not in ("solution", "version"):
        return  # what --regrade does then does not depend on what has changed
    assert cli.main([*command, "--regrade"]) == 0
    assert not set(results(tmp_path).items()) & set(before.items())
    assert not set(run_json(tmp_path)["seeds"]) & set(run_before["seeds"])


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_a_run_leaves_is_its_owners_alone(tmp_path):
    command = a_class(tmp_path, 2)
    feedback = tmp_path / "grades" / kit.SET / "feedback"  # as an earlier version made it
    feedback.mkdir(parents=True)
    (feedback / "s00.html").write_text("old")
    assert cli.main(command) == 0
    paths = [tmp_path / "grades", *(tmp_path / "grades").rglob("*")]
    assert len(paths) > 11
    for path in paths:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.usefixtures("here")
def test_what_a_killed_run_had_half_written_is_swept_up(tmp_path):
    command = a_class(tmp_path, 1)
    places = ("", "values", "answers", "results", "feedback")
    left = [tmp_path / "grades" / kit.SET / place / ".backproplab-1.tmp" for place in places]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{")
    assert cli.main(command) == 0
    assert not [path for path in left if path.exists()]


def test_the_walls_that_are_missing_are_named(tmp_path, monkeypatch, capsys):
    command = a_class(tmp_path, 1)
    monkeypatch.setattr(local, "work", kit.walls_missing)
    assert cli.main(command) == 2
    assert "Full isolation needs Landlock" in capsys.readouterr().err
    assert not results(tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        ["-j", "0"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--seeds", "1,x"],
        ["--seeds", "1,1"],
        ["--seeds=-1"],
    ],
)
def test_misuse_is_refused_before_anything_begins(tmp_path, options):
    with pytest.raises(SystemExit) as left:
        cli.main(["grade", str(tmp_path), "--out", str(tmp_path / "grades"), *options])
    assert left.value.code == 2
    assert not (tmp_path / "grades").exists()


def test_nothing_to_grade_is_no_success(tmp_path, capsys):
    kit.solution(tmp_path)
    (tmp_path / "submissions").mkdir()
    command = [
        "grade",
        f"{tmp_path}/submissions",
        f"--out={tmp_path}/grades",
        f"--solutions={tmp_path}/solutions",
    ]
    assert cli.main(command) == 2
    assert "holds no submissions" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_somebody_at_a_terminal_sees_how_far_it_is(tmp_path, monkeypatch, capsys):
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(theirs, "w", encoding="utf-8") as screen, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        assert cli.main(a_class(tmp_path, 2)) == 0
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "2/2" in seen
    assert "2 of 2 submissions have a result" in capsys.readouterr().out
