// Reads a formula that a reader types. It is loaded when somebody does.

import {derivative, parse} from "mathjs/number";

const FUNCTIONS = ["abs", "acos", "asin", "atan", "cos", "cosh", "exp", "log", "sin", "sinh", "sqrt", "tan", "tanh"];
const CONSTANTS = {e: Math.E, pi: Math.PI};

/** A function of one number, of a whole array in its place. */
const mapped = does => inner => (y, k) => {
  const a = inner(y, k);
  for (let i = 0; i < a.length; i++) a[i] = does(a[i]);
  return a;
};
// What each sign makes of the arrays of its parts, in the place of the first: a loop for each, because a call for each
// number takes ten times as long. No formula is ever evaluated as a program, so that a page may forbid it (its
// Content-Security-Policy).
const PARTS = {
  ...Object.fromEntries(FUNCTIONS.map(name => [name, mapped(Math[name])])),
  sec: mapped(x => 1 / Math.cos(x)), // in the slope of a tangent
  sech: mapped(x => 1 / Math.cosh(x)),
  unaryMinus: mapped(x => -x),
  unaryPlus: a => a,
  add: (left, right) => (y, k) => {
    const a = left(y, k), b = right(y, k);
    for (let i = 0; i < a.length; i++) a[i] += b[i];
    return a;
  },
  subtract: (left, right) => (y, k) => {
    const a = left(y, k), b = right(y, k);
    for (let i = 0; i < a.length; i++) a[i] -= b[i];
    return a;
  },
  multiply: (left, right) => (y, k) => {
    const a = left(y, k), b = right(y, k);
    for (let i = 0; i < a.length; i++) a[i] *= b[i];
    return a;
  },
  divide: (left, right) => (y, k) => {
    const a = left(y, k), b = right(y, k);
    for (let i = 0; i < a.length; i++) a[i] /= b[i];
    return a;
  },
  pow: (left, right) => (y, k) => {
    const a = left(y, k), b = right(y, k);
    for (let i = 0; i < a.length; i++) a[i] = b[i] === 2 ? a[i] * a[i] : a[i] ** b[i];
    return a;
  },
};

/** What a parsed formula makes of an array of y: a new array. */
function closure(node) {
  if (node.isParenthesisNode) return closure(node.content);
  if (node.isConstantNode && typeof node.value === "number") return y => y.map(() => node.value);
  if (node.isSymbolNode) {
    const {name} = node;
    if (name === "y") return y => y.slice();
    if (name === "k") return (y, k) => y.map(() => k);
    if (Object.hasOwn(CONSTANTS, name)) return y => y.map(() => CONSTANTS[name]);
    throw new Error(`names ${name}; it may name y, k, e and pi`);
  }
  const name = node.isFunctionNode ? node.fn.name : node.fn;
  if (Object.hasOwn(PARTS, name)) return PARTS[name](...node.args.map(closure));
  throw new Error(`has ${name ?? node.value ?? node.type} in it; it may have + − * / ^ and ${FUNCTIONS.join(", ")}`);
}

function read(formula) {
  let parsed;
  try {
    parsed = parse(formula);
  } catch (error) {
    throw new Error(`cannot be read: ${error.message}`);
  }
  return {formula, values: closure(parsed), slopes: closure(derivative(parsed, "y"))};
}

let last = {};
globalThis.readFormula = formula => {
  if (last.formula !== formula) last = read(formula);
  return last;
};
