"""What an exercise is, whether two named values agree, and which verdict follows: once, for all who mark.

A learner's check, the proof of a release and the grader ask the same questions of values that came from
different places. The answers are here, and use numpy alone:

- `compare`: is this number, array or list the one that was expected?
- `difference`: how a wrong one differs, in words;
- `values`: the named values that a check returns, with one seed and with several;
- `exercise`: an exercise, its check, and what its solution gives;
- `expected`: the same as a file, `expected/NN-topic.json`;
- `trained`: numbers that the exercise's own judge accepts;
- `planted`: a learner's own test, and the faults that it is to catch;
- `names`: which names a cell binds, and so asks for or answers with;
- `edited`: is an answer still the code that was handed out?
- `slips`: mistakes with a name across the course;
- `verdict`: what an exercise earned, and why.
"""
