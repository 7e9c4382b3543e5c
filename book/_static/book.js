// A formula or table that is wider than the screen scrolls inside its own box: let the keyboard reach that box. A box has
// a size once it is laid out, which may be when it comes near the screen.
function reachScrollable(boxes) {
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth); // all are read before one is changed
  boxes.forEach((box, i) => (wide[i] ? box.setAttribute("tabindex", 0) : box.removeAttribute("tabindex")));
}

const boxes = document.querySelectorAll("div.math > .katex-display, .pst-scrollable-table-container, .text_html");
const sizes = new ResizeObserver((changes) => reachScrollable(changes.map((change) => change.target)));
document.fonts.ready.then(() => boxes.forEach((box) => sizes.observe(box)));

// A link into the page leads to the right place only where all that is above it has its height (pages.py).
document.addEventListener("click", (event) => {
  if (event.target.closest("a[href*='#']")) document.documentElement.classList.remove("in-view-first");
}, { capture: true });
