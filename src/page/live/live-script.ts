/**
 * The one script of served pages. It follows the server's events: output is appended to an open log, and every other change fetches
 * this page again and replaces the parts marked `data-live`. The same happens after a lost connection, and where output is missing
 * in a log, so that the page shows what it missed.
 */
export const liveScript = `
const connection = document.getElementById('connection');
const say = (text) => { connection.textContent = text; };
let timer, again = false;

const changed = (ms = 300) => {
  if (timer) again = true;
  else timer = setTimeout(refresh, ms);
};

async function refresh() {
  again = false;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (answer && answer.ok) replaceParts(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  timer = undefined;
  if (again) changed(1000);
}

function openDetails(part) { return [...part.querySelectorAll('details')].map((each) => each.open); }

/** What the reader selects or types in is left alone until they are done. */
const isUsed = (part) => !getSelection().isCollapsed || part.querySelector('form :focus') !== null;

function replaceParts(next) {
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = next.getElementById(old.id);
    if (!now || now.innerHTML === old.innerHTML) continue;
    if (isUsed(old)) { again = true; continue; }
    const open = openDetails(old);
    const parts = [...now.querySelectorAll('details')];
    if (parts.length === open.length) parts.forEach((each, index) => { each.open = open[index]; });
    const focused = [...old.querySelectorAll('a,summary,pre,button')].indexOf(document.activeElement);
    old.replaceChildren(...now.childNodes);
    if (focused >= 0) old.querySelectorAll('a,summary,pre,button')[focused]?.focus({ preventScroll: true });
  }
  const log = followedLog(), newer = next.getElementById('output');
  if (!log || !newer || !(Number(newer.dataset.at) > Number(log.dataset.at))) return;
  if (isUsed(log)) { again = true; return; }
  const atEnd = isAtEnd(log);
  log.replaceWith(newer);
  if (atEnd) newer.scrollTop = newer.scrollHeight;
}

const followedLog = () => document.querySelector('pre[data-follow]');
const isAtEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40;

/** A log keeps its last lines only, so that an open page does not grow without end. */
function append(log, text) {
  const atEnd = isAtEnd(log);
  log.append(text);
  if (log.textContent.length > 400000) log.textContent = log.textContent.slice(-200000);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** Lines are numbered: those that do not continue the log are fetched with the page. */
function follow(line) {
  const log = followedLog();
  if (!log || log.dataset.follow !== line.pass || line.at <= Number(log.dataset.at)) return;
  if (line.from !== Number(log.dataset.at) + 1) return changed();
  if (line.text) append(log, line.text);
  log.dataset.at = line.at;
}

const events = new EventSource('/events');
events.onopen = () => { say(''); changed(); };
events.onerror = () => say(events.readyState === EventSource.CLOSED
  ? 'This page no longer follows changes. Reload it.'
  : 'The connection is lost. Trying again.');
events.addEventListener('changed', () => changed());
events.addEventListener('line', ({ data }) => {
  const line = JSON.parse(data);
  follow(line);
  if (line.type === 'output') return;
  if (line.say) say(line.say);
  changed();
});
`.trim();
