// What answers a prediction is covered until the reader asks for it: the output of a cell, and the prose below it, which
// begins with the answer. The guess then stands beside it.
{
  const page = document.querySelector("meta[name=course-page]")?.getAttribute("content");

  /** @typedef {{ open: (guess: string) => void, close: () => void, isOpen: () => boolean }} Cover */

  /** @type {Cover[]} */
  const covers = [];
  const all = document.createElement("button"); // who reads without guessing, or guesses again, need not press for each
  const sayWhatAllDoes = () => {
    all.textContent = covers.every((one) => one.isOpen()) ? "Cover all answers again" : "Show all answers";
  };

  /**
   * @param {HTMLElement} cell
   * @param {HTMLElement} output
   * @returns {Cover}
   */
  const cover = (cell, output) => {
    const name = cell.querySelector("[id^='cell-id=']")?.id || cell.id;
    const place = `course guess ${page} ${name}`;
    const explained = document.getElementById(name.replace("cell-id", "explained"));
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

    /** @param {...(string | Node)} words What stands beside the answer. */
    const uncover = (...words) => {
      told.replaceChildren(...words);
      form.hidden = true;
      cell.dataset.uncovered = "true";
      explained?.removeAttribute("hidden");
      if (explained) explained.dataset.uncovered = "true";
      sayWhatAllDoes();
    };
    /** @param {string} guess */
    const beside = (guess) => {
      const words = document.createElement("strong");
      words.textContent = guess;
      return guess ? ["You guessed: ", words] : ["You looked without a guess."];
    };
    const close = () => {
      localStorage.removeItem(place);
      told.replaceChildren();
      form.hidden = false;
      delete cell.dataset.uncovered;
      explained?.setAttribute("hidden", "until-found"); // by a search of the browser, or by a link into it
      delete explained?.dataset.uncovered;
      sayWhatAllDoes();
    };
    /** @param {string} guess */
    const open = (guess) => {
      localStorage.setItem(place, guess);
      uncover(...beside(guess));
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      open(field.value.trim());
      told.focus(); // the answer is what is read next
    });
    explained?.addEventListener("beforematch", () => uncover("Opened, since what you looked for is below."));
    const earlier = localStorage.getItem(place);
    if (earlier === null) close();
    else uncover(...beside(earlier));
    return { open, close, isOpen: () => cell.dataset.uncovered === "true" };
  };

  const cells = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".cell.tag_predicted"));
  for (const cell of cells) {
    const output = /** @type {HTMLElement | null} */ (cell.querySelector(":scope > .cell_output"));
    if (output) covers.push(cover(cell, output));
  }
  all.addEventListener("click", () => {
    const closed = covers.filter((one) => !one.isOpen());
    if (closed.length) for (const one of closed) one.open("");
    else for (const one of covers) one.close();
  });
  sayWhatAllDoes();
  if (covers.length) document.querySelector(".course-notebook")?.append(" ", all);
}
