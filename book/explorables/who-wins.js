// Who wins: both variances of a loss, and the losses and dials for which the trick loses.

import {max, min, range, sum} from "d3-array";
import {axisBottom, axisLeft} from "d3-axis";
import {scaleLinear, scaleLog} from "d3-scale";
import {line} from "d3-shape";

import {Explorable, WITHOUT, canvas, colors, handle, number, stroke} from "./explorable.js";
import {losses, scoreOfNoise} from "./formulas.js";
import {crossing, expectations} from "./quadrature.js";

const LABELS = {cosine: "cos(<i>ky</i>)", bump: "exp(−<i>ky</i>²)", square: "(<i>y</i> − <i>k</i>)²", typed: "your own"};
const K = [0.05, 3];
const SWEEP = range(33).map(i => K[0] * (K[1] / K[0]) ** (i / 32));
const ORDERS = 9;
const PARTS = [{name: "mu", symbol: "μ"}, {name: "sigma", symbol: "σ"}];
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** 0.1, 1, 10, and powers of ten beyond. */
const plain = value => value >= 0.01 && value <= 100 ? `${value}`
  : value.toExponential(0).replace("1e", "10").replace("e", "·10").replace("+", "").replace("-", "⁻")
    .replace(/(?<=10⁻?)\d+$/, digits => [...digits].map(digit => SUPERSCRIPT[digit]).join(""));
const times = ratio => number(ratio, ratio < 9.995 ? 2 : 1);
const here = document.currentScript?.src; // where the second script lies too; nowhere in a notebook

/** Gradient and both variances, in mu and sigma. Throws a sentence about a loss that has none. */
function compare({values, slopes}, {mu, sigma, k}) {
  const [center] = values(Float64Array.of(mu), k);
  const means = expectations(12, epsilons => {
    const y = epsilons.map(epsilon => mu + sigma * epsilon);
    const f = values(y, k), df = slopes(y, k);
    return (j, into) => {
      const epsilon = epsilons[j], slope = df[j], excess = f[j] - center;
      const [inMu, inSigma] = scoreOfNoise({epsilon, sigma});
      into[0] = slope;
      into[1] = slope * epsilon;
      into[2] = slope ** 2;
      into[3] = into[1] ** 2;
      into[4] = excess * inMu;
      into[5] = excess * inSigma;
      into[6] = into[4] ** 2;
      into[7] = into[5] ** 2;
      into[8] = into[4] * inMu;
      into[9] = into[5] * inSigma;
      into[10] = inMu ** 2;
      into[11] = inSigma ** 2;
    };
  });
  const part = i => means.slice(2 * i, 2 * i + 2);
  const [gradient, squares, byScore, excessSquares, mixed, scoreSquares] = range(6).map(part);
  gradient.forEach((slope, i) => {
    if (Math.abs(slope - byScore[i]) > 1e-6 * (Math.sqrt(squares[i]) + Math.abs(byScore[i]))) {
      throw new Error(`jumps: with the trick the mean would be ${number(slope)}, and the gradient is ${number(byScore[i])}`);
    }
  });
  // f = center + excess, so that E (f S)^2 keeps its digits.
  const score = excessSquares.map((square, i) => square + 2 * center * mixed[i] + center ** 2 * scoreSquares[i] - byScore[i] ** 2);
  return {gradient: byScore, pathwise: squares.map((square, i) => Math.max(0, square - gradient[i] ** 2)), score};
}

/** The Hermite coefficients c_1, c_2, ... of the loss in the noise. */
function spectrum({values}, {mu, sigma, k}) {
  return expectations(ORDERS, epsilons => {
    const f = values(epsilons.map(epsilon => mu + sigma * epsilon), k);
    return (j, into) => {
      const epsilon = epsilons[j];
      let below = 1, here = epsilon; // normalized polynomials
      for (let n = 1; n <= ORDERS; n++) {
        into[n - 1] = here * f[j];
        [below, here] = [here, (epsilon * here - Math.sqrt(n) * below) / Math.sqrt(n + 1)];
      }
    };
  });
}

/** How far the trick is ahead, in mu or in sigma: above zero it wins. */
const lead = ({pathwise, score}, i) => Math.log(score[i] / pathwise[i]);

/** Where the lead changes between neighbors of the sweep. */
function crossovers(loss, theta, sweep) {
  return PARTS.map((_, i) => SWEEP.slice(1).flatMap((high, j) => {
    const [before, after] = [sweep[j], sweep[j + 1]];
    if (!before || !after || !(lead(before, i) * lead(after, i) < 0)) return [];
    return [crossing(k => lead(compare(loss, {...theta, k}), i), SWEEP[j], high)];
  }));
}

export class WhoWins extends Explorable {
  static about = `${WITHOUT} You choose its loss <i>f</i>.`;

