"""Lesson 01 on a page: from sixteen times nearer, curve and tangent can hardly be told apart."""

from browser.test_widgets_nudge_lens import says
from lessons.lesson import cells_of


def test_four_halvings_of_the_nudge(open_stage):
    cells = cells_of("01")
    lesson = open_stage({name: cells[name] for name in ("one-nudge", "see-the-slope")})
    output = lesson.output("see-the-slope")
    output.get_by_role("slider", name="Nudge Δv").focus()
    for _ in range(16):
        output.page.keyboard.press("ArrowLeft")
    says(output, "Δv = 0.5 changes s by 1.766: Δs/Δv = 3.531, and the tangent has the slope 3.5.")
    lesson.screenshot("see-the-slope", "lesson-01-lens")
