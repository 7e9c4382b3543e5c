// A formula or table that is wider than the screen scrolls inside its own box: let the keyboard reach that box.
function reachScrollable() {
  for (const box of document.querySelectorAll("div.math > .katex-display, .pst-scrollable-table-container, .text_html")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

window.addEventListener("resize", reachScrollable);
document.fonts.ready.then(reachScrollable);
