// A formula or table that is wider than the screen scrolls inside its own box: let the keyboard reach that box. A box has
// a size once it is laid out, which may be when it comes near the screen.
function reachScrollable(box) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  } else {
    box.removeAttribute("tabindex");
  }
}

const boxes = document.querySelectorAll("div.math > .katex-display, .pst-scrollable-table-container, .text_html");
const sizes = new ResizeObserver((changes) => changes.forEach((change) => reachScrollable(change.target)));
document.fonts.ready.then(() => boxes.forEach((box) => sizes.observe(box)));

// What waited out of view (pages.py) is laid out block by block, in the time that the browser has left. A link into the
// page does not wait for that: it leads to the right place only where all that is above has its height.
const waiting = [...document.querySelectorAll("html.in-view-first .bd-article section section > *")];

function layOutNext() {
  if (waiting.length) {
    waiting.shift().style.contentVisibility = "visible";
    requestIdleCallback(layOutNext);
  }
}

addEventListener("load", () => requestIdleCallback(layOutNext));
document.addEventListener("click", (event) => {
  if (event.target.closest("a[href*='#']")) document.documentElement.classList.remove("in-view-first");
}, { capture: true });
