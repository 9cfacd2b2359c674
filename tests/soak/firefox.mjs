// One pass over widgets in Firefox: keys and mouse as a reader uses them, what the page then says, and pictures. Of
// DigitPad it is the ink that is looked at: its answers are Python's, which an exported page has not.
//
//   node firefox.mjs FIREFOX PAGE PICTURES       with puppeteer-core to be found from PUPPETEER, by WebDriver BiDi
//
// Prints JSON: { troubles: [what went wrong on the console], said: { name of a pass: [before, after] },
// cut: { width of the window: [each number that nobody can see whole] } }.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [firefox, address, pictures] = process.argv.slice(2);
const puppeteer = createRequire(`${process.env.PUPPETEER}/`)("puppeteer-core");

const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
const page = await browser.newPage();
await page.setViewport({ width: 1024, height: 900 });
const troubles = [];
page.on("console", (said) => said.type() === "error" && troubles.push(said.text()));
page.on("pageerror", (error) => troubles.push(String(error)));
await page.goto(pathToFileURL(address).href);
await page.waitForFunction(() => document.documentElement.dataset.lessonLive === "true");

const within = (cell, selector) => `[id="cell-id=${cell}"] ${selector}`;
const find = (cell, selector) => page.waitForSelector(within(cell, selector));
/** What stands in an element; of one without words, such as ink, what it is made of. */
const READ = "(node) => node.textContent || node.innerHTML";
const text = (cell, selector) => page.evaluate(`(${READ})(document.querySelector(${JSON.stringify(within(cell, selector))}))`);
const click = async (cell, selector) => (await find(cell, selector)).click();
const press = async (cell, selector, ...keys) => {
  await (await find(cell, selector)).evaluate((node) => node.focus()); // a drawing, too, which focus() refuses
  for (const key of keys) await page.keyboard.press(key);
};
const drag = async (cell, selector, share) => {
  const handle = await find(cell, selector);
  await handle.evaluate((node) => node.scrollIntoView({ block: "center" }));
  const { x, y, width, height } = await handle.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + share * width, y + height / 2, { steps: 5 });
  await page.mouse.up();
};

