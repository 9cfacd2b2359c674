// A box is a stop for Tab while it has something to scroll; else Tab goes by.
const boxes = document.querySelectorAll(
  ".jp-Cell-inputWrapper, .jp-OutputArea-output, .jp-MarkdownOutput, .lesson-formula, .highlight pre, .cell_output > .output, .table-wrapper",
);
const measured = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});
for (const box of boxes) measured.observe(box);
