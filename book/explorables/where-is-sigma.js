// Where is sigma: drop a ball on the map of an objective, and see who arrives.

import {median, range} from "d3-array";
import {axisBottom, axisLeft} from "d3-axis";
import {contours} from "d3-contour";
import {scaleLinear, scaleLog} from "d3-scale";
import {line} from "d3-shape";

import {Explorable, WITHOUT, canvas, colors, handle, noise, number, polynomial} from "./explorable.js";
import {michelson, objectives} from "./formulas.js";

/** With the sigma at which each is lowest; in mu all are at the mean of the data. */
const OBJECTIVES = {
  squaredError: {label: "squared error", step: 0.0002, lowest: 0},
  reverseKL: {label: "reverse KL", step: 0.02, lowest: michelson.s},
  likelihood: {label: "likelihood", step: 0.02, lowest: michelson.s},
};
const PAIRS = 20;
const DRAWS = 8; // in one step
const LAST = 50_000;
const SECONDS = 12; // to the last step
const MU = [-1, 2];
const SIGMA = [0, 1.6];
const GRID = 80;
const LOST = 1e6;
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches; // who asks for that is offered the jumps alone

/** Descents in (mu, log sigma) from one start: an exact one, and pairs that share their noise. */
class Descent {
  constructor({objective, mu, sigma, draw}) {
    Object.assign(this, {step: OBJECTIVES[objective].step, rule: objectives[objective], taken: 0});
    const start = () => ({mu, sigma, trail: [[0, mu, sigma]]});
    const pairs = this.rule.pathwise ? PAIRS : 0;
    this.balls = {exact: [start()], pathwise: range(pairs).map(start), score_function: range(pairs).map(start)};
    this.noises = range(pairs).map(i => noise(1000 * (draw + 1) + i));
    this.at = {...michelson}; // of a ball that is moved: one object for all of their many steps
    this.powers = [1, 0, 0, 0, 0];
  }

  advance(until, enough = () => false) {
    const {exact: [exact], pathwise, score_function: scores} = this.balls;
    while (this.taken < until && !enough()) {
      this.taken += 1;
      this.move(exact, ...this.rule.gradient({...michelson, ...exact, delta: exact.mu - michelson.xbar}));
      this.noises.forEach((normal, i) => {
        const powers = this.powers.fill(0, 1);
        for (let j = 0; j < DRAWS; j++) {
          const epsilon = normal();
          for (let k = 1, power = epsilon; k < 5; k++, power *= epsilon) powers[k] += power / DRAWS;
        }
        this.sample(pathwise[i], this.rule.pathwise, powers);
        this.sample(scores[i], this.rule.scoreFunction, powers);
      });
      // Kept evenly on a logarithmic clock: about a hundred places, however long the way.
      if (this.taken < 20 || Math.floor(24 * Math.log10(this.taken)) > Math.floor(24 * Math.log10(this.taken - 1))) this.note();
    }
  }

  sample(ball, coefficients, powers) {
    if (ball.lost) return;
    this.at.sigma = ball.sigma;
    this.at.delta = ball.mu - michelson.xbar;
    const [inMu, inSigma] = coefficients(this.at);
    this.move(ball, polynomial(inMu, powers), polynomial(inSigma, powers));
  }

  move(ball, inMu, inSigma) {
    if (ball.lost) return;
    const mu = ball.mu - this.step * inMu, sigma = ball.sigma * Math.exp(-this.step * inSigma * ball.sigma);
    ball.lost = !(Math.abs(mu) < LOST && sigma > 1 / LOST && sigma < LOST);
    if (ball.lost) return;
    ball.mu = mu;
    ball.sigma = sigma;
  }

  note() {
    for (const ball of Object.values(this.balls).flat()) {
      if (!ball.lost) ball.trail.push([this.taken, ball.mu, ball.sigma]);
    }
  }

  /** How many are still there, and the median of their sigmas. */
  summary(kind) {
    const there = this.balls[kind].filter(ball => !ball.lost);
    return {there: there.length, sigma: median(there, ball => ball.sigma), mu: median(there, ball => ball.mu)};
  }
}

