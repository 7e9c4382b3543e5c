// What all figures that move share: controls, size, link, words for screen readers.

import {drag} from "d3-drag";
import {randomLcg, randomNormal} from "d3-random";
import {select} from "d3-selection";

import {colors as palette} from "./formulas.js";

/** The book's colors, nearer to that of the text: darker on a light page, lighter on a dark one. */
export const colors = Object.fromEntries(
  Object.entries(palette).map(([kind, color]) => [kind, `color-mix(in srgb, ${color} 80%, currentColor)`]));

const STYLE = `
:host {display: block; container-type: inline-size; margin: 1.5rem 0; padding: 0 6px; font-size: 0.9rem; line-height: 1.4}
::slotted(p) {margin: 0 0 0.6rem !important; font-weight: 600}
svg {display: block; width: 100%; overflow: visible; font: inherit; user-select: none; -webkit-user-select: none}
:is(th, .key) svg {display: inline; width: 26px; vertical-align: middle}
svg text {fill: currentColor; font-size: 13px}
svg .axis path, svg .axis line {stroke: currentColor; opacity: 0.6}
svg .variable {font-style: italic}
.chart .variable {paint-order: stroke; stroke: var(--pst-color-background, var(--jp-layout-color0, Canvas)); stroke-width: 6px} /* on dots and lines */
svg.node {max-width: 430px; margin: 0 auto 0.6rem}
svg .handle {cursor: grab; touch-action: none}
svg .handle .reach {fill: transparent}
.about {margin: 0 0 0.8rem}
.about span {white-space: nowrap}
.controls {display: grid; gap: 0.4rem 1.5rem; grid-template-columns: 1fr 1fr; align-items: center; margin-bottom: 0.8rem}
.controls label {display: flex; align-items: center; gap: 0.6rem; min-height: 2rem}
.controls label > span:first-child {flex: none; min-width: 5.5em}
.controls input[type=range] {flex: 1; min-width: 0}
.choices:has(label:nth-of-type(3)) {grid-column: 1 / -1}
.choices {display: flex; flex-wrap: wrap; gap: 0 1rem}
.choices label {gap: 0.3rem}
input[type=text] {flex: 1; min-width: 0; font: inherit; color: inherit; background: none; border: 1px solid currentColor;
  border-radius: 4px; padding: 0.3rem 0.5rem}
input {color: inherit; accent-color: color-mix(in srgb, ${palette.pathwise} 60%, currentColor)} /* a darker one makes tracks white in the dark */
.buttons {margin: 0 0 0.8rem; display: flex; flex-wrap: wrap; gap: 0.5rem}
.key {margin: 0.4rem 0; display: flex; flex-wrap: wrap; gap: 0 1.2rem}
button[hidden] {display: none}
button {font: inherit; color: inherit; background: none; border: 1px solid currentColor; border-radius: 4px;
  padding: 0.3rem 0.8rem; cursor: pointer; justify-self: start}
:is(button, input, .handle):focus-visible {outline: 3px solid ${colors.pathwise}; outline-offset: 1px}
.beside {display: grid; grid-template-columns: 1fr 1fr; gap: 0.8rem 1.5rem}
table {border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums}
td:first-of-type {padding-left: 0}
th, td {text-align: right; padding: 0.15rem 0 0.15rem 0.4rem; font-weight: normal}
th:first-child {text-align: left; padding-left: 0; white-space: nowrap}
thead th {border-bottom: 1px solid currentColor}
.summary {margin: 0.6rem 0 0}
.announced {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
@container (width < 480px) {.controls, .beside {grid-template-columns: 1fr}}
@media print {.controls, .buttons, .announced {display: none} .beside {grid-template-columns: 1fr 1fr} svg, p {break-inside: avoid}}
`;

/** A figure that a reader moves. A subclass says of what (`about`) and with what (`controls`), and draws (`draw`). */
export class Explorable extends HTMLElement {
  static about = "";
  static controls = [];
  static body = "";

  connectedCallback() {
    if (this.shadowRoot) return;
    const {about, controls, body} = this.constructor;
    this.state = Object.fromEntries(controls.map(control => [control.name, control.start]));
    const root = this.attachShadow({mode: "open"});
    root.innerHTML = `<style>${STYLE}</style><slot></slot>
      <p class="about">The trick: a draw is noise <i>ε</i> that the dials move, <span><i>y</i> = <i>μ</i> + <i>σε</i></span>. ${about}</p>
      <div class="controls">${controls.map(markup).join("")}</div>
      <div class="moving">${body}</div>
      <p class="summary"></p><div class="announced" role="status"></div>`;
    for (const control of controls) this.listen(control);
    this.width = 0;
    new ResizeObserver(() => {
      if (Math.abs(this.clientWidth - this.width) > 1) this.redraw();
    }).observe(this);
    addEventListener("hashchange", () => this.readLink());
    if (!this.readLink()) this.redraw();
  }

  get name() {
    return this.localName.slice("rpt-".length);
  }