// Each pass: its name, the widget's cell, what speaks there, and what a reader does.
const passes = [
  ["quiz by keyboard", "quiz", ".bpl-quiz", async () => {
    await press("quiz", "input", " ");
    await press("quiz", "button", "Enter");
  }],
  ["quiz by mouse", "quiz", ".bpl-quiz-progress", async () => {
    for (const at of [0, 1, 2]) {
      const choices = await page.$$(within("quiz", "form:first-of-type input"));
      if (choices[at]) await choices[at].click();
      await click("quiz", "button");
    }
  }],
  ["graph by keyboard", "graph", ".bpl-said", () => press("graph", "input[type=range]", "ArrowRight")],
  ["graph by mouse", "graph", ".bpl-said", () => click("graph", "[aria-label='one step on']")],
  ["group by keyboard", "graph", ".flow-graph", () => press("graph", ".flow-handle", "Enter")],
  ["group by mouse", "graph", ".flow-graph", () => click("graph", ".flow-handle")],
  ["layers by keyboard", "layers", ".bpl-said", () => press("layers", "input[type=range]", "ArrowRight")],
  ["layers by mouse", "layers", ".bpl-said", () => click("layers", "[aria-label='one step on']")],
  ["picture by keyboard", "picture", ".bpl-said", () => press("picture", "input[type=range]", "ArrowRight")],
  ["picture by mouse", "picture", ".flow-tally", () => click("picture", "[aria-label='one step on']")],
  ["practice by keyboard", "practice", ".practice-said", async () => {
    await press("practice", "input[type=text]", "5", "Enter");
  }],
  ["practice by mouse", "practice", ".practice-count", async () => {
    await page.select(within("practice", "select"), await laterMessage());
    await page.$eval(within("practice", "input[type=text]"), (input) => { input.value = ""; });
    await (await find("practice", "input[type=text]")).type("-0.2664587");
    await click("practice", "button[type=submit]");
  }],
  ["sheet by keyboard", "sheet", ".bpl-sheet-bar", () => press("sheet", "[role=grid] [tabindex='0']", "ArrowUp")],
  ["sheet by mouse", "sheet", ".bpl-sheet-bar", () => click("sheet", "td.bpl-sheet-editable")],
  ["film by keyboard", "film", "[role=status]", () => press("film", "input[type=range]", "ArrowRight")],
  ["film by mouse", "film", "[role=status]", () => click("film", "button[aria-label='One frame forward']")],
  ["pad by keyboard", "pad", ".bpl-pad-ink", () => press("pad", ".bpl-pad-surface", " ", "ArrowRight", "ArrowRight")],
  ["pad by mouse", "pad", ".bpl-pad-ink", () => drag("pad", ".bpl-pad-surface", 0.8)],
  ["pixel by keyboard", "film", "[role=status]", () => press("film", ".film-picture", "ArrowRight")],
  ["pixel by mouse", "film", "[role=status]", () => click("film", "figure:last-of-type .film-picture")],
  ["curves by keyboard", "curves", ".curves-words", () => press("curves", "input[type=range]", "ArrowRight")],
  ["curves by mouse", "curves", ".curves-words", () => drag("curves", "svg", 0.8)],
  ["dial by keyboard", "dial", ".bpl-said", () => press("dial", "input[type=range]", "ArrowRight")],
  ["dial by mouse", "dial", ".bpl-said", () => drag("dial", "input[type=range]", 0.2)],
  ["chain by keyboard", "chain", ".panels-table", () => press("chain", "input[type=range]", "ArrowRight")],
  ["chain by mouse", "chain", ".panels-table", () => drag("chain", "svg", 0.9)],
  ["lens by keyboard", "lens", ".panels-table", () => press("lens", "input[type=range]", "ArrowLeft")],
  ["lens by mouse", "lens", ".panels-table", () => drag("lens", "svg", 0.6)],
  ["playground by keyboard", "playground", ".bpl-said", () => press("playground", ".pg-recorded input", "ArrowRight")],
  ["playground by mouse", "playground", ".bpl-said", () => drag("playground", ".pg-weigh input", 0.2)],
  ["descent by keyboard", "descent", ".descent-sliders", () => press("descent", "input[type=range]", "ArrowRight")],
  ["descent by mouse", "descent", ".descent-sliders", () => drag("descent", ".descent-picture", 0.8)],
  ["ratings by keyboard", "ratings", ".recommender-words", () => press("ratings", "button:nth-of-type(1)", "Enter")],
  ["ratings by mouse", "ratings", ".recommender-words", () => click("ratings", "button:nth-of-type(2)")],
];

/** The message that the box that starts sends to the box beside it: 4a, for the number on the arrow. */
async function laterMessage() {
  return page.$$eval(within("practice", "select option"), (options) =>
    options.find((one) => /^×.* tells \(a × 4\) × 3$/.test(one.textContent)).value);
}

const said = {};
for (const [name, cell, selector, act] of passes) {
  await find(cell, selector);
  const before = await text(cell, selector);
  try {
    await act();
    await page.waitForFunction(
      `(${READ})(document.querySelector(${JSON.stringify(within(cell, selector))})) !== ${JSON.stringify(before)}`,
      { timeout: 3000 },
    );
  } catch (error) {
    if (error.name !== "TimeoutError") troubles.push(`${name}: ${error.message}`);
  }
  said[name] = [before, await text(cell, selector)];
}
for (const cell of await page.$$eval("[id^='cell-id=']", (all) => all.map((one) => one.id.slice(8)))) {
  const output = await page.$(within(cell, ".jp-OutputArea-output"));
  if (output) await output.screenshot({ path: `${pictures}/firefox-${cell}.png` });
}
const cut = {};
for (const width of [390, 1024, 1440]) {
  await page.setViewport({ width, height: 900 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  cut[width] = await page.evaluate(`(${process.env.CUT})()`);
}
await browser.close();
process.stdout.write(JSON.stringify({ troubles, said, cut }));
