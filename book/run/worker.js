// Python, in a thread of its own: a cell that never ends leaves the page alive, and Stop ends the thread.
import {loadPyodide} from "./pyodide.mjs";

const here = new URL(".", import.meta.url).href;
const say = message => postMessage(message);
let received = 0;
let wanted = 0;

// All files arrive through this: it counts bytes, refuses what has another hash, and unpacks the largest, which not
// every server would compress.
const load = self.fetch.bind(self);
self.fetch = async (address, options) => {
  const name = new URL(address, here).pathname.split("/").pop();
  const packed = name === "pyodide.asm.wasm";
  // Said here, because Pyodide goes on waiting for its own files.
  const reply = await load(packed ? `${here}${name}.gzip` : address, options).catch(() => null);
  if (!reply?.ok) {
    say({broken: `${name} did not arrive`});
    throw new Error(`${name} did not arrive`);
  }
  let body = reply.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      say({received, wanted});
      controller.enqueue(chunk);
    },
  }));
  if (packed) body = body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(body, {headers: packed ? {"Content-Type": "application/wasm"} : reply.headers});
};

async function start(source) {
  const manifest = await (await load(`${here}manifest.json`)).json();
  const waiting = new Set(manifest.groups);
  wanted = manifest.core;
  received = manifest.imported; // which does not arrive through fetch

  // What the code needs and is not here yet begins to arrive.
  const send = code =>
    [...waiting].filter(({pattern}) => new RegExp(pattern).test(code)).map(group => {
      waiting.delete(group);
      wanted += group.bytes;
      const archives = group.pure.map(async ({file, integrity}) =>
        (await fetch(`${here}${file}`, {integrity})).arrayBuffer());
      return {compiled: group.compiled, archives: Promise.all(archives)};
    });

  const first = send(source);
  const code = load(`${here}cell_runner.py`).then(reply => reply.text());
  const pyodide = await loadPyodide({
    indexURL: here,
    packageBaseUrl: here,
    lockFileContents: manifest.lock,
    env: {MPLBACKEND: "agg", HOME: "/home/pyodide"},
  });
  const [site] = pyodide.runPython("import site; site.getsitepackages()").toJs();

  async function install(parts) {
    for (const {compiled, archives} of parts) {
      for (const archive of await archives) pyodide.unpackArchive(archive, "zip", {extractDir: site});
      await pyodide.loadPackage(compiled, {messageCallback() {}});
    }
    pyodide.runPython("import importlib; importlib.invalidate_caches()");
  }

  await install(first);
  pyodide.FS.writeFile(`${site}/cell_runner.py`, await code);
  const runner = pyodide.pyimport("cell_runner").Runner((kind, text) => say({kind, text}), manifest.absent);
  say({ready: true, complete: !manifest.absent.length});
  return {prepare: code => install(send(code)), run: (code, name) => runner.run(code, name)};
}

// The first message starts Python, with what the first cell needs; each one after it runs a cell.
let python = null;
let last = null;
onmessage = ({data: {source, name}}) => {
  last = (last ?? Promise.resolve()).then(async () => {
    if (!python) {
      python = await start(source);
    } else {
      await python.prepare(source);
      say({running: true});
      say({done: true, failed: python.run(source, name)});
    }
  }).catch(error => say({broken: String(error.message ?? error)}));
};