  static controls = [
    {name: "loss", label: "loss", choices: LABELS, start: "cosine"},
    {name: "k", label: "k", symbol: "k", range: K, step: 0.05, start: 0.5},
    {name: "mu", label: "mu", symbol: "μ", range: [-3, 3], step: 0.1, start: 1},
    {name: "sigma", label: "sigma", symbol: "σ", range: [0.2, 3], step: 0.1, start: 1},
    {name: "formula", label: "your loss, a formula in y and k", symbol: "your own f(y)", text: true, start: "log(1 + exp(k*y))"},
  ];

  static body = `<div class="beside">
      <svg class="loss" role="img" aria-label="the loss, over the bell of the draws"></svg>
      <svg class="variances" role="img" aria-label="variance with the trick and without it, over k"></svg></div>
    <p class="key"><span>${stroke(colors.pathwise)} with the trick</span><span>${stroke(colors.score_function)} without it</span>
      <span>solid: in <i>μ</i>, dashed: in <i>σ</i></span><span class="changes">dotted: the lead changes</span></p>
    <p class="key">What the loss is made of across the bell: 1 is straight, 2 is bent, and higher ones wiggle faster (its Hermite orders)</p>
    <svg class="spectrum" role="img" aria-label="Hermite spectrum of the loss"></svg>`;

  change(changes) {
    if ("formula" in changes) changes.loss = "typed";
    super.change(changes);
  }

  /** The loss, or nothing while the script that reads formulas is on its way. */
  chosen({loss, formula}) {
    if (loss !== "typed") {
      const {value, derivative} = losses[loss];
      return {values: (ys, k) => ys.map(y => value({y, k})), slopes: (ys, k) => ys.map(y => derivative({y, k}))};
    }
    if (globalThis.readFormula) return globalThis.readFormula(formula);
    if (!here) throw new Error("can be typed on the page of the book only");
    if (!this.asked) {
      this.asked = document.createElement("script");
      this.asked.src = new URL("explorables-typed.js", here);
      this.asked.onload = () => this.redraw();
      document.head.append(this.asked);
    }
    return undefined;
  }

  draw(state) {
    this.numbers = undefined;
    try {
      const loss = this.chosen(state);
      return loss ? this.show(loss, state) : "The part that reads formulas is on its way.";
    } catch (error) {
      for (const name of ["loss", "variances", "spectrum"]) canvas(this.find(`.${name}`), 0);
      // The words of a formula may come from anybody's link.
      return `This loss ${error.message.replace(/[&<>]/g, sign => `&#${sign.charCodeAt(0)};`)}.`;
    }
  }

  show(loss, state) {
    const {mu, sigma, k} = state;
    const now = compare(loss, state);
    const key = [state.loss, state.loss === "typed" ? state.formula : "", mu, sigma].join();
    if (this.key !== key) {
      this.key = key;
      this.sweep = SWEEP.map(each => {
        try {
          return compare(loss, {mu, sigma, k: each});
        } catch {
          return undefined; // such a k has no variances
        }
      });
      this.crossed = crossovers(loss, {mu, sigma}, this.sweep);
    }
    const coefficients = spectrum(loss, state);
    const ratio = now.score.map((score, i) => score / now.pathwise[i]);
    this.numbers = {...now, ratio, crossovers: this.crossed, coefficients};
    this.drawLoss(loss, state);
    this.drawVariances(state);
    this.drawSpectrum(coefficients);
    const verdicts = PARTS.map(({symbol}, i) => {
      const verdict = ratio[i] >= 1 ? `the trick wins: without it you need ${times(ratio[i])} times the samples`
        : `the trick loses: with it you need ${times(1 / ratio[i])} times the samples`;
      const where = this.crossed[i].length ? ` (the lead changes at <i>k</i> = ${this.crossed[i].map(at => number(at, 3)).join(" and ")})` : "";
      return `In <i>${symbol}</i> ${Number.isFinite(ratio[i]) ? verdict : "the trick has no variance at all"}${where}.`;
    });
    return `${verdicts.join(" ")} The gradient is ${number(now.gradient[0], 3)} in <i>μ</i> and ${number(now.gradient[1], 3)} in <i>σ</i>.`;
  }

