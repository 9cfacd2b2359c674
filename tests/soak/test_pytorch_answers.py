"""PyTorch, where installed, on lesson 23's programs and sentences: its vmap takes ten seconds to load."""

from pathlib import Path

import pytest

from backproplab.frameworks import load_record, record

torch = pytest.importorskip("torch")
LESSON = Path(__file__).parents[2] / record.LESSON


def test_its_programs_answer_as_recorded():
    answers = record.run(LESSON)
    computed = {name: each for name, each in answers.computed.items() if name.startswith("pytorch_")}
    assert len(computed) == 6
    recorded = load_record().answers
    assert answers.asked == recorded.keys()
    assert not list(record.differences({**recorded, **computed}))


def test_its_compiler_leaves_to_python_what_it_cannot_compile():
    ran = []

    @torch.compile(backend="eager")
    def square(x):
        ran.append(x)
        return x * x

    assert [square(torch.tensor(value)).item() for value in (1.0, 2.0, 3.0)] == [1.0, 4.0, 9.0]
    assert len(ran) == 3
