// Two ways, one slope: the histograms of both estimators around the closed form.

import {bin, deviation, max, mean, range, sum} from "d3-array";
import {axisBottom} from "d3-axis";
import {scaleLinear} from "d3-scale";
import {line} from "d3-shape";

import {Explorable, SQUARES, WITHOUT, canvas, colors, noise, number, polynomial, stroke} from "./explorable.js";
import {gradient, known, pathwise, pathwiseVariance, scoreFunction, scoreFunctionVariance} from "./formulas.js";

const MEANS = 2000;
const KINDS = {
  pathwise: {label: "with the trick", sample: pathwise, variance: pathwiseVariance, dash: "none"},
  score_function: {label: "without it", sample: scoreFunction, variance: scoreFunctionVariance, dash: "6 3"},
};
const PARTS = [{symbol: "μ", name: "mu"}, {symbol: "σ", name: "sigma"}];
const moments = new Map();

/** The next of 1, 2, 5, 10, ...: a frame that stays while a spread grows or shrinks in it. */
const frame = reach => [1, 2, 5, 10].map(step => step * 10 ** Math.floor(Math.log10(reach))).find(step => step >= reach);

/** The means of the first powers of the noise in each of many samples of the same size, drawn once. */
function powerMeans(size, draw) {
  const key = `${size} ${draw}`;
  if (!moments.has(key)) {
    const normal = noise(draw);
    moments.set(key, range(MEANS).map(() => {
      const sums = [0, 0, 0, 0, 0];
      for (let i = 0; i < size; i++) {
        const epsilon = normal();
        for (let k = 0, power = 1; k < 5; k++, power *= epsilon) sums[k] += power;
      }
      return sums.map(sum => sum / size);
    }));
  }
  return moments.get(key);
}

/** The share of the farthest 5 % in a variance. */
function farthest({means, mean: center}) {
  const squares = means.map(each => (each - center) ** 2).sort((one, other) => other - one);
  return sum(squares.slice(0, MEANS / 20)) / sum(squares);
}

export class TwoWays extends Explorable {
  static about = `${WITHOUT} ${SQUARES}`;

  static controls = [
    {name: "mu", label: "mu", symbol: "μ", range: [-2, 6], step: 0.1, start: 2.6},
    {name: "sigma", label: "sigma", symbol: "σ", range: [0.3, 4], step: 0.1, start: 1.9},
    {name: "size", label: "samples in one mean", symbol: "N", values: [1, 2, 5, 10, 20, 50, 100, 200], digits: 0, start: 10},
    {name: "draw", label: "Draw again", start: 0},
  ];

  static body = `<div class="beside">${PARTS.map(({name, symbol}) => `<div class="${name}">
    <svg role="img" aria-label="histograms of the two estimates of the gradient in ${name}"></svg>
    <table><thead><tr><th scope="col">in <i>${symbol}</i></th><th scope="col">mean</th><th scope="col">spread</th>
    <th scope="col">in theory</th></tr></thead><tbody></tbody></table></div>`).join("")}</div>`;

  draw({mu, sigma, size, draw}) {
    const theta = {...known, sigma, delta: mu - known.xbar};
    const exact = gradient(theta);
    const powers = powerMeans(size, draw);
    const found = PARTS.map((part, i) => Object.entries(KINDS).map(([kind, {sample, variance}]) => {
      const terms = sample(theta)[i];
      const means = powers.map(each => polynomial(terms, each));
      return {kind, means, mean: mean(means), sd: deviation(means), theory: Math.sqrt(variance(theta)[i] / size)};
    }));

    PARTS.forEach(({name, symbol}, i) => {
      const svg = this.find(`.${name} svg`);
      const [wide, high] = [svg.wide, 206];
      const panel = canvas(svg, high);
      const reach = frame(2.5 * Math.max(...found[i].map(({theory}) => theory)));
      const x = scaleLinear([exact[i] - reach, exact[i] + reach], [16, wide - 16]);
      const bins = bin().domain(x.domain()).thresholds(x.ticks(90));
      const counted = found[i].map(({kind, means}) => ({kind, bars: bins(means)}));
      const up = scaleLinear([0, max(counted, ({bars}) => max(bars, bar => bar.length))], [high - 30, 42]);
      panel.append("g").attr("class", "axis").attr("transform", `translate(0,${high - 30})`).call(axisBottom(x).ticks(5));
      panel.append("path").attr("d", `M${x(exact[i])},${high - 30}V18`).attr("stroke", colors.exact).attr("stroke-width", 1.5);
      for (const [j, {kind, mean, sd}] of found[i].entries()) {
        panel.append("path").attr("class", `spread-${kind}`).attr("d", `M${x(mean - sd)},${24 + 8 * j}H${x(mean + sd)}`)
          .attr("stroke", colors[kind]).attr("stroke-width", 4);
      }
      for (const {kind, bars} of counted) {
        const steps = bars.flatMap(bar => [[bar.x0, bar.length], [bar.x1, bar.length]]);
        panel.append("path").attr("class", kind).attr("fill", "none").attr("stroke", colors[kind]).attr("stroke-width", 2)
          .attr("stroke-dasharray", KINDS[kind].dash)
          .attr("d", line(([at]) => x(at), ([, count]) => up(count))(steps));
      }
      panel.append("text").attr("x", 0).attr("y", 12).text(`gradient in ${symbol}`);
      const rows = found[i].map(({kind, mean, sd, theory}) => `<tr><th scope="row">${stroke(colors[kind], KINDS[kind].dash)} ${KINDS[kind].label}</th>
        <td>${number(mean, 1)}</td><td>${number(sd, 1)}</td><td>${number(theory, 1)}</td></tr>`);
      this.find(`.${name} tbody`).innerHTML = `<tr><th scope="row">${stroke(colors.exact)} closed form</th><td>${number(exact[i], 1)}</td><td></td><td></td></tr>
        ${rows.join("")}`;
    });

    const ratio = found.map(([trick, score]) => (score.theory / trick.theory) ** 2);
    const outliers = farthest(found[1][1]);
    this.numbers = {exact, outliers, found: found.map(part => part.map(({means, ...rest}) => rest)), ratio};
    return `${number(MEANS, 0)} means of ${size} ${size === 1 ? "sample" : "samples"} each, with the trick and without it, at
      <i>μ</i> = ${number(mu, 1)} and <i>σ</i> = ${number(sigma, 1)}. Both scatter around the closed form. The spread (the bar above) is
      their standard deviation. Without the trick the variance is ${number(ratio[0], 1)} times as large in <i>μ</i> and ${number(ratio[1], 1)} times in
      <i>σ</i>, whatever <i>N</i>. In <i>σ</i> the farthest 5 % of the means without the trick make ${number(100 * outliers, 0)} % of their variance.`;
  }
}
