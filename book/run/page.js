// A page whose cells are edited and run: loaded when a reader asks for it.
import katex from "katex";

import {paint} from "./paint.js";

const here = new URL(".", import.meta.url).href;
const MOST = 200_000; // characters of one cell's output
const HELP = "Shift+Enter runs a cell and goes to the next. Tab indents; Escape and then Tab leaves the code.";

let status;
let stop;
let worker = null;
let python = "none"; // or "loading", "ready"
let cells = [];
let queue = []; // the cells to run, the first of which is running
let started = 0;
let complete = true; // or some packages are missing here

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const button = (text, action, label = text) => {
  const element = make("button", {type: "button", className: "run-button", textContent: text, onclick: action});
  if (label !== text) element.setAttribute("aria-label", label);
  return element;
};

// What Python is asked and what it answers.

function startPython() {
  python = "loading";
  worker = new Worker(`${here}worker.js`, {type: "module"});
  worker.onmessage = ({data}) => hear(data);
  worker.onerror = event => {
    event.preventDefault();
    giveUp(event.message ?? "its files are not there, or the browser is too old");
  };
  worker.postMessage({source: cells[0].editor.value}); // so that all it needs is there before it is run
}

function endPython(message) {
  worker?.terminate();
  worker = null;
  python = "none";
  const [running] = queue;
  queue = [];
  for (const cell of cells) {
    cell.ran = false;
    cell.settle();
  }
  if (running) running.say("stopped");
  stop.disabled = true;
  status.textContent = message;
}

const giveUp = reason =>
  endPython(`Python could not go on: ${reason}. Run a cell to start it again, or take the download, which runs without a browser.`);

function hear(message) {
  const [cell] = queue;
  if ("received" in message) {
    const {received, wanted} = message;
    const done = Math.min(received, wanted) / 1e6;
    const text = `Loading Python: ${done.toFixed(0)} of ${(wanted / 1e6).toFixed(0)} MB`;
    if (status.textContent !== text) status.textContent = text;
  } else if (message.ready) {
    python = "ready";
    complete = message.complete;
    if (!cell) status.textContent = "Python is ready.";
  } else if (message.running) {
    started = performance.now();
    status.textContent = `Cell ${cell.number} is running.`;
    cell.say("running");
    cell.clear();
  } else if (message.kind) {
    cell.show(message.kind, message.text);
  } else if (message.done) {
    finish(cell, message.failed);
  } else if (message.broken) {
    giveUp(message.broken);
  }
}

function finish(cell, failed) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  cell.ran = !failed;
  cell.settle();
  queue.shift();
  const above = cells.slice(0, cell.number - 1);
  if (failed === "NameError" && above.some(other => !other.ran)) {
    cell.show("note", "Does a cell above define it? “Run all above and this” runs them first.");
  }
  cell.say(failed ? `ended with a ${failed}` : `ran in ${seconds} s`);
  status.textContent = failed ? `Cell ${cell.number} ended with a ${failed}.` : `Cell ${cell.number} ran in ${seconds} s.`;
  if (failed && complete) { // else some have to fail, and the others go on
    for (const waiting of queue.splice(0)) {
      waiting.settle();
      waiting.say("");
    }
  }
  dispatchEvent(new Event("resize")); // what is wider than its box can now be reached by keys
  next();
}

function next() {
  const [cell] = queue;
  stop.disabled = !cell;
  if (!cell) return;
  if (python === "none") startPython();
  worker.postMessage({source: cell.editor.value, name: `cell ${cell.number}`});
}

function run(wanted) {
  const fresh = wanted.filter(cell => !queue.includes(cell));
  const idle = !queue.length;
  for (const cell of fresh) cell.wait();
  queue.push(...fresh);
  if (idle) next();
}

// A cell: its editor, its buttons, its outputs.

class Cell {
  constructor(box, number, input) {
    const code = input.querySelector("pre");
    this.number = number;
    this.original = code.textContent.replace(/\n$/, "");
    this.editor = make("textarea", {
      className: "run-editor",
      value: this.original,
      spellcheck: false,
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
    });
    this.editor.setAttribute("aria-label", `Code of cell ${number}`);
    this.editor.setAttribute("aria-describedby", "run-help");
    this.editor.addEventListener("keydown", event => this.press(event));
    this.editor.addEventListener("input", () => this.edited());
    this.editor.addEventListener("scroll", () => {
      this.painted.scrollLeft = this.editor.scrollLeft;
    });
    // The code in its colors stays, and gives the editor above it its height.
    input.querySelector(".copybtn")?.remove();
    this.painted = make("div", {className: "run-painted", ariaHidden: "true"}, ...code.childNodes);
    code.parentElement.classList.add("run-code");
    code.replaceWith(this.painted, this.editor);
    this.editor.setSelectionRange(0, 0);

    this.runs = button("Run", () => run([this]), `Run cell ${number}`);
    this.runsAll = button(
      "Run all above and this", () => run(cells.slice(0, number)), `Run all above and this, cell ${number}`);
    this.restores = button("Original code", () => this.restore(), `Original code of cell ${number}`);
    this.said = make("span", {className: "run-said"});
    const tools = make("div", {className: "run-tools"}, this.runs, this.runsAll, this.restores, this.said);
    this.runsAll.hidden = number === 1;

    this.output = box.querySelector(".cell_output") ?? make("div", {className: "cell_output docutils container"});
    this.figures = [...this.output.querySelectorAll("img")].map(image => image.closest("figure") ?? image);
    this.restores.hidden = true;
    (input.closest("details") ?? input).after(tools, this.output);
    this.say("");
  }

