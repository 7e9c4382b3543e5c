// Hold the noise: with fresh noise the loss of one draw is dust, with held noise a curve.

import {range} from "d3-array";
import {axisBottom, axisLeft} from "d3-axis";
import {scaleLinear} from "d3-scale";
import {select} from "d3-selection";
import {line} from "d3-shape";

import {Explorable, SQUARES, canvas, colors, handle, noise, number, polynomial} from "./explorable.js";
import {expectedLoss, gradient, known, loss, path, pathwise} from "./formulas.js";

const DIALS = {mu: {symbol: "μ", domain: [-2, 6]}, sigma: {symbol: "σ", domain: [0.1, 4]}};
const TOP = 400;
const DOTS = 300;
const START = 14; // the seed of a draw that is neither typical nor rare, and the next one is of the other sign

export class HoldTheNoise extends Explorable {
  static about = SQUARES;

  static controls = [
    {name: "mu", label: "mu", symbol: "μ", range: DIALS.mu.domain, step: 0.05, start: 1},
    {name: "sigma", label: "sigma", symbol: "σ", range: DIALS.sigma.domain, step: 0.05, start: 2},
    {name: "noise", label: "noise", choices: {fresh: "fresh noise", held: "held noise"}, start: "fresh"},
    {name: "dial", label: "which dial to turn", choices: {mu: "turn <i>μ</i>", sigma: "turn <i>σ</i>"}, start: "mu"},
    {name: "draw", label: "Draw again", start: START},
  ];

  static body = `
    <svg class="node" viewBox="0 0 430 124" role="img" aria-label="the node and the way back of the derivative"></svg>
    <svg class="chart" role="img" aria-label="loss of one draw along the dial"></svg>`;

  draw({mu, sigma, noise: kind, dial, draw}) {
    const {symbol, domain} = DIALS[dial];
    const held = kind === "held";
    const normal = noise(draw);
    const first = normal();
    const theta = {mu, sigma, ...known};
    const answer = (at, epsilon) => {
      const y = path({...theta, [dial]: at, epsilon});
      return loss({y, ...known});
    };
    const at = theta[dial];
    const positions = range(DOTS).map(i => domain[0] + (domain[1] - domain[0]) * i / (DOTS - 1));
    const noises = positions.map(() => held ? first : normal());
    const points = positions.map((at, i) => [at, answer(at, noises[i])]);
    const here = Math.round((at - domain[0]) / (domain[1] - domain[0]) * (DOTS - 1));
    const epsilon = noises[here];
    const y = path({...theta, epsilon});
    const paid = loss({y, ...known});

    const svg = this.find(".chart"), width = svg.wide;
    const height = Math.min(300, 0.6 * width + 60);
    const margin = {left: 44, right: 12, top: 10, bottom: 40};
    const x = scaleLinear(domain, [margin.left, width - margin.right]);
    const up = scaleLinear([0, TOP], [height - margin.bottom, margin.top]);
    const chart = canvas(svg, height);
    chart.append("g").attr("class", "axis").attr("transform", `translate(0,${height - margin.bottom})`)
      .call(axisBottom(x).ticks(8));
    chart.append("g").attr("class", "axis").attr("transform", `translate(${margin.left},0)`)
      .call(axisLeft(up).ticks(4));
    chart.append("text").attr("class", "variable").attr("x", x(domain[1])).attr("y", height - 6)
      .attr("text-anchor", "end").text(symbol);
    chart.append("text").attr("x", margin.left + 8).attr("y", margin.top + 6).text("loss of one draw");

    const inside = ([, value]) => value <= TOP;
    const curve = line(([at]) => x(at), ([, value]) => up(value)).defined(inside);
    const averages = positions.filter((at, i) => i % 4 === 0 || i === DOTS - 1).map(at => {
      const there = {...theta, [dial]: at};
      return [at, expectedLoss({...there, delta: there.mu - known.xbar})];
    });
    chart.append("path").attr("class", "expected").attr("d", curve(averages)).attr("fill", "none")
      .attr("stroke", colors.exact).attr("stroke-width", 1.5).attr("stroke-dasharray", "6 3");
    if (held) {
      chart.append("path").attr("class", "curve").attr("d", curve(points)).attr("fill", "none")
        .attr("stroke", colors.pathwise).attr("stroke-width", 2);
    } else {
      // One path of dots: hundreds of circles would take a browser longer than a frame.
      const dots = points.filter(inside).map(([at, value]) => `M${x(at).toFixed(1)},${up(value).toFixed(1)}h0`);
      chart.append("path").attr("class", "dust").attr("d", dots.join("")).attr("stroke", colors.data)
        .attr("stroke-width", 3.2).attr("stroke-linecap", "round");
      const above = DOTS - dots.length;
      if (above) chart.append("text").attr("x", width - margin.right).attr("y", margin.top + 6).attr("text-anchor", "end").text(`↑ ${above} more`);
    }

    const [last, average] = averages.at(-1);
    chart.append("text").attr("class", "variable").attr("x", x(last)).attr("y", up(average) - 6).attr("text-anchor", "end").text("E f");

    const exact = gradient({...theta, delta: mu - known.xbar});
    const powers = [1, epsilon, epsilon ** 2];
    const slopes = pathwise({...theta, delta: mu - known.xbar}).map(terms => polynomial(terms, powers));
    const slope = slopes[dial === "mu" ? 0 : 1];
    if (held) {
      const [low, high] = domain.map(end => [end, paid + slope * (end - at)]);
      chart.append("clipPath").attr("id", "inside").append("rect").attr("x", margin.left).attr("y", margin.top)
        .attr("width", width - margin.left - margin.right).attr("height", height - margin.top - margin.bottom);
      chart.append("path").attr("class", "tangent").attr("d", line(([at]) => x(at), ([, value]) => up(value))([low, high]))
        .attr("clip-path", "url(#inside)").attr("stroke", "currentColor").attr("stroke-width", 1);
    }
    handle(svg, [x(at), up(Math.min(paid, TOP))], ([across]) => {
      const value = Math.min(domain[1], Math.max(domain[0], x.invert(across)));
      this.change({[dial]: Math.round(value * 20) / 20});
    }).attr("fill", held ? colors.pathwise : colors.data);

    this.drawNode(held, y, slopes);
    this.numbers = {y, loss: paid, slopes, exact, epsilon};
    const where = `<i>μ</i> = ${number(mu)}, <i>σ</i> = ${number(sigma)}: the draw <i>y</i> = ${number(y)} costs ${number(paid, 0)}.`;
    return held
      ? `${where} The noise <i>ε</i> = ${number(epsilon)} stays, so the loss is a curve. Its slope is ${number(slopes[0], 1)} in
        <i>μ</i> and ${number(slopes[1], 1)} in <i>σ</i>. One draw may even have the wrong sign; averaged over the noise, the slopes are
        ${number(exact[0], 1)} and ${number(exact[1], 1)}, those of the average <i>E&nbsp;f</i> (dashed).`
      : `${where} Every position of the dial draws anew, so the loss is dust: the next position along <i>${symbol}</i> costs
        ${number((points[here + 1] ?? points[here - 1])[1], 0)}. Nothing says how <i>y</i> moves with a
        dial, and the derivative stops at the box. Dust has no slope, but its average <i>E&nbsp;f</i> (dashed) has one.`;
  }

