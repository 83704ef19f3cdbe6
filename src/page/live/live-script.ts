/**
 * The one script of served pages. It follows the server's events: output is appended to an open log, and every other change fetches
 * this page again and replaces the parts marked `data-live`. The browser reconnects automatically and names the last event that it got.
 */
export const liveScript = `
const connection = document.getElementById('connection');
const say = (text) => { connection.textContent = text; };
let timer, lost = false;

function openDetails(part) { return [...part.querySelectorAll('details')].map((each) => each.open); }

async function refresh() {
  timer = undefined;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (!answer || !answer.ok || !getSelection().isCollapsed) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = next.getElementById(old.id);
    if (!now || now.innerHTML === old.innerHTML || old.querySelector('form :focus')) continue;
    const open = openDetails(old);
    const parts = [...now.querySelectorAll('details')];
    if (parts.length === open.length) parts.forEach((each, index) => { each.open = open[index]; });
    const focused = [...old.querySelectorAll('a,summary,pre,button')].indexOf(document.activeElement);
    old.replaceChildren(...now.childNodes);
    if (focused >= 0) old.querySelectorAll('a,summary,pre,button')[focused]?.focus({ preventScroll: true });
  }
}

const changed = () => { timer ??= setTimeout(refresh, 300); };

/** A log keeps its last lines only, so that an open page does not grow without end. */
function append(log, text) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(text);
  if (log.textContent.length > 400000) log.textContent = log.textContent.slice(-200000);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

const events = new EventSource('/events');
events.onopen = () => { say(lost ? 'Connected again.' : ''); if (lost) changed(); lost = false; };
events.onerror = () => { lost = true; say('The connection is lost. Trying again.'); };
events.addEventListener('changed', changed);
events.addEventListener('line', ({ data }) => {
  const line = JSON.parse(data);
  if (line.type === 'output') {
    for (const log of document.querySelectorAll('pre[data-follow]'))
      if (log.dataset.follow === line.pass && line.at > Number(log.dataset.at)) append(log, line.text);
    return;
  }
  if (line.say) say(line.say);
  changed();
});
`.trim();