  say(text) {
    this.said.textContent = `Cell ${this.number}${text && ": "}${text}`;
  }

  edited() {
    paint(this.painted, this.editor.value);
    this.restores.hidden = this.editor.value === this.original;
  }

  restore() {
    this.editor.value = this.original;
    this.edited();
    this.editor.focus();
  }

  wait() {
    this.runs.disabled = true;
    this.say("waits");
  }

  settle() {
    this.runs.disabled = false;
    this.output.style.minHeight = "";
  }

  clear() {
    this.output.style.minHeight = `${this.output.offsetHeight}px`; // the text below stays where it is
    this.output.replaceChildren();
    this.shown = 0;
    this.drawn = 0;
  }

  show(kind, text) {
    this.shown += kind === "svg" ? 0 : text.length;
    if (this.shown > MOST) {
      if (this.shown - text.length <= MOST) this.output.append(make("p", {textContent: "The rest of this output is not shown."}));
    } else if (kind === "svg") {
      this.output.append(this.figure(text));
    } else if (kind === "html" || kind === "latex") {
      const box = make("div", {className: kind === "html" ? "output text_html" : "output text_latex math notranslate"});
      box.innerHTML = kind === "html" ? withFormulas(text) : formula(text.replace(/^\$+|\$+$/g, ""), true);
      this.output.append(box);
    } else if (kind === "note") {
      this.output.append(make("p", {textContent: text}));
    } else {
      const name = {stdout: "stream", stderr: "stream stderr", error: "traceback"}[kind] ?? "text_plain";
      let pre = this.output.lastElementChild?.className.startsWith(`output ${name} `) && this.output.lastElementChild.querySelector("pre");
      if (!pre || kind === "text") {
        pre = make("pre");
        this.output.append(make("div", {className: `output ${name} notranslate`}, make("div", {className: "highlight"}, pre)));
      }
      pre.append(text);
    }
  }

  // In its old place, with its caption; what was written about it may no longer hold once the code is another.
  figure(svg) {
    const old = this.figures[this.drawn++];
    const image = (old?.tagName === "IMG" ? old : old?.querySelector("img")) ?? new Image();
    const same = old && this.editor.value === this.original;
    image.removeAttribute("width");
    image.removeAttribute("height");
    image.loading = "eager";
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    if (!image.dataset.alt) image.dataset.alt = image.alt;
    image.alt = same ? image.dataset.alt : `Figure that the edited code of cell ${this.number} drew`;
    const caption = old?.querySelector("figcaption");
    if (caption) caption.hidden = !same;
    return old ?? image;
  }

  press(event) {
    const {editor} = this;
    const {selectionStart: start, selectionEnd: end, value} = editor;
    const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run([this]);
      if (event.shiftKey) (cells[this.number] ?? this).reach();
    } else if (event.key === "Enter") {
      event.preventDefault();
      insert(`\n${/^ */.exec(line)[0]}${/:\s*$/.test(line) ? "    " : ""}`);
    } else if (event.key === "Tab" && !this.leaving && !event.shiftKey) {
      event.preventDefault();
      insert(" ".repeat(4 - (line.length % 4)));
    } else if (event.key === "Tab" && !this.leaving && / $/.test(line) && start === end) {
      event.preventDefault();
      editor.setSelectionRange(start - (((line.length - 1) % 4) + 1), start);
      const from = value.slice(editor.selectionStart, start);
      editor.setSelectionRange(start - / *$/.exec(from)[0].length, start);
      insert("");
    }
    this.leaving = event.key === "Escape";
  }

  reach() {
    const fold = this.editor.closest("details");
    if (fold) fold.open = true;
    this.editor.focus();
  }
}

// As if typed, so that the browser can undo it.
function insert(text) {
  const editor = document.activeElement;
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
    editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, "end");
    editor.dispatchEvent(new Event("input"));
  }
}

const formula = (tex, displayMode) => katex.renderToString(tex, {displayMode, throwOnError: false});

function withFormulas(html) {
  const plain = make("textarea");
  return html.replace(/\$([^$]+)\$/g, (_, tex) => {
    plain.innerHTML = tex;
    return formula(plain.value, false);
  });
}

export function open(bar) {
  document.head.append(make("link", {rel: "stylesheet", href: `${here}run.css`}));
  status = bar.querySelector("[role=status]");
  const boxes = [...document.querySelectorAll("article div.cell")].filter(box => box.querySelector(".cell_input pre"));
  cells = boxes.map((box, index) => new Cell(box, index + 1, box.querySelector(".cell_input")));
  stop = button("Stop", () =>
    endPython("Stopped. What the cells had computed is lost: the next run begins with nothing defined."));
  stop.disabled = true;
  const all = button("Run all cells", () => run(cells));
  bar.classList.add("open");
  bar.style.top = `${document.querySelector(".bd-header-article").offsetHeight + 4}px`; // below what stays as well
  bar.querySelector(".run-buttons").replaceChildren(all, stop);
  bar.querySelector(".run-note").remove();
  bar.before(make("p", {id: "run-help", className: "run-help mb-2"}, make("small", {textContent: HELP})));
  all.focus();
  status.textContent = "Loading Python";
  startPython();
}
