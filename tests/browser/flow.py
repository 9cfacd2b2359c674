"""The widget Flow, worked in the browser by keyboard alone."""


def begin(output) -> None:
    """Go to where all values are known and nothing has been told."""
    output.get_by_role("slider", name="step").fill("0")


def press(output, *names: str) -> None:
    """Press keys on the scrubber."""
    output.get_by_role("slider", name="step").focus()
    for name in names:
        output.page.keyboard.press(name)


def says(output, text: str) -> None:
    """Wait until the widget says so where one can see it."""
    output.get_by_text(text).filter(visible=True).first.wait_for()
