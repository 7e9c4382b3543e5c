// What Sphinx's search does not know of this book. It runs before searchtools.js, which takes the names that it finds.
const LETTERS = {σ: "sigma", μ: "mu", ε: "epsilon", δ: "delta", θ: "theta", λ: "lambda", τ: "tau", "²": ""};

// Letters are indexed by their names.
var splitQuery = query =>
  query
    .replace(/[σμεδθλτ²]/g, letter => LETTERS[letter])
    .split(/[^\p{Letter}\p{Number}_]+/u)
    .filter(term => term);

// A page that explains comes before one that lists, and a function before pages that only use the word.
const LISTS = /^book\/(api|notation|proofs|references|teaching|homework|terms|for-students)$/;
var Scorer = {
  score: ([page, , , kind, score]) => score - (kind ? 10 : LISTS.test(page) ? 20 : 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: {0: 15, 1: 5, 2: -5},
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

// An excerpt is made of sentences, and has each formula once.
const NO_SENTENCES =
  ".katex-html, annotation, .cell_input, .headerlink, .eqno, .run-bar, button, script, style, noscript";

function readable(html, anchor) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const article = page.querySelector("article");
  article.querySelectorAll(NO_SENTENCES).forEach(part => part.remove());
  article.querySelectorAll("mfrac").forEach(fraction => fraction.lastChild.before("/"));
  article.querySelectorAll("msup").forEach(power => power.lastChild.before("^"));
  return ((anchor && article.querySelector(anchor)) || article).textContent.replace(/\s+/g, " ");
}

document.addEventListener("DOMContentLoaded", () => {
  Search.htmlToText = readable;
  // Pages on the disk cannot be fetched.
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
});
