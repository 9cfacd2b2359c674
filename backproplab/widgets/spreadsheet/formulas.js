// The sheet's own formulas, worked out as a spreadsheet does: numbers, cells, + - * / ^, and a few functions.

/**
 * @typedef {(values: Float64Array) => number} Compute Of all values, in the order of the addresses.
 * @typedef {{ index: number, named: string[], compute: Compute }} Parsed A formula: its place among the values,
 *   the addresses in it, and what it comes to.
 * @typedef {(left: number, right: number) => number} Operation
 */

/** @type {Record<string, (...numbers: number[]) => number>} */
const FUNCTIONS = { EXP: Math.exp, LN: Math.log, TANH: Math.tanh, ABS: Math.abs, MAX: Math.max };
const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?)|((?:[A-Za-z]+!)?[A-Z]{1,3}\d+)|([A-Z]+)(?=\()|([-+*/^(),<>]))/y;
const KINDS = /** @type {const} */ (["number", "cell", "function", "sign"]); // the groups of TOKEN

/**
 * Formulas by address ("Network!B5": "=B3*B4"; "" or nothing for a number), ready to be worked out.
 *
 * { precedents(address), work(numbers) }: the cells that a formula names; and every cell's value, by address, for
 * numbers by address. Throws an Error that names the cell where a formula cannot be read, or runs in a circle.
 *
 * @param {Record<string, string>} formulas
 */
export function calculator(formulas) {
  const known = new Map(Object.keys(formulas).map((address, index) => [address, index]));
  /** @type {Map<string, Parsed>} */
  const read = new Map();
  for (const [address, index] of known) {
    const formula = formulas[address];
    if (formula) read.set(address, { index, ...parsedFormula(address, formula, known) });
  }
  const steps = inOrder(read);
  const values = new Float64Array(known.size);
  /** @param {Record<string, number>} numbers */
  const work = (numbers) => {
    for (const [address, index] of known) values[index] = numbers[address] ?? values[index];
    for (const { index, compute } of steps) values[index] = compute(values);
    return new Map([...known].map(([address, index]) => [address, values[index]]));
  };
  /** @param {string} address */
  const precedents = (address) => read.get(address)?.named ?? [];
  return { precedents, work };
}

/**
 * The formulas, each after all that it names.
 *
 * @param {Map<string, Parsed>} read
 */
function inOrder(read) {
  /** @type {Parsed[]} */
  const order = [];
  /** @type {Map<string, "open" | "done">} */
  const state = new Map();
  /** @param {string} address */
  const visit = (address) => {
    const parsed = read.get(address);
    if (!parsed || state.get(address) === "done") return;
    if (state.get(address) === "open") {
      throw new Error(`${address} depends on itself: its formulas run in a circle.`);
    }
    state.set(address, "open");
    parsed.named.forEach(visit);
    state.set(address, "done");
    order.push(parsed);
  };
  for (const address of read.keys()) visit(address);
  return order;
}

/**
 * { named, compute(values) }: the addresses in a formula, and a function of all values.
 *
 * @param {string} home The address of the formula's own cell.
 * @param {string} formula
 * @param {Map<string, number>} known Every address, with its place among the values.
 */
function parsedFormula(home, formula, known) {
  const worksheet = home.split("!")[0];
  /** @type {Set<string>} */
  const named = new Set();
  let at = 1;
  /** @type {{ kind: typeof KINDS[number] | "end", text: string }} */
  let token = { kind: "end", text: "its end" };

  /** @type {(why: string) => never} */
  const fail = (why) => {
    throw new Error(`${home} holds ${formula}, which cannot be read: ${why}.`);
  };
  const next = () => {
    if (/^\s*$/.test(formula.slice(at))) token = { kind: "end", text: "its end" };
    else {
      TOKEN.lastIndex = at;
      const found = TOKEN.exec(formula);
      const kind = KINDS.find((_, index) => found?.[index + 1] !== undefined);
      if (!found || !kind) return fail(`"${formula.slice(at).trim()[0]}" is not part of a formula`);
      at = TOKEN.lastIndex;
      token = { kind, text: found[0].trim() };
    }
  };
  /** @param {...string} signs */
  const is = (...signs) => token.kind === "sign" && signs.includes(token.text);
  /** @param {string} sign */
  const take = (sign) => {
    if (!is(sign)) fail(`expected "${sign}", found ${token.text}`);
    next();
  };
  /** @type {(below: () => Compute, signs: Record<string, Operation>) => () => Compute} */
  const rows = (below, signs) => () => {
    let left = below();
    while (is(...Object.keys(signs))) {
      const [operation, first] = [signs[token.text], left];
      next();
      const second = below();
      left = (values) => operation(first(values), second(values));
    }
    return left;
  };
  /** @returns {Compute} */
  const atom = () => {
    const { kind, text } = token;
    if (is("-")) {
      next();
      const inner = atom(); // a sign binds more tightly than ^, as in a spreadsheet
      return (values) => -inner(values);
    }
    if (is("(")) {
      next();
      const inner = sum();
      take(")");
      return inner;
    }
    next();
    if (kind === "number") return () => Number(text);
    if (kind === "cell") return cell(text.includes("!") ? text : `${worksheet}!${text}`);
    if (kind === "function") return call(text);
    return fail(`expected a number or a cell, found ${text}`);
  };
  /** @type {(address: string) => Compute} */
  const cell = (address) => {
    const index = known.get(address);
    if (index === undefined) return fail(`there is no cell ${address}`);
    named.add(address);
    return (values) => values[index];
  };
  /** @type {(name: string) => Compute} */
  const call = (name) => {
    take("(");
    const inner = [comparison()];
    while (is(",")) {
      next();
      inner.push(sum());
    }
    take(")");
    if (name === "IF" && inner.length === 3) {
      const [test, yes, no] = inner;
      return (values) => (test(values) ? yes(values) : no(values));
    }
    if (!Object.hasOwn(FUNCTIONS, name))
      fail(`${name} with ${inner.length} numbers is no function of the sheet`);
    return (values) => FUNCTIONS[name](...inner.map((one) => one(values)));
  };
  const power = rows(atom, { "^": (a, b) => (b === 2 ? a * a : a ** b) });
  const product = rows(power, { "*": (a, b) => a * b, "/": (a, b) => a / b });
  const sum = rows(product, { "+": (a, b) => a + b, "-": (a, b) => a - b });
  const comparison = rows(sum, { ">": (a, b) => Number(a > b), "<": (a, b) => Number(a < b) });

  if (formula[0] !== "=") fail("a formula begins with =");
  next();
  const compute = sum();
  if (token.kind !== "end") fail(`nothing should follow, found ${token.text}`);
  return { named: [...named], compute };
}
