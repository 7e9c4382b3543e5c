// A formula or table that is wider than the screen scrolls inside its own box: let the keyboard reach that box. A box has
// a size once it is laid out, which may be when it comes near the screen, and its letters may come later still.
const sizes = new ResizeObserver((changes) => {
  const boxes = changes.map((change) => change.target);
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth); // all are read before one is changed
  boxes.forEach((box, i) => (wide[i] ? box.setAttribute("tabindex", 0) : box.removeAttribute("tabindex")));
});

function reachScrollable() {
  sizes.disconnect();
  document.querySelectorAll("div.math > .katex-display, .pst-scrollable-table-container, .text_html")
    .forEach((box) => sizes.observe(box));
}

document.fonts.ready.then(reachScrollable);
document.fonts.addEventListener("loadingdone", reachScrollable);

// A link into the page leads to the right place only where all that is above it has its height (pages.py).
document.addEventListener("click", (event) => {
  if (event.target.closest("a[href*='#']")) document.documentElement.classList.remove("in-view-first");
}, { capture: true });
