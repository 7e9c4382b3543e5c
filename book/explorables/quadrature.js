// Exact expectations of a smooth function of standard Normal noise: the trapezoidal rule, refined until it rests.

import {range} from "d3-array";

const REACH = 12; // standard deviations
const FIRST = 128; // intervals, and twice as many each time
const LEVELS = 7;
const TOLERANCE = 1e-11;
const TAIL = 1e-9;

const weight = epsilon => Math.exp(-epsilon * epsilon / 2) / Math.sqrt(2 * Math.PI);
// Each level has the points that lie between those of the levels before it. None is a round number, where a formula
// may have a hole: abs(y)/y at 0.
const START = -REACH + 0.0123456;
const POINTS = range(LEVELS).map(level => {
  const step = 2 * REACH / (FIRST * 2 ** level);
  const points = level ? range(START + step, REACH, 2 * step) : range(START, REACH, step);
  return points.map(epsilon => [epsilon, weight(epsilon)]);
});

/** The means of the numbers that `integrand(epsilon)` returns. Throws a sentence where there is none. */
export function expectations(integrand) {
  let sums, sizes, before;
  for (let level = 0; level < LEVELS; level++) {
    const step = 2 * REACH / (FIRST * 2 ** level);
    for (const [epsilon, density] of POINTS[level]) {
      const values = integrand(epsilon);
      sums ??= values.map(() => 0);
      sizes ??= values.map(() => 0);
      for (let i = 0; i < values.length; i++) {
        const term = density * values[i];
        if (!Number.isFinite(term)) throw new Error("has no finite value or slope somewhere within 12 standard deviations of the mean");
        sums[i] += term;
        sizes[i] += Math.abs(term);
      }
    }
    if (level === 0) {
      const tails = [START, -START].map(end => integrand(end).map(value => weight(end) * Math.abs(value)));
      if (tails.some(tail => tail.some((end, i) => end > TAIL * sizes[i]))) {
        throw new Error("grows too fast: a variance does not exist or is out of reach");
      }
    }
    const means = sums.map(each => step * each);
    if (before?.every((mean, i) => Math.abs(mean - means[i]) <= TOLERANCE * step * sizes[i])) return means;
    before = means;
  }
  throw new Error("is not smooth enough: it has a jump or a kink, or details that are too fine");
}
