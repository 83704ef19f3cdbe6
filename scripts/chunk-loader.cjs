// Stands at the head of dist/bin.js (scripts/build.mjs) and loads the chunks of the program in place of Node's own loader.
//
// Why: V8 compiles what it is given, at every start. With the code cache that lies beside the chunks it compiles nothing that was
// compiled before, which halves the start and saves the memory of the parser (docs/performance.md). Node 20 offers that only by
// hand. V8 refuses a cache of another Node, other flags or another machine, so each has a folder of its own; where there
// is none, the chunk is compiled as ever.
//
// RUNBOOK_CODE_CACHE=write makes a process leave the cache of what it has run; scripts/warm-up.mjs does. With =tell it says on stderr
// what it took each chunk from.
module.exports = function withChunks(nodeRequire, folder) {
  const { basename, join } = nodeRequire('node:path');
  const { cachedDataVersionTag } = nodeRequire('node:v8');
  const { RUNBOOK_CODE_CACHE: told } = process.env;
  const writes = told === 'write';
  const modules = new Map();
  const scripts = new Map();

  function load(name) {
    if (!name.startsWith('./') && !name.startsWith('../')) return nodeRequire(name);
    const chunk = basename(name);
    const known = modules.get(chunk);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(chunk, module);
    compiled(chunk)(module.exports, load, module);
    // Values in place of getters within getters; the build has looked that none changes (scripts/settled-exports.mjs).
    module.exports = Object.defineProperty({ ...module.exports }, '__esModule', { value: true });
    return module.exports;
  }

  function compiled(chunk) {
    const { readFileSync } = nodeRequire('node:fs');
    const { Script } = nodeRequire('node:vm');
    const filename = join(folder, 'chunks', chunk);
    // The build leaves only ASCII: one byte a character here, and in V8's memory.
    const source = readFileSync(filename, 'latin1');
    const script = new Script(`(function(exports,require,module){${source}\n})`, {
      filename,
      cachedData: cached(chunk),
    });
    if (writes) scripts.set(chunk, script);
    if (told === 'tell') process.stderr.write(`${chunk}: ${origin(script)}\n`);
    return script.runInThisContext();
  }

  function origin({ cachedDataRejected: rejected }) {
    return rejected === undefined ? 'no cache' : rejected ? 'cache refused' : 'cache taken';
  }

  /** Looked up anew for each chunk: a server changes its flags with its first call. */
  function cache() {
    return join(folder, 'cache', `${process.version}-${process.arch}-${cachedDataVersionTag().toString(16)}`);
  }

  function cached(chunk) {
    try {
      return nodeRequire('node:fs').readFileSync(join(cache(), `${chunk}.bin`));
    } catch {
      return undefined;
    }
  }

  /** Of several runs the one that has compiled most of a chunk is kept. */
  function write() {
    const { mkdirSync, statSync, writeFileSync } = nodeRequire('node:fs');
    const place = cache();
    mkdirSync(place, { recursive: true });
    for (const [chunk, script] of scripts) {
      const data = script.createCachedData();
      const path = join(place, `${chunk}.bin`);
      if (data.length > (statSync(path, { throwIfNoEntry: false })?.size ?? 0)) writeFileSync(path, data);
    }
  }

  if (writes) process.on('exit', write);
  return load;
};
