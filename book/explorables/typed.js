// Reads a formula that a reader types. It is loaded when somebody does.

import {derivative, parse} from "mathjs/number";

const FUNCTIONS = ["abs", "acos", "asin", "atan", "cos", "cosh", "exp", "log", "sin", "sinh", "sqrt", "tan", "tanh"];
const WRITTEN = {
  ...Object.fromEntries(FUNCTIONS.map(name => [name, a => `Math.${name}(${a})`])),
  sec: a => `(1 / Math.cos(${a}))`, // in the slope of a tangent
  sech: a => `(1 / Math.cosh(${a}))`,
  add: (a, b) => `(${a} + ${b})`,
  subtract: (a, b) => `(${a} - ${b})`,
  multiply: (a, b) => `(${a} * ${b})`,
  divide: (a, b) => `(${a} / ${b})`,
  pow: (a, b) => `(${a} ** ${b})`,
  unaryMinus: a => `(-${a})`,
  unaryPlus: a => a,
};
const NAMES = {y: "y", k: "k", e: "Math.E", pi: "Math.PI"};

/** A parsed formula as an expression of JavaScript: every part of it is one of those above, or a number. */
function written(node) {
  if (node.isParenthesisNode) return written(node.content);
  if (node.isConstantNode && typeof node.value === "number") return `(${node.value})`;
  if (node.isSymbolNode) {
    if (Object.hasOwn(NAMES, node.name)) return NAMES[node.name];
    throw new Error(`names ${node.name}; it may name y, k, e and pi`);
  }
  const name = node.isFunctionNode ? node.fn.name : node.fn;
  if (Object.hasOwn(WRITTEN, name)) return WRITTEN[name](...node.args.map(written));
  throw new Error(`has ${name ?? node.value ?? node.type} in it; it may have + − * / ^ and ${FUNCTIONS.join(", ")}`);
}

function read(formula) {
  let parsed;
  try {
    parsed = parse(formula);
  } catch (error) {
    throw new Error(`cannot be read: ${error.message}`);
  }
  // A call for each sign would take several times as long, while a finger moves the dials.
  const compiled = node => new Function("y", "k", `return ${written(node)}`);
  const value = compiled(parsed);
  return {formula, value, derivative: compiled(derivative(parsed, "y"))};
}

let last = {};
globalThis.readFormula = formula => {
  if (last.formula !== formula) last = read(formula);
  return last;
};
