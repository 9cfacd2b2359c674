"""Be the engine, on a page: each message is judged at once."""

import pytest

DIAMOND = """
from backproplab import Value
from backproplab.widgets import EnginePractice
a = Value(5, label="a")
b = 4 * a
c = 3 * b
d = b * c
b.label, c.label, d.label = "b", "c", "d"
practice = EnginePractice(d)
practice
"""
SENT = [  # what a learner sends, whether it is delivered, and what the page says
    ("b tells a", "240", "Too early: b has heard 0 of 2 messages."),
    ("d tells b", "20", "That is 1 × 20, with the local derivative of the other arrow into d."),
    ("d tells b", "sixty", "Type a number"),
    ("d tells b", "60", "Right: d tells b: 1 × 60 = 60."),
    ("b tells a", "240", "Too early: b has heard 1 of 2 messages."),
    ("d tells c", "20", "Right: d tells c"),
    ("c tells b", "23", "That adds the gradient of c and the local derivative."),
    ("c tells b", "20", "That is the gradient of c, passed on as it is."),
    ("c tells b", "3", "That is the local derivative alone."),
    ("c tells b", "60", "Right: c tells b: 20 × 3 = 60."),
    ("b tells a", "240", "A new message does not replace the one before: they add."),
    ("b tells a", "−480", "The size is right, and the sign is not."),
    (
        "b tells a",
        "481,9",
        "Right: b tells a: 120 × 4 = 480. The pass is over. Gradients of the leaves: a: 480",
    ),
]


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"practice": DIAMOND, "again": "practice"}, reduced_motion="reduce")


def send(output, message: str, number: str) -> None:
    """Choose a message, type its number and press Enter."""
    output.get_by_role("combobox", name="next message").select_option(label=message)
    output.get_by_role("textbox").fill(number)
    output.page.keyboard.press("Enter")


def test_each_message_is_judged_and_only_right_ones_are_delivered(stage):
    output = stage.output("practice")
    delivered = 0
    for message, number, says in SENT:
        send(output, message, number)
        output.locator(".practice-said", has_text=says).wait_for()
        delivered += says.startswith("Right")
        stage.becomes("len(practice.sent)", delivered)
    assert stage.output("again").locator("output").first.inner_text() == "4 of 4 sent"


def focus_in(output) -> str:
    """What has the focus: the name of a control."""
    return output.page.evaluate(
        "(({ ariaLabel, textContent }) => ariaLabel ?? textContent)(document.activeElement)"
    )


def test_the_focus_stays_where_it_is_while_messages_are_sent_and_taken_back(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [])")
    output.get_by_text("0 of 4 sent").wait_for()
    output.get_by_role("combobox", name="next message").select_option(label="d tells b")
    output.get_by_role("textbox").focus()
    output.page.keyboard.type("60")
    output.page.keyboard.press("Enter")
    stage.becomes("len(practice.sent)", 1)
    assert focus_in(output) == "the message, a number"
    stage.ask("setattr(practice, 'sent', [4, 5, 2])")
    output.get_by_role("textbox").fill("480")
    output.get_by_role("button", name="send").press("Enter")
    output.get_by_text("4 of 4 sent").wait_for()
    stage.page.evaluate("settled()")
    assert focus_in(output) == "send"
    for _ in range(5):
        output.get_by_role("button", name="undo").press("Enter")
    output.get_by_text("0 of 4 sent").wait_for()
    stage.page.evaluate("settled()")
    assert focus_in(output) == "undo"
    stage.becomes("practice.sent", [])


def test_a_pass_that_is_opened_again_half_way_does_not_ask_who_speaks_first(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [4, 5])")
    stage.run("again")
    stage.output("again").get_by_text("2 of 4 sent").wait_for()
    assert stage.output("again").get_by_text("Who speaks first?").count() == 0
    stage.ask("setattr(practice, 'sent', [])")
    for each in (output, stage.output("again")):
        each.get_by_text("Who speaks first?").wait_for()