export class WhereIsSigma extends Explorable {
  static about = `${WITHOUT} The data are 100 speeds of light that Michelson measured, in 100 km/s above 299,800 km/s.`;

  static controls = [
    {name: "mu", label: "mu at the start", symbol: "μ", range: MU, step: 0.05, start: 0},
    {name: "sigma", label: "sigma at the start", symbol: "σ", range: [0.05, SIGMA[1]], step: 0.05, start: 1},
    {name: "objective", label: "objective", start: "squaredError",
      choices: Object.fromEntries(Object.entries(OBJECTIVES).map(([name, {label}]) => [name, label]))},
    {name: "draw", start: 0},
    {name: "steps", start: 0},
  ];

  static body = `
    <p class="buttons"><button type="button" class="run">Run</button> <button type="button" class="further"></button>
      <button type="button" class="back">Back to the start</button> <button type="button" name="draw">Other noise</button></p>
    <div class="beside">
      <svg class="map" role="img" aria-label="map of the objective over mu and sigma, with the balls"></svg>
      <svg class="clock" role="img" aria-label="sigma against the step, both logarithmic"></svg>
    </div>`;

  connectedCallback() {
    super.connectedCallback();
    this.find(".run").addEventListener("click", () => this.running ? this.pause() : this.run());
    this.find(".further").addEventListener("click", () => {
      this.pause();
      this.change({steps: this.next});
    });
    this.find(".back").addEventListener("click", () => this.change({steps: 0}));
    this.find(".run").hidden = STILL;
  }

  get next() {
    return Math.min(LAST, Math.max(10, 10 * this.state.steps));
  }

  change(changes) {
    if (!("steps" in changes)) changes.steps = 0;
    if (changes.steps === 0) this.pause();
    super.change(changes);
  }

  pause() {
    cancelAnimationFrame(this.running);
    this.running = 0;
    this.find(".run").textContent = "Run";
  }

  run() {
    if (this.state.steps >= LAST) this.change({steps: 0});
    this.find(".run").textContent = "Pause";
    const began = performance.now() - SECONDS * 1000 * Math.log(1 + this.state.steps) / Math.log(1 + LAST);
    const frame = () => {
      const now = performance.now();
      const due = Math.min(LAST, Math.ceil((1 + LAST) ** ((now - began) / 1000 / SECONDS) - 1));
      // A slow machine falls behind the clock and takes the same steps.
      this.descent.advance(due, () => performance.now() - now > 12);
      this.state.steps = this.descent.taken;
      this.redraw();
      if (this.descent.taken < LAST) this.running = requestAnimationFrame(frame);
      else this.change({steps: LAST}), this.pause();
    };
    this.running = requestAnimationFrame(frame);
  }

  draw({objective, mu, sigma, draw, steps}) {
    const key = [objective, mu, sigma, draw].join();
    if (this.key !== key || this.descent.taken > steps) this.descent = new Descent({objective, mu, sigma, draw});
    this.key = key;
    this.descent.advance(steps);
    this.drawMap(objective);
    this.drawClock(objective, sigma);
    const found = Object.fromEntries(Object.keys(this.descent.balls).map(kind => [kind, this.descent.summary(kind)]));
    this.numbers = {steps: this.descent.taken, ...found};
    this.setAttribute("steps", this.descent.taken);
    this.find(".further").textContent = `Jump to step ${number(this.next, 0)}`;
    return this.words(objective, steps, found);
  }

