// A question with its choices, and what both pages of questions share.

/**
 * @typedef {["code" | "em" | "", string][]} Runs A marked text in pieces: tag and text.
 * @typedef {{ right: boolean, reply: Runs, slip: string }} Reply
 * @typedef {{ number: string, title: string, href: string, page: string, done?: boolean }} Lesson
 * @typedef {{ id: string, lesson: string, place: number, text: Runs, choices: Runs[], sealed: string,
 *   slips: string[] }} Question
 */

/** @returns {any} What Python put into the page. */
export function given() {
  return JSON.parse(document.getElementById("practice-data")?.textContent ?? "{}");
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {Runs} runs */
export function inline(runs) {
  return runs.map(([tag, text]) => (tag ? element(tag, {}, text) : text));
}

/**
 * @param {Question} question
 * @returns {Reply[]} By choice.
 */
export function replies(question) {
  const bytes = Uint8Array.from(atob(question.sealed), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * A question as a group of radios: { node, chosen(), tell(choice) }.
 *
 * @param {Question} question
 * @param {string} title
 */
export function card(question, title) {
  const rows = question.choices.map((text) => {
    const input = element("input", { type: "radio", name: `question-${question.id}` });
    const reply = element("p", { class: "practice-reply", role: "status" });
    const label = element("label", {}, input, element("span", {}, ...inline(text)));
    return { input, reply, node: element("div", { class: "practice-choice" }, label, reply) };
  });
  const legend = element(
    "legend",
    { tabindex: "-1" },
    element("span", { class: "practice-title" }, title),
    ...inline(question.text),
  );
  return {
    node: element("fieldset", {}, legend, ...rows.map((row) => row.node)),
    legend,
    /** @returns {number} -1 where nothing is chosen. */
    chosen: () => rows.findIndex((row) => row.input.checked),
    /** @param {number} choice */
    tell(choice) {
      const { right, reply } = replies(question)[choice];
      rows[choice].node.classList.add(right ? "practice-right" : "practice-wrong");
      const sign = element("span", { "aria-hidden": "true" }, right ? "✓ " : "✗ ");
      const verdict = element("strong", {}, right ? "Right." : "Not yet.");
      rows[choice].reply.replaceChildren(sign, verdict, " ", ...inline(reply));
    },
  };
}
