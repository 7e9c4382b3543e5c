// Exact expectations of a smooth function of standard Normal noise: the trapezoidal rule, refined until it rests.

import {range} from "d3-array";

const REACH = 12; // standard deviations
const FIRST = 128; // intervals, and twice as many each time
const LEVELS = 7;
// Of a smooth function: each halving of the step squares the error, so that after the next the difference is as good as 0.
const TOLERANCE = 1e-8;
const TAIL = 1e-9;

const weight = epsilon => Math.exp(-epsilon * epsilon / 2) / Math.sqrt(2 * Math.PI);
// Each level has the points that lie between those of the levels before it. None is a round number, where a formula
// may have a hole: abs(y)/y at 0.
const START = -REACH + 0.0123456;
const POINTS = range(LEVELS).map(level => {
  const step = 2 * REACH / (FIRST * 2 ** level);
  const points = level ? range(START + step, REACH, 2 * step) : range(START, REACH, step);
  return {places: Float64Array.from(points), densities: Float64Array.from(points, weight)};
});

/**
 * The means of `count` numbers. `prepare(places)` is told where they are wanted, and returns what writes those of the j-th
 * place, `(j, into) => ...`. Throws a sentence where there is none.
 * It writes some ten thousand times while a finger moves: so it makes no array for each place.
 */
export function expectations(count, prepare) {
  const values = new Float64Array(count), sums = new Float64Array(count), sizes = new Float64Array(count);
  let before;
  for (let level = 0; level < LEVELS; level++) {
    const step = 2 * REACH / (FIRST * 2 ** level);
    const {places, densities} = POINTS[level];
    const write = prepare(places);
    for (let j = 0; j < places.length; j++) {
      write(j, values);
      for (let i = 0; i < count; i++) {
        const term = densities[j] * values[i];
        sums[i] += term;
        sizes[i] += Math.abs(term);
      }
    }
    if (!sizes.every(Number.isFinite)) {
      throw new Error("has no finite value or slope somewhere within 12 standard deviations of the mean");
    }
    if (level === 0) {
      const writeEnd = prepare(Float64Array.of(START, -START));
      for (const end of [0, 1]) {
        writeEnd(end, values);
        if (values.some((value, i) => weight(START) * Math.abs(value) > TAIL * sizes[i])) {
          throw new Error("grows too fast: a variance does not exist or is out of reach");
        }
      }
    }
    const means = Array.from(sums, sum => step * sum);
    if (before?.every((mean, i) => Math.abs(mean - means[i]) <= TOLERANCE * step * sizes[i])) return means;
    before = means;
  }
  throw new Error("is not smooth enough: it has a jump or a kink, or details that are too fine");
}

/** Where `f` passes zero between two places where its signs differ: a secant that never leaves them (Illinois). */
export function crossing(f, low, high) {
  let [below, above] = [f(low), f(high)];
  for (let side = 0, turn = 0; turn < 60; turn++) {
    const middle = (low * above - high * below) / (above - below), value = f(middle);
    if (value === 0 || high - low <= 1e-12 * high) return middle;
    if (value * above > 0) {
      if (Math.abs(high - middle) <= 1e-12 * high) return middle;
      [high, above] = [middle, value];
      if (side === 1) below /= 2;
      side = 1;
    } else {
      if (Math.abs(middle - low) <= 1e-12 * high) return middle;
      [low, below] = [middle, value];
      if (side === -1) above /= 2;
      side = -1;
    }
  }
  return (low + high) / 2;
}