  drawNode(held, y, [inMu, inSigma]) {
    const node = select(this.find(".node"));
    node.selectAll("*").remove();
    const text = (x, y, words, style = "") => node.append("text").attr("x", x).attr("y", y)
      .attr("text-anchor", "middle").attr("class", style).style("font-size", "15px").text(words);
    const arrow = (points, back = false) => {
      const [[x0, y0], [x1, y1]] = points.slice(-2);
      const angle = Math.atan2(y1 - y0, x1 - x0);
      const wing = turn => [x1 - 8 * Math.cos(angle + turn), y1 - 8 * Math.sin(angle + turn)];
      const stroke = (path, dash) => node.append("path").attr("d", path).attr("class", back ? "back" : "forth").attr("fill", "none")
        .attr("stroke", back ? colors.pathwise : "currentColor").attr("stroke-width", back ? 2.5 : 1.2).attr("stroke-dasharray", dash);
      stroke(`M${points.join("L")}`, back ? "5 3" : null);
      stroke(`M${wing(0.4)}L${x1},${y1}L${wing(-0.4)}`, null);
    };
    node.append("rect").attr("x", 90).attr("y", 6).attr("width", 130).attr("height", 106).attr("rx", 6)
      .attr("fill", "currentColor").attr("fill-opacity", held ? 0.05 : 0.25).attr("stroke", "currentColor");
    text(20, 35, "μ", "variable");
    text(20, 95, "σ", "variable");
    text(270, 35, "y", "variable");
    text(395, 35, "f(y)", "variable");
    arrow([[284, 26], [370, 26]]);
    arrow([[370, 44], [284, 44]], true);
    text(327, 64, "f ′(y)", "variable");
    if (held) {
      text(195, 35, "+");
      text(135, 95, "×");
      text(195, 104, "ε", "variable");
      arrow([[32, 26], [183, 26]]);
      arrow([[205, 26], [258, 26]]);
      arrow([[32, 86], [124, 86]]);
      arrow([[186, 99], [148, 99]]);
      arrow([[139, 77], [186, 40]]);
      arrow([[258, 44], [209, 44]], true);
      arrow([[168, 44], [32, 44]], true);
      arrow([[198, 48], [149, 87]], true);
      arrow([[124, 101], [32, 101]], true);
      text(60, 60, "· 1");
      text(60, 121, "· ε", "variable");
      text(327, 95, `∂f/∂μ = ${number(inMu, 1)}`).attr("class", "variable");
      text(327, 113, `∂f/∂σ = ${number(inSigma, 1)}`).attr("class", "variable");
    } else {
      text(155, 64, "draws y");
      arrow([[32, 30], [88, 30]]);
      arrow([[32, 90], [88, 90]]);
      arrow([[222, 26], [258, 26]]);
      arrow([[258, 44], [224, 44]], true);
      text(327, 95, "∂f/∂μ = ?", "variable");
      text(327, 113, "∂f/∂σ = ?", "variable");
    }
  }
}