  find(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  listen(control) {
    for (const input of this.shadowRoot.querySelectorAll(`[name=${control.name}]`)) {
      const event = {button: "click", text: "change"}[input.type] ?? "input";
      input.addEventListener(event, () => this.change({
        [control.name]: input.type === "range" ? control.values?.[input.value] ?? Number(input.value)
          : input.type === "button" ? this.state[control.name] + 1 : input.value,
      }));
    }
  }

  /** Move what the reader moved, and offer a link to it. */
  change(changes) {
    Object.assign(this.state, changes);
    this.redraw();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.find(".announced").textContent = this.find(".summary").textContent;
      history.replaceState(null, "", `#${this.name}?${new URLSearchParams(this.state)}`);
    }, 900);
  }

  readLink() {
    const [name, query] = decodeURI(location.hash.slice(1)).split("?");
    if (name !== this.name || !query) return false;
    for (const [key, value] of new URLSearchParams(query)) {
      const control = this.constructor.controls.find(({name}) => name === key);
      const read = control && allowed(control, value);
      if (read !== undefined) this.state[key] = read;
    }
    this.redraw();
    this.scrollIntoView({block: "center"});
    return true;
  }

  redraw() {
    this.width = this.clientWidth;
    // Read before anything is written: a browser lays the page out anew for each width that it is asked for in between.
    for (const svg of this.shadowRoot.querySelectorAll(".moving svg")) svg.wide = svg.clientWidth;
    for (const {name, label, values, digits} of this.constructor.controls) {
      const value = this.state[name];
      for (const input of this.shadowRoot.querySelectorAll(`[name=${name}]`)) {
        if (input.type === "range") {
          input.value = values ? values.indexOf(value) : value;
          input.setAttribute("aria-valuetext", `${label} ${number(value, digits)}`);
          input.previousElementSibling.lastElementChild.textContent = number(value, digits);
        } else if (input.type === "radio") {
          input.checked = input.value === value;
        } else if (input.type === "text") {
          input.value = value;
        }
      }
    }
    if (this.width) this.find(".summary").innerHTML = this.draw(this.state);
  }
}

function markup({name, label, symbol, range, values, step, choices, text}) {
  if (!label) return ""; // moved by the figure itself
  if (choices) {
    const radios = Object.entries(choices).map(
      ([value, text]) => `<label><input type="radio" name="${name}" value="${value}"><span>${text}</span></label>`);
    return `<div class="choices" role="radiogroup" aria-label="${label}">${radios.join("")}</div>`;
  }
  if (text) return `<label><span><i>${symbol}</i> =</span><input type="text" name="${name}" aria-label="${label}" spellcheck="false"></label>`;
  if (!range && !values) return `<button type="button" name="${name}">${label}</button>`;
  const [low, high] = range ?? [0, values.length - 1];
  return `<label><span><i>${symbol}</i> = <span></span></span><input type="range" name="${name}"
    min="${low}" max="${high}" step="${step ?? 1}" aria-label="${label}"></label>`;
}

/** What a link says, if a control could have said it. */
function allowed({range, values, choices, text: words}, text) {
  if (words) return text.slice(0, 200);
  if (choices) return text in choices ? text : undefined;
  const value = Number(text);
  if (values) return values.includes(value) ? value : undefined;
  if (range) return value >= range[0] && value <= range[1] ? value : undefined;
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Clear a chart, except for its handle: what a finger touched has to stay while it moves. */
export function canvas(svg, height) {
  const chart = select(svg).attr("height", height).style("visibility", height ? null : "hidden");
  chart.selectChildren(".drawn").remove();
  return chart.insert("g", ":first-child").attr("class", "drawn");
}

/** Put the handle of a chart to its place, and say where a reader drags it. A mouse may press on the chart `anywhere`. */
export function handle(svg, [x, y], moved, anywhere = true) {
  svg.moved = moved;
  let grip = svg.querySelector(".handle");
  if (!grip) {
    grip = select(svg).append("g").attr("class", "handle").node();
    select(grip).append("circle").attr("class", "reach").attr("r", 20);
    select(grip).append("circle").attr("class", "knob").attr("r", 8).attr("stroke", "currentColor");
    const target = select(anywhere ? svg : grip);
    target.call(drag().container(svg).subject(({x, y}) => ({x, y}))
      .filter(event => !event.button && !event.ctrlKey && (!event.touches || grip.contains(event.target)))
      .on("start drag", event => svg.moved([event.x, event.y])));
    target.style("touch-action", null); // beside the handle a finger scrolls the page
  }
  return select(grip).attr("transform", `translate(${x},${y})`).select(".knob");
}

/** The line of a color in a key. */
export function stroke(color, dash = "none") {
  return `<svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path d="M0,4H26" stroke="${color}" stroke-width="3"
    stroke-dasharray="${dash}"/></svg>`;
}

/** The loss of the figures that have one and the same. */
export const SQUARES = "Its loss <i>f</i> is the sum of its squared distances to ten data points.";
export const WITHOUT = "Without it a draw stays where it is, and the dials change how likely it is.";

export function number(value, digits = 2) {
  if (Math.abs(value) < 0.5 / 10 ** digits) value = 0; // no minus before a zero
  const text = Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(digits);
  return text.replace("-", "−");
}

/** Standard Normal noise: the same seed, the same numbers. */
export function noise(seed) {
  return randomNormal.source(randomLcg((seed + 0.5) / 2 ** 20))();
}

export function polynomial(coefficients, powers) {
  return coefficients.reduce((sum, coefficient, k) => sum + coefficient * powers[k], 0);
}
