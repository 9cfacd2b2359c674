// An output that answers a prediction is covered until the reader asks for it; the guess then stands beside it.
{
  const page = document.querySelector("meta[name=course-page]")?.getAttribute("content");

  /** @param {HTMLElement} cell */
  const cover = (cell) => {
    const output = /** @type {HTMLElement | null} */ (cell.querySelector(":scope > .cell_output"));
    if (!output) return;
    const place = `course guess ${page} ${cell.querySelector("[id^='cell-id=']")?.id || cell.id}`;
    const form = document.createElement("form");
    form.className = "course-cover";
    const label = document.createElement("label");
    const field = document.createElement("input");
    field.type = "text";
    field.autocomplete = "off";
    label.append("Your guess ", field);
    const button = document.createElement("button");
    button.textContent = output.querySelector("[data-live]") ? "Show it, and try" : "Show the answer";
    form.append(label, button);
    const told = document.createElement("p");
    told.className = "course-guess";
    told.tabIndex = -1;
    output.before(form, told);

    /** @param {string} guess */
    const uncover = (guess) => {
      const words = document.createElement("strong");
      words.textContent = guess;
      told.replaceChildren(...(guess ? ["You guessed: ", words] : ["You looked without a guess."]));
      form.hidden = true;
      cell.dataset.uncovered = "true";
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const guess = field.value.trim();
      localStorage.setItem(place, guess);
      uncover(guess);
      told.focus(); // the answer is what is read next
    });
    const earlier = localStorage.getItem(place);
    if (earlier !== null) uncover(earlier);
  };

  for (const cell of document.querySelectorAll(".cell.tag_predicted"))
    cover(/** @type {HTMLElement} */ (cell));
}
