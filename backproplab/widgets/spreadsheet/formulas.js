// The sheet's own formulas, worked out as a spreadsheet does: numbers, cells, + - * / ^, and a few functions.

const FUNCTIONS = { EXP: Math.exp, LN: Math.log, TANH: Math.tanh, ABS: Math.abs, MAX: Math.max };
const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?)|((?:[A-Za-z]+!)?[A-Z]{1,3}\d+)|([A-Z]+)(?=\()|([-+*/^(),<>]))/y;

/**
 * Formulas by address ("Network!B5": "=B3*B4"; "" or nothing for a number), ready to be worked out.
 *
 * { precedents(address), work(numbers) }: the cells that a formula names; and every cell's value, by address, for
 * numbers by address. Throws an Error that names the cell where a formula cannot be read, or runs in a circle.
 */
export function calculator(formulas) {
  const known = new Map(Object.keys(formulas).map((address, index) => [address, index]));
  const read = new Map();
  for (const [address, formula] of Object.entries(formulas)) {
    if (formula) read.set(address, parsedFormula(address, formula, known));
  }
  const steps = inOrder(read).map((address) => [known.get(address), read.get(address).compute]);
  const values = new Float64Array(known.size);
  const work = (numbers) => {
    for (const [address, number] of Object.entries(numbers)) values[known.get(address)] = number;
    for (const [index, compute] of steps) values[index] = compute(values);
    return new Map([...known].map(([address, index]) => [address, values[index]]));
  };
  return { precedents: (address) => read.get(address)?.named ?? [], work };
}

/** Addresses such that each comes after all that its formula names. */
function inOrder(read) {
  const [order, state] = [[], new Map()];
  const visit = (address) => {
    if (!read.has(address) || state.get(address) === "done") return;
    if (state.get(address) === "open")
      throw new Error(`${address} depends on itself: its formulas run in a circle.`);
    state.set(address, "open");
    read.get(address).named.forEach(visit);
    state.set(address, "done");
    order.push(address);
  };
  [...read.keys()].forEach(visit);
  return order;
}

/** { named, compute(values) }: the addresses in a formula, and a function of all values. */
function parsedFormula(home, formula, known) {
  const worksheet = home.split("!")[0];
  const named = new Set();
  let [at, token] = [1, null];

  const fail = (why) => {
    throw new Error(`${home} holds ${formula}, which cannot be read: ${why}.`);
  };
  const next = () => {
    if (/^\s*$/.test(formula.slice(at))) token = { kind: "end", text: "its end" };
    else {
      TOKEN.lastIndex = at;
      const found = TOKEN.exec(formula);
      if (!found) fail(`"${formula.slice(at).trim()[0]}" is not part of a formula`);
      at = TOKEN.lastIndex;
      const kind = ["number", "cell", "function", "sign"].find((_, index) => found[index + 1] !== undefined);
      token = { kind, text: found[0].trim() };
    }
  };
  const is = (...signs) => token.kind === "sign" && signs.includes(token.text);
  const take = (sign) => {
    if (!is(sign)) fail(`expected "${sign}", found ${token.text}`);
    next();
  };
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
  const cell = (address) => {
    if (!known.has(address)) fail(`there is no cell ${address}`);
    named.add(address);
    const index = known.get(address);
    return (values) => values[index];
  };
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
  const comparison = rows(sum, { ">": (a, b) => a > b, "<": (a, b) => a < b });

  if (formula[0] !== "=") fail("a formula begins with =");
  next();
  const compute = sum();
  if (token.kind !== "end") fail(`nothing should follow, found ${token.text}`);
  return { named: [...named], compute };
}
