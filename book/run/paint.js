// The colors of code while it is edited: those of the page, which names them as Pygments does.
const KEYWORDS =
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield";
const CONSTANTS = "False None True";
const BUILTINS =
  "abs all any bool callable dict display enumerate filter float int isinstance len list map max min next object open print range repr reversed round set sorted str sum super tuple type zip";
const word = words => `\\b(?:${words.replaceAll(" ", "|")})\\b`;
const TOKEN = new RegExp(
  [
    /(?<c1>#.*)/.source,
    /(?<s2>(?:\b[rRbBfFuU]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/.source,
    /(?<mi>\b(?:0[xob][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?j?))/.source,
    `(?<k>${word(KEYWORDS)})`,
    `(?<kc>${word(CONSTANTS)})`,
    `(?<nb>(?<!\\.)${word(BUILTINS)})`,
    /(?<n>[^\W\d]\w*)/.source,
  ].join("|"),
  "gu",
);

/** Fill an element with code in colors. */
export function paint(element, code) {
  element.replaceChildren();
  let end = 0;
  for (const found of code.matchAll(TOKEN)) {
    const [kind] = Object.entries(found.groups).find(([, text]) => text !== undefined);
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = found[0];
    element.append(code.slice(end, found.index), part);
    end = found.index + found[0].length;
  }
  element.append(`${code.slice(end)}\n`); // an empty last line has its height too
}