  words(objective, steps, {exact, pathwise, score_function: scores}) {
    const where = {
      squaredError: `Squared error is lowest on the floor, at <i>σ</i> = 0 (the cross).`,
      reverseKL: `Reverse KL wants the bell of the data, and is lowest at their own spread <i>s</i> = ${number(michelson.s)} (the cross).`,
      likelihood: `Likelihood makes the data as likely as it can, and is highest at their own spread <i>s</i> = ${number(michelson.s)} (the cross).`,
    }[objective];
    const drawn = this.rule(objective).pathwise;
    if (steps === 0) {
      const ways = drawn ? `: one ball descends exactly, ${PAIRS} with the trick and ${PAIRS} without it` : "";
      const press = STILL ? `Jump to step ${this.next}` : "Run";
      return `${where} Drag the ball to where it shall start and press ${press}${ways}.`;
    }
    const so = `${where} After ${number(steps, 0)} steps the exact descent is at <i>σ</i> = ${number(exact.sigma, 3)}`;
    if (!drawn) return `${so}. No draw of <i>y</i> enters, so there is nothing to differentiate through noise.`;
    const group = ({there, sigma}) => there === 0 ? `all ${PAIRS} balls have run away`
      : `${there === PAIRS ? "" : `${PAIRS - there} of ${PAIRS} balls have run away, and `}the median <i>σ</i> is ${number(sigma, 3)}`;
    return `${so}. With the trick ${group(pathwise)}; without it ${group(scores)}. A step takes ${DRAWS} draws.`;
  }

  rule(objective) {
    return objectives[objective];
  }

  /** What is drawn in it ends a little before the frame, so that no contour runs along it. */
  window(svg, name, [left, right], [top, bottom]) {
    svg.append("clipPath").attr("id", name).append("rect").attr("x", left).attr("y", top + 1)
      .attr("width", right - left - 1).attr("height", bottom - top - 2);
    return svg.append("g").attr("clip-path", `url(#${name})`);
  }

  /** The level lines of an objective as paths. */
  linesOf(objective, x, up) {
    const {value} = this.rule(objective);
    const values = range(GRID * GRID).map(cell => {
      const mu = MU[0] + (MU[1] - MU[0]) * (cell % GRID + 0.5) / GRID;
      const sigma = SIGMA[0] + (SIGMA[1] - SIGMA[0]) * (Math.floor(cell / GRID) + 0.5) / GRID;
      return value({...michelson, sigma, delta: mu - michelson.xbar});
    });
    const lowest = Math.min(...values);
    const scale = value({...michelson, sigma: 1.2, delta: 0.6}) - lowest;
    const levels = [0.01, 0.03, 0.1, 0.25, 0.5, 1, 2, 4].map(part => lowest + part * scale);
    const onMap = shape => `M${shape.map(([column, row]) => [
      x(MU[0] + (MU[1] - MU[0]) * column / GRID), up(SIGMA[0] + (SIGMA[1] - SIGMA[0]) * row / GRID)]).join("L")}Z`;
    return contours().size([GRID, GRID]).thresholds(levels)(values)
      .map(level => level.coordinates.flat().map(onMap).join(""));
  }

