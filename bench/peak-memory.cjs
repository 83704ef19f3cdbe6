// Preloaded into a measured Node process. VmHWM and not getrusage: the latter remembers the process that forked.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.RUNBOOK_BENCH_PEAK, kib);
});