  drawLoss(loss, {mu, sigma, k}) {
    const svg = this.find(".loss");
    const [wide, high] = [svg.wide, 210];
    const chart = canvas(svg, high);
    const x = scaleLinear([mu - 4 * sigma, mu + 4 * sigma], [40, wide - 6]);
    const ys = Float64Array.from(range(201), i => x.domain()[0] + i * 8 * sigma / 200);
    const values = loss.values(ys, k), points = Array.from(ys, (y, i) => [y, values[i]]);
    const [low, top] = [min(points, ([, value]) => value), max(points, ([, value]) => value)];
    const up = scaleLinear([low, top === low ? low + 1 : top], [high - 30, 20]).nice(4);
    const bell = scaleLinear([0, 1], [high - 30, high - 90]);
    chart.append("path").attr("class", "bell").attr("fill", "currentColor").attr("fill-opacity", 0.25)
      .attr("d", line(([y]) => x(y), ([y]) => bell(Math.exp(-(((y - mu) / sigma) ** 2) / 2)))(points));
    chart.append("path").attr("class", "curve").attr("d", line(([y]) => x(y), ([, value]) => up(value))(points)).attr("fill", "none")
      .attr("stroke", "currentColor").attr("stroke-width", 1.5);
    chart.append("g").attr("class", "axis").attr("transform", `translate(0,${high - 30})`).call(axisBottom(x).ticks(5));
    chart.append("g").attr("class", "axis").attr("transform", "translate(40,0)").call(axisLeft(up).ticks(4, "~g"));
    chart.append("text").attr("x", 8).attr("y", 11).text("loss of y; gray: where y falls");
  }

  drawVariances({k}) {
    const svg = this.find(".variances");
    const [wide, high] = [svg.wide, 210];
    const chart = canvas(svg, high);
    const x = scaleLog(K, [46, wide - 8]);
    const all = this.sweep.filter(Boolean).flatMap(({pathwise, score}) => [...pathwise, ...score]).filter(value => value > 1e-12);
    const up = scaleLog([min(all), max(all)], [high - 30, 20]).nice();
    chart.append("g").attr("class", "axis").attr("transform", `translate(0,${high - 30})`)
      .call(axisBottom(x).tickValues([0.05, 0.1, 0.2, 0.5, 1, 2, 3]).tickFormat(value => `${value}`));
    chart.append("g").attr("class", "axis").attr("transform", "translate(46,0)").call(axisLeft(up).ticks(4, plain));
    const kinds = [["pathwise", "pathwise"], ["score", "score_function"]];
    for (const [name, color] of kinds) {
      PARTS.forEach((part, i) => {
        const curve = line(([at]) => x(at), ([, value]) => up(value)).defined(([, value]) => value > 1e-12);
        const points = SWEEP.map((at, j) => [at, this.sweep[j]?.[name][i]]);
        chart.append("path").attr("class", `${name}-${part.name}`).attr("d", curve(points)).attr("fill", "none").attr("stroke", colors[color])
          .attr("stroke-width", 2).attr("stroke-dasharray", i ? "5 3" : null);
      });
    }
    this.find(".changes").hidden = !this.crossed.flat().length;
    // Two of them may be near each other: one sign stands on the left of its line, the other on the right.
    PARTS.forEach(({symbol}, i) => this.crossed[i].forEach(at => {
      chart.append("path").attr("class", "crossover").attr("d", `M${x(at)},${high - 30}V20`).attr("stroke", "currentColor")
        .attr("stroke-dasharray", "2 3");
      chart.append("text").attr("class", "variable").attr("x", x(at) + (i ? 4 : -4))
        .attr("text-anchor", i ? "start" : "end").attr("y", high - 60).text(symbol);
    }));
    const shown = Math.min(K[1], Math.max(K[0], k));
    chart.append("path").attr("d", `M${x(shown)},${high - 30}V20`).attr("stroke", "currentColor").attr("stroke-width", 1.2);
    handle(svg, [x(shown), high - 40], ([across]) => {
      this.change({k: Math.round(20 * Math.min(K[1], Math.max(K[0], x.invert(across)))) / 20});
    }).attr("fill", "currentColor");
    chart.append("text").attr("x", 8).attr("y", 11).text("variance of one gradient sample, over k");
  }

  drawSpectrum(coefficients) {
    const svg = this.find(".spectrum");
    const [wide, high] = [svg.wide, 84];
    const chart = canvas(svg, high);
    const total = sum(coefficients, each => each ** 2) || 1;
    const shares = coefficients.map(each => each ** 2 / total);
    const x = order => 20 + (order - 0.5) * (wide - 20) / ORDERS;
    shares.forEach((share, i) => {
      chart.append("rect").attr("x", x(i + 1) - 12).attr("width", 24).attr("y", 62 - 45 * share).attr("height", 45 * share)
        .attr("fill", "currentColor").attr("fill-opacity", 0.6);
      chart.append("text").attr("x", x(i + 1)).attr("y", 79).attr("text-anchor", "middle").text(i + 1);
      if (share > 0.005) chart.append("text").attr("x", x(i + 1)).attr("y", 58 - 45 * share).attr("text-anchor", "middle").text(`${Math.round(100 * share)} %`);
    });
    chart.append("path").attr("d", `M20,63H${wide}`).attr("stroke", "currentColor").attr("stroke-opacity", 0.6);
  }
}