  drawMap(objective) {
    const svg = this.find(".map");
    const [wide, high] = [svg.wide, 260];
    const [left, bottom, top] = [34, 34, 20];
    const x = scaleLinear(MU, [left, wide - 12]);
    const up = scaleLinear(SIGMA, [high - bottom, top]);
    const map = canvas(svg, high);
    map.append("g").attr("class", "axis").attr("transform", `translate(0,${high - bottom})`).call(axisBottom(x).ticks(5));
    map.append("g").attr("class", "axis").attr("transform", `translate(${left},0)`).call(axisLeft(up).ticks(4));
    map.append("text").attr("class", "variable").attr("x", wide - 6).attr("y", high - 4).attr("text-anchor", "end").text("μ");
    map.append("text").attr("class", "variable").attr("x", left - 4).attr("y", 11).text("σ");
    const inside = this.window(map, "map", [left, wide - 12], [top, high - bottom]);
    const drawn = `${objective} ${wide}`; // what the contours follow from: dials and steps do not move them
    if (this.contoured !== drawn) this.levels = this.linesOf(objective, x, up);
    this.contoured = drawn;
    inside.append("g").attr("class", "contours").selectAll("path").data(this.levels).join("path")
      .attr("d", path => path).attr("fill", "none")
      .attr("stroke", "currentColor").attr("stroke-opacity", 0.3);
    for (const kind of ["score_function", "pathwise", "exact"]) {
      for (const ball of this.descent.balls[kind]) {
        inside.append("path").attr("d", line(([, mu]) => x(mu), ([, , sigma]) => up(sigma))([...ball.trail, [0, ball.mu, ball.sigma]]))
          .attr("fill", "none").attr("stroke", colors[kind]).attr("stroke-opacity", kind === "exact" ? 1 : 0.25);
      }
    }
    for (const kind of ["score_function", "pathwise", "exact"]) {
      inside.append("g").attr("class", kind).selectAll("path").data(this.descent.balls[kind]).join("path")
        .attr("transform", ball => `translate(${x(ball.mu)},${up(ball.sigma)})`)
        .attr("d", ball => ball.lost ? "M-4,-4L4,4M-4,4L4,-4" : "M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0")
        .attr("fill", colors[kind]).attr("stroke", colors[kind]).attr("stroke-width", 1.5);
    }
    const lowest = [x(michelson.xbar), up(OBJECTIVES[objective].lowest)];
    map.append("path").attr("class", "lowest").attr("transform", `translate(${lowest})`).attr("d", "M-6,-6L6,6M-6,6L6,-6")
      .attr("stroke", "currentColor").attr("stroke-width", 2);
    const within = ([low, high], value) => Math.round(20 * Math.min(high, Math.max(low, value))) / 20;
    handle(svg, [x(this.state.mu), up(this.state.sigma)], ([across, down]) => {
      this.change({mu: within(MU, x.invert(across)), sigma: within([0.05, SIGMA[1]], up.invert(down))});
    }, false).attr("fill", "currentColor").attr("fill-opacity", 0.15);
  }

  drawClock(objective, start) {
    const svg = this.find(".clock");
    const [wide, high] = [svg.wide, 260];
    const [left, bottom, top] = [40, 34, 20];
    const x = scaleLog([1, LAST], [left, wide - 12]);
    const ends = [start, OBJECTIVES[objective].lowest];
    const domain = ends[1] === 0 ? [0.005, 5] : [Math.min(...ends) / 3, 3 * Math.max(...ends)]; // logarithmic: never to 0
    const up = scaleLog(domain, [high - bottom, top]);
    const clock = canvas(svg, high);
    clock.append("g").attr("class", "axis").attr("transform", `translate(0,${high - bottom})`).call(axisBottom(x).ticks(5, "~s"));
    clock.append("g").attr("class", "axis").attr("transform", `translate(${left},0)`).call(axisLeft(up).ticks(4, "~g"));
    clock.append("text").attr("x", wide - 6).attr("y", high - 4).attr("text-anchor", "end").text("step");
    clock.append("text").attr("class", "variable").attr("x", left - 4).attr("y", 11).text("σ");
    const inside = this.window(clock, "clock", [left, wide - 12], [top, high - bottom]);
    for (const kind of ["score_function", "pathwise", "exact"]) {
      for (const ball of this.descent.balls[kind]) {
        const places = ball.trail.filter(([step]) => step > 0);
        inside.append("path").attr("d", line(([step]) => x(step), ([, , sigma]) => up(sigma))(places)).attr("fill", "none")
          .attr("stroke", colors[kind]).attr("stroke-opacity", kind === "exact" ? 1 : 0.4).attr("stroke-width", kind === "exact" ? 2 : 1);
        if (ball.lost && places.length) {
          const [step, , sigma] = places.at(-1);
          inside.append("path").attr("transform", `translate(${x(step)},${up(sigma)})`).attr("d", "M-4,-4L4,4M-4,4L4,-4")
            .attr("stroke", colors[kind]).attr("stroke-width", 1.5);
        }
      }
    }
    for (const [i, [kind, label]] of [["exact", "exact"], ["pathwise", "with the trick"], ["score_function", "without it"]].entries()) {
      if (!this.descent.balls[kind].length) continue;
      clock.append("circle").attr("cx", left + 12).attr("cy", high - bottom - 52 + 17 * i).attr("r", 4).attr("fill", colors[kind]);
      clock.append("text").attr("x", left + 22).attr("y", high - bottom - 48 + 17 * i).text(label);
    }
  }
}
