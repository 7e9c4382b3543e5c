// What all figures that move share: controls, size, link, words for screen readers.

import {randomLcg, randomNormal} from "d3-random";

const STYLE = `
:host {display: block; container-type: inline-size; margin: 1.5rem 0; font-size: 0.9rem; line-height: 1.4}
svg {display: block; width: 100%; overflow: visible; font: inherit}
th svg {display: inline; width: 26px}
svg text {fill: currentColor; font-size: 13px}
svg .axis path, svg .axis line {stroke: currentColor; opacity: 0.6}
svg .variable {font-style: italic}
svg.node {max-width: 430px; margin: 0 auto 0.6rem}
svg .handle {cursor: grab; touch-action: none}
.controls {display: grid; gap: 0.4rem 1.5rem; grid-template-columns: 1fr 1fr; align-items: center; margin-bottom: 0.8rem}
.controls label {display: flex; align-items: center; gap: 0.6rem; min-height: 2rem}
.controls label > span:first-child {flex: none; min-width: 5.5em}
.controls input[type=range] {flex: 1; min-width: 0; accent-color: #0072b2}
.choices {display: flex; flex-wrap: wrap; gap: 0 1rem}
.choices label {gap: 0.3rem}
input[type=text] {flex: 1; min-width: 0; font: inherit; color: inherit; background: none; border: 1px solid currentColor;
  border-radius: 4px; padding: 0.3rem 0.5rem}
input[type=radio] {accent-color: #0072b2}
.buttons {margin: 0 0 0.6rem; display: flex; flex-wrap: wrap; gap: 0.5rem}
button[hidden] {display: none}
button {font: inherit; color: inherit; background: none; border: 1px solid currentColor; border-radius: 4px;
  padding: 0.3rem 0.8rem; cursor: pointer; justify-self: start}
:is(button, input, .handle):focus-visible {outline: 3px solid #0072b2; outline-offset: 2px}
.beside {display: grid; grid-template-columns: 1fr 1fr; gap: 0.8rem 1.5rem}
table {border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums}
td:first-of-type {padding-left: 0}
th, td {text-align: right; padding: 0.15rem 0.5rem; font-weight: normal}
th:first-child {text-align: left; padding-left: 0}
thead th {border-bottom: 1px solid currentColor}
.summary {margin: 0.6rem 0 0}
.announced {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
.picture {display: none}
@container (width < 480px) {.controls, .beside {grid-template-columns: 1fr}}
@media print {.controls, .moving, .summary, .announced {display: none} .picture {display: block}}
`;

/** A figure that a reader moves. A subclass says with what (`controls`), and draws (`draw`). */
export class Explorable extends HTMLElement {
  static controls = [];
  static body = "";

  connectedCallback() {
    if (this.shadowRoot) return;
    const controls = this.constructor.controls;
    this.state = Object.fromEntries(controls.map(control => [control.name, control.start]));
    const root = this.attachShadow({mode: "open"});
    root.innerHTML = `<style>${STYLE}</style>
      <div class="controls">${controls.map(markup).join("")}</div>
      <div class="moving">${this.constructor.body}</div>
      <p class="summary"></p><div class="announced" role="status"></div>
      <div class="picture"><slot></slot></div>`;
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
    if (this.width) this.find(".summary").innerHTML = this.draw(this.state, this.width);
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