def test_what_is_said_again_is_gone_for_a_moment(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [])")
    output.get_by_text("0 of 4 sent").wait_for()
    send(output, "d tells b", "21")
    output.locator(".practice-said", has_text="Not yet.").wait_for()
    output.locator(".practice-said").evaluate(
        """node => {
          window.heard = [];
          const watch = () => heard.push(node.textContent.slice(0, 8));
          new MutationObserver(watch).observe(node, { childList: true });
        }"""
    )
    send(output, "d tells b", "22")
    output.page.wait_for_function("heard.length === 2")
    assert output.page.evaluate("heard") == ["", "Not yet."]


def test_undo_goes_back_a_message_and_a_box_shows_what_it_has_heard_not_added(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [4, 5, 2])")
    box = output.locator(".flow-node").filter(has_text="b").first
    box.get_by_text("60, 60").wait_for()
    output.get_by_role("button", name="undo").click()
    stage.becomes("practice.sent", [4, 5])
    assert box.locator(".flow-note").text_content() == "heard 1 of 2"
    assert box.locator(".flow-pip").count() == 2
    assert box.locator(".flow-full").count() == 1


def test_a_box_that_is_clicked_chooses_its_message_and_another_graph_begins_anew(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [])")
    output.get_by_text("0 of 4 sent").wait_for()
    output.locator(".flow-node").filter(has_text="c").first.click()
    chosen = output.get_by_role("combobox").locator("option:checked")
    assert chosen.text_content() == "c tells b"
    output.get_by_role("button", name="another graph").click()
    stage.becomes("[practice.graph, practice.sent]", [1, []])
    stage.ask("setattr(practice, 'graph', 0)")


def test_a_graph_that_python_chooses_begins_anew_on_the_page(stage):
    output = stage.output("practice")
    stage.ask("setattr(practice, 'sent', [4, 5, 2])")
    output.get_by_text("3 of 4 sent").wait_for()
    stage.ask("setattr(practice, 'graph', 2)")
    output.get_by_text("0 of 6 sent").wait_for()
    stage.ask("setattr(practice, 'graph', 0)")
    output.get_by_text("0 of 4 sent").wait_for()


def test_the_engines_own_pass_stands_beside(stage):
    output = stage.output("practice")
    output.get_by_role("button", name="▶ the engine's own pass").click()
    engine = output.get_by_role("group", name="the engine's own pass")
    engine.get_by_text("d tells b: 1 × 60 = 60. b holds 60; it has heard 1 of 2 and waits.").wait_for()
    assert output.get_by_role("button", name="▶ the engine's own pass", expanded=True).count() == 1
    output.get_by_role("button", name="▶ the engine's own pass").click()
    engine.wait_for(state="hidden")
    assert output.get_by_role("button", name="▶ the engine's own pass", expanded=False).count() == 1


def test_another_graph_takes_the_engines_pass_and_the_verdict_of_every_view_along(stage):
    output, again = stage.output("practice"), stage.output("again")
    stage.ask("setattr(practice, 'sent', [])")
    output.get_by_text("0 of 4 sent").wait_for()
    send(output, "d tells b", "21")
    output.locator(".practice-said", has_text="Not yet.").wait_for()
    output.get_by_role("button", name="▶ the engine's own pass").click()
    engine = output.get_by_role("group", name="the engine's own pass")
    engine.get_by_text("d tells b").first.wait_for()
    again.get_by_role("button", name="another graph").click()
    stage.becomes("practice.graph", 1)
    output.locator(".practice-said", has_text="Who speaks first?").wait_for()
    assert output.locator("[data-verdict=wrong]").count() == 0
    own, beside = output.locator(".practice-drawing .flow-node"), engine.locator(".flow-node")
    assert beside.count() == own.count() > 4, "the graph of the pass is that on the page"
    output.get_by_role("button", name="▶ the engine's own pass").click()
    stage.ask("setattr(practice, 'graph', 0)")


def test_a_view_that_is_removed_as_its_pass_opens_plays_nothing(stage):
    told = stage.page.evaluate(
        """async () => {
          const output = document.querySelector("[data-cell='again'] .jp-OutputArea-output");
          [...output.querySelectorAll("button")].find(one => one.textContent.includes("engine")).click();
          output.cleanUp();
          for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
          return output.querySelector(".practice-engine").textContent;
        }"""
    )
    stage.run("again")
    assert "Right: a box speaks" in told
    assert " tells " not in told, "it has begun"


def test_axe_finds_nothing(stage):
    assert stage.violations() == []
