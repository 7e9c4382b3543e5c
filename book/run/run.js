// On every chapter, and all that a page loads of Python before a reader asks for it.
for (const bar of document.querySelectorAll(".run-bar:has(button)")) {
  const button = bar.querySelector("button");
  const status = bar.querySelector("[role=status]");

  button.addEventListener("click", async () => {
    if (location.protocol === "file:") {
      status.textContent = "A page that is opened from the disk may not start Python. Open it from a server, or take the download.";
    } else if (!window.Worker || !window.WebAssembly || !window.DecompressionStream) {
      status.textContent = "This browser is too old to run Python: it takes one of 2023 or newer. The download runs everywhere.";
    } else {
      button.disabled = true;
      try {
        const page = await import(new URL("page.js", new URL(bar.dataset.python, document.baseURI)));
        page.open(bar);
      } catch {
        status.textContent = "Python could not be loaded. Is the network there? Try again, or take the download.";
      }
      button.disabled = false;
    }
  });
}
