// Stands at the head of dist/bin.js (scripts/build.mjs) and loads the chunks of the program in place of Node's own loader.
//
// Why: V8 compiles what it is given, at every start. With the code cache that lies beside the chunks it compiles nothing that was
// compiled before, which halves the start and saves the memory of the parser (docs/performance.md). Node 20 offers that only by
// hand. A cache of another Node, other flags or another machine is refused by V8, and the chunk compiled as ever.
//
// RUNBOOK_CODE_CACHE=write makes a process leave the cache of what it has run; scripts/warm-up.mjs does.
module.exports = function withChunks(nodeRequire, folder) {
  const { basename, join } = nodeRequire('node:path');
  const cache = join(folder, 'cache', `${process.version}-${process.arch}`);
  const writes = process.env.RUNBOOK_CODE_CACHE === 'write';
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
    return script.runInThisContext();
  }

  function cached(chunk) {
    try {
      return nodeRequire('node:fs').readFileSync(join(cache, `${chunk}.bin`));
    } catch {
      return undefined;
    }
  }

  /** Of several runs the one that has compiled most of a chunk is kept. */
  function write() {
    const { mkdirSync, statSync, writeFileSync } = nodeRequire('node:fs');
    mkdirSync(cache, { recursive: true });
    for (const [chunk, script] of scripts) {
      const data = script.createCachedData();
      const path = join(cache, `${chunk}.bin`);
      if (data.length > (statSync(path, { throwIfNoEntry: false })?.size ?? 0)) writeFileSync(path, data);
    }
  }

  if (writes) process.on('exit', write);
  return load;
};
