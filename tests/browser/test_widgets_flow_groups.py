"""Flow's groups on a page: a unit and a layer open and close, and nothing that is told changes."""

import random

import pytest

from backproplab import Value
from backproplab.plots.layered import Edge, layered
from backproplab.widgets import Flow
from backproplab.widgets.flow.graph import levelled
from backproplab.widgets.kit.modules import script
from browser.flow import begin, press, says

NETWORK = """
from backproplab import Value
from backproplab.widgets import Flow
w = [Value(0.1 * number, label=f"w{number}") for number in range(1, 7)]
b = [Value(0.05, label="b"), Value(-0.1, label="c")]
one, two = (w[0] * 0.5 + w[1] * 0.3 + b[0]).sigmoid(), (w[2] * 0.5 + w[3] * 0.3 + b[0]).sigmoid()
y = (w[4] * one + w[5] * two + b[1]).sigmoid()
loss = (y - 1) ** 2
one.label, two.label, y.label, loss.label = "h1", "h2", "y", "L"
units = Flow(loss, groups={"hidden": {"h1": one, "h2": two}, "y": y})
units
"""
INSIDE = """
a = Value(5, label="a")
first = 4 * a
second = 3 * first
third = first * second
first.label, second.label, third.label = "first", "second", "third"
late = Flow(third * 2, wrong_order=True, groups={"third": [first, second, third]}, closed=["third"])
late
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"units": NETWORK, "late": INSIDE}, has_touch=True)


def handle(output, name: str):
    return output.get_by_role("button", name=name, exact=True).filter(visible=True).first


def boxes(output) -> list[str]:
    return [text.split()[0] for text in output.locator(".flow-node").all_inner_texts() if text.split()]


def test_a_unit_closes_and_opens_by_mouse_keys_and_touch_and_the_step_stays(stage):
    output = stage.output("units")
    begin(output)
    press(output, *["ArrowRight"] * 5)
    stage.becomes("units.step", 5)
    handle(output, "close y").click()
    stage.becomes("units.closed", ["y"])
    says(output, "y speaks, 1 message:")  # of five: the position is in the middle of what the box says
    handle(output, "open y").press("Enter")
    stage.becomes("units.closed", [])
    says(output, "tells c: ")
    handle(output, "close y").tap()
    stage.becomes("units.closed", ["y"])
    handle(output, "open y").press("Enter")
    assert output.page.evaluate("document.activeElement.getAttribute('aria-label')") == "close y"
    assert stage.ask("units.step") == 5
    assert output.locator(".flow-selected").count() == 0


def test_a_group_that_is_closed_or_opened_does_not_stop_the_play(stage):
    output = stage.output("units")
    stage.ask("setattr(units, 'closed', [])")
    press(output, "End", *["ArrowLeft"] * 4)
    before = stage.ask("units.step")
    press(output, " ")
    handle(output, "close y").click()
    handle(output, "open y").press("+")
    says(output, "The pass is over: every gradient is complete.")
    output.get_by_role("button", name="◀ backward").wait_for()
    stage.becomes(f"[units.step == units.last, units.last > {before}]", [True, True])


def test_the_button_that_has_the_focus_keeps_it_when_keys_close_and_open_all_groups(stage):
    output = stage.output("units")
    stage.ask("setattr(units, 'closed', [])")
    handle(output, "close h1").focus()
    output.page.keyboard.press("-")
    stage.becomes("units.closed", ["hidden", "h1", "h2", "y"])
    assert output.page.locator(":focus").get_attribute("aria-label") == "open hidden", "h1 is inside it"
    output.page.keyboard.press("+")
    stage.becomes("units.closed", [])
    assert output.page.locator(":focus").get_attribute("aria-label") == "close hidden"


def test_a_closed_box_speaks_in_one_step_which_says_what_was_folded(stage):
    output = stage.output("units")
    stage.ask("setattr(units, 'closed', ['h1', 'h2', 'y'])")
    handle(output, "open h1").wait_for()
    begin(output)
    told = []
    for _ in range(20):
        press(output, "ArrowRight")
        words = output.locator(".bpl-said").filter(visible=True).inner_text()
        told += [words] if words not in told else []
    starts = [words.split(":")[0] for words in told]
    assert starts == [
        "L tells y − 1",
        "y − 1 tells y",
        "y speaks, 3 messages",
        "h2 speaks, 3 messages",
        "y speaks again, 2 messages",
        "h1 speaks, 3 messages",
    ]
    assert "4 messages inside are folded into this step. It has 2 messages still to send." in told[2]
    assert told[-1].endswith("The pass is over: every gradient is complete.")
    assert stage.ask("units.step == units.last")
    for _ in starts:
        press(output, "ArrowLeft")
    stage.becomes("units.step", 0)


def test_a_layer_closes_over_its_units_and_a_closed_gauge_counts_what_arrives(stage):
    output = stage.output("units")
    stage.ask("setattr(units, 'closed', ['h1'])")
    handle(output, "close hidden").click()
    stage.becomes("units.closed", ["h1", "hidden"])
    assert not output.get_by_role("button", name="open h1").filter(visible=True).count()
    press(output, "End")
    closed = output.locator(".flow-node").filter(has_text="hidden").first
    assert closed.locator(".flow-pip.flow-full").count() == 2
    assert "✓ 2 of 2" in closed.text_content()
    press(output, "+")
    stage.becomes("units.closed", [])
    press(output, "-")
    stage.becomes("units.closed", ["hidden", "h1", "h2", "y"])


def test_a_click_on_a_closed_box_selects_it_and_the_lines_that_it_stands_for(stage):
    output = stage.output("units")
    stage.ask("setattr(units, 'closed', ['h1'])")
    handle(output, "open h1").wait_for()
    output.locator(".flow-node").filter(has_text="h1").first.click()
    assert len(stage.ask("units.closed")) == 1  # it opens nothing
    output.get_by_text("as code").click()
    pressed = output.locator("[aria-pressed=true]").all_inner_texts()
    assert pressed[-1] == "h1 = v4.sigmoid()"
    assert len(pressed) == 5
    handle(output, "open h1").click()
    right = output.get_by_role("group", name="The right order")
    assert right.locator(".flow-selected").count() == 5
    output.get_by_role("button", name="h2 = ").click()
    handle(output, "close h2").click()
    assert right.locator(".flow-selected").text_content().startswith("h2")
    output.get_by_text("as code").click()


def test_in_the_wrong_order_a_closed_box_tells_what_came_too_late_inside_it(stage):
    output = stage.output("late")
    press(output, "End")
    says(output, "Inside third a box speaks too early. third speaks, 1 message:")
    says(output, "3 messages inside are folded into this step; 1 of them came too late and goes no further.")
    says(output, "The pass is over, and wrong: a got 480, not 960.")
    wrong = output.get_by_role("group", name="The wrong order, depth first")
    assert "✗ too early inside" in wrong.locator(".flow-node").filter(has_text="third").text_content()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(stage, theme):
    if theme == "dark":
        stage.dark()
    for closed in ([], ["h1", "y"]):
        stage.ask(f"setattr(units, 'closed', {closed})")
        handle(stage.output("units"), "open y" if closed else "close y").wait_for()
        stage.screenshot("units", f"flow-groups-{len(closed)}-{theme}")
        assert stage.violations() == []


RUN = """async ([text, what, given]) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return (await import(address))[what](...given);
}"""


def random_network(seed):
    """A loss over layers of named units, every second of which skips a layer, and its groups."""
    rng = random.Random(seed)
    signals = [Value(rng.uniform(-1, 1), label=f"x{place}") for place in range(2)]
    below, groups = signals, {}
    for depth in range(2):
        units = {}
        for place in range(2):
            total = Value(rng.uniform(-1, 1), label=f"w{depth}{place}") * rng.choice(signals)
            for each in below:
                total = total + each * rng.uniform(-1, 1)
            units[f"h{depth}{place}"] = unit = rng.choice([total.tanh, total.sigmoid])()
            unit.label = f"h{depth}{place}"
        below = list(units.values())
        signals = [*signals, *below]
        groups[f"layer {depth}"] = units
    loss = (sum(below[1:], below[0]) - 1) ** 2
    loss.label = "L"
    return loss, groups


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_closed_each_arrow_tells_once_and_each_box_in_sight_shows_what_it_did(stage, seed):
    loss, groups = random_network(seed)
    scene = Flow(loss, groups=groups).scene
    names = [group["name"] for group in scene["groups"]]
    rng = random.Random(seed)
    for closed in (names, *(rng.sample(names, rng.randint(1, 4)) for _ in range(3))):
        drawn = stage.page.evaluate(RUN, [script("flow/fold.js"), "folded", [scene, closed]])
        sight = [place for place, box in enumerate(drawn["nodes"]) if not box["hidden"]]
        for plain, one in zip(scene["passes"], drawn["passes"], strict=True):
            said = [move[2] for stop in one["stops"][1:] for move in one["turns"][stop - 1]["moves"]]
            crossing = [edge for edge, line in enumerate(drawn["edges"]) if not line["hidden"]]
            assert sorted(said) == sorted({move[2] for move in plain["moves"]} & set(crossing))
            assert len(said) == len(set(said))
            assert one["stops"][-1] == scene["last"]
            for place in sight:
                if place < len(scene["nodes"]):
                    assert one["held"][place] == [list(entry) for entry in plain["held"][place]]
                    continue
                group = scene["groups"][place - len(scene["nodes"])]
                ended = [plain["held"][output][-1][1] for output in group["outputs"]]
                assert one["held"][place][-1][1] == ", ".join(ended)
        rectangles = [drawn["nodes"][place] for place in sight]
        for place, one in enumerate(rectangles):
            for other in rectangles[place + 1 :]:
                apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                level = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
                assert apart or level


@pytest.mark.parametrize("seed", range(6))
def test_the_page_lays_a_graph_out_as_python_does(stage, seed):
    rng = random.Random(seed)
    count = rng.choice([5, 12, 25])
    edges = [Edge(rng.randrange(child), child, rng.uniform(0.1, 0.5)) for child in range(1, count)]
    edges += [Edge(parent, count - 1, 0.2) for parent in range(count - 1)]
    sizes = [(rng.uniform(0.5, 1.5), rng.uniform(0.3, 1.0)) for _ in range(count)]
    ours = levelled(layered(sizes, edges), edges)
    inch = 112
    theirs = stage.page.evaluate(
        RUN,
        [
            script("flow/layout.js"),
            "laidOut",
            [
                [{"width": inch * width, "height": inch * height} for width, height in sizes],
                [[edge.parent, edge.child, inch * edge.label_width] for edge in edges],
            ],
        ],
    )
    for box, found in zip(ours.boxes, theirs["boxes"], strict=True):
        top = ours.height - box.y - box.height / 2
        expected = [inch * length for length in (box.left, top, box.width, box.height)]
        assert [found[name] for name in ("x", "y", "width", "height")] == pytest.approx(expected, abs=1e-6)
    for line, found in zip(ours.lines, theirs["lines"], strict=True):
        for run, other in zip(line, found, strict=True):
            expected = [inch * length for length in (run.left, run.right, ours.height - run.y)]
            assert [other[name] for name in ("left", "right", "y")] == pytest.approx(expected, abs=1e-6)
