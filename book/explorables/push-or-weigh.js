// Push or weigh: what a change of the dials does to draws that move, and to draws that stay.

import {deviation, mean, range, sum} from "d3-array";
import {axisBottom} from "d3-axis";
import {scaleLinear} from "d3-scale";
import {line} from "d3-shape";

import {Explorable, SQUARES, WITHOUT, canvas, colors, noise, number} from "./explorable.js";
import {density, expectedLoss, known, loss, path} from "./formulas.js";

const OLD = {mu: 1, sigma: 2};
const DRAWS = 60;
const SETS = 200; // of so many draws, for how far a mean scatters
const Y = [-8, 11];

const several = normal => Array.from({length: DRAWS}, normal);
let sets; // the same for all dials, drawn once

/** Draws from the old dials, and their mean loss at the new ones: pushed there, or weighed. */
function meansOf(epsilons, theta) {
  const draws = epsilons.map(epsilon => {
    const before = path({...OLD, epsilon});
    return {before, after: path({...theta, epsilon}), weight: density({...theta, y: before}) / density({...OLD, y: before})};
  });
  const pays = y => loss({y, ...known});
  return {draws, pushed: mean(draws, each => pays(each.after)), weighed: mean(draws, each => each.weight * pays(each.before))};
}

export class PushOrWeigh extends Explorable {
  static about = `${WITHOUT} ${SQUARES}`;

  static controls = [
    {name: "mu", label: "mu", symbol: "μ", range: [-2, 6], step: 0.1, start: 2},
    {name: "sigma", label: "sigma", symbol: "σ", range: [0.5, 4], step: 0.1, start: 2},
    {name: "draw", label: "Draw again", start: 1},
  ];

  static body = `<svg role="img" aria-label="draws that move, above, and draws that are weighed, below"></svg>`;

  draw({mu, sigma, draw}) {
    const {draws, pushed, weighed} = meansOf(several(noise(draw)), {mu, sigma});
    if (!sets) {
      const normal = noise(SETS);
      sets = range(SETS).map(() => several(normal));
    }
    const means = sets.map(set => meansOf(set, {mu, sigma}));
    const scatter = ["pushed", "weighed"].map(way => deviation(means, each => each[way]));
    const exact = expectedLoss({...known, sigma, delta: mu - known.xbar});
    const worth = sum(draws, each => each.weight) ** 2 / sum(draws, each => each.weight ** 2);
    this.numbers = {pushed, weighed, exact, worth, scatter};

    const wide = this.find("svg").wide;
    const svg = canvas(this.find("svg"), 344);
    const x = scaleLinear(Y, [6, wide - 6]);
    const grid = range(Y[0], Y[1], 0.1);
    const tall = 90 / Math.max(...[OLD, {mu, sigma}].map(theta => density({...theta, y: theta.mu})));
    const bell = (at, theta) => line(y => x(y), y => at - tall * density({...theta, y}))(grid);
    const panel = (at, title) => {
      svg.append("text").attr("x", 0).attr("y", at - 112).text(title);
      svg.append("path").attr("d", bell(at, OLD)).attr("fill", "none").attr("stroke", colors.exact).attr("stroke-dasharray", "6 3");
      svg.append("path").attr("d", bell(at, {mu, sigma})).attr("fill", "none").attr("stroke", "currentColor");
    };
    panel(128, "with the trick: push each draw along its path");
    for (const {before, after} of draws) {
      svg.append("circle").attr("cx", x(before)).attr("cy", 134).attr("r", 1.5).attr("fill", colors.exact);
      svg.append("path").attr("d", `M${x(before)},134L${x(after)},158`).attr("stroke", colors.pathwise).attr("stroke-opacity", 0.8);
      svg.append("circle").attr("class", "pushed").attr("cx", x(after)).attr("cy", 158).attr("r", 3).attr("fill", colors.pathwise);
    }
    panel(304, "without it: keep each draw, weigh it anew (its size)");
    for (const {before, weight} of draws) {
      svg.append("circle").attr("class", "weighed").attr("cx", x(before)).attr("cy", 312).attr("r", 3 * Math.sqrt(weight))
        .attr("fill", colors.score_function).attr("fill-opacity", 0.5).attr("stroke", colors.score_function);
    }
    svg.append("g").attr("class", "axis").attr("transform", "translate(0,320)").call(axisBottom(x).ticks(8));
    svg.append("text").attr("class", "variable").attr("x", wide).attr("y", 342).attr("text-anchor", "end").text("y");

    return `${DRAWS} draws from <i>μ</i> = ${OLD.mu}, <i>σ</i> = ${OLD.sigma} (dashed) shall tell the mean loss at <i>μ</i> = ${number(mu, 1)}, <i>σ</i> =
      ${number(sigma, 1)} (solid). Pushed, they say ${number(pushed, 1)}. Weighed by the height of the new bell over that of the old, they say
      ${number(weighed, 1)} and count as much as ${number(worth, 1)} equal ones. Exact is ${number(exact, 1)}: over ${SETS} such sets the first answer scatters by
      ${number(scatter[0], 1)}, the second by ${number(scatter[1], 1)}.`;
  }
}
