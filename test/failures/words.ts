/** Wordings that mean the same, for `{word}` in a case. A finding may use any of them. */
const SYNONYMS: Record<string, string> = {
  missing:
    "no such|there is no\\b|does ?n[o']t exist|do not exist|missing|not found|(is|was|are) not there|cannot find|could ?n[o']t find|can't find|unable to find|cannot (be )?(stat|open|resolve)|failed to (open|load)|ENOENT|absent|not present|gone|nothing at|not installed|not on this (?:box|machine)|does not know|lacks",
  denied:
    'denied|not allowed|may not|must not|no permission|EACCES|EPERM|not permitted|cannot (read|write|open|execute|enter)|unreadable|not (readable|writable|writeable|executable)|permissions?|forbidden|lacks? (the )?right',
  held: 'in use|held by|taken|is held|already (bound|listening|used|listens|has|holds|runs)|EADDRINUSE|occupied|holds|owns|belongs to|answers? (it|there)|cannot bind|could not bind',
  refused:
    'refused|nothing listens|no(thing| process| one| listener)? (is )?listen|ECONNREFUSED|not listening|is closed|\\b(?:111|61)\\b',
  unknown:
    'unknown|unrecogni[sz]ed|invalid|unexpected|does not know|not (a )?(known|valid)|unsupported|bad|no such|not recogni[sz]ed|illegal|is not defined',
  syntax:
    'syntax|parse|parsing|unexpected|invalid|malformed|expected|not valid|unterminated|unclosed|missing|decod|cannot read',
  full: 'no space|disk (is )?full|ENOSPC|is full|out of (disk )?space|no room|0 (bytes|B) (free|left)|full\\b|no free',
  readonly: 'read-?only|EROFS',
  memory: 'memory|ENOMEM|OOM|heap|allocat',
  timeout:
    'time[ds]?[ -]?out|no answer|did not answer|does not answer|no response|not respond|silent|without (an )?answer|within \\d|hang|ETIMEDOUT|never answer',
  dns: 'resolv|name resolution|no such host|not known|unknown host|could not resolve|DNS|ENOTFOUND|EAI_AGAIN|NXDOMAIN|look ?up',
  credentials:
    'password|authenticat|credential|unauthori[sz]ed|access denied|login|not authori[sz]ed|401|NOAUTH|WRONGPASS|auth',
  exited: 'exit|ended|died|dies|stopped|terminated|not running|crash|quit|killed|is gone|gone|no longer',
  cert: 'certificate|cert\\b|TLS|SSL|x509',
  version: 'version|requires|incompatible|too (old|new)|unsupported|needs',
  unset: 'not set|unset|empty|undefined|missing|unbound|required|KeyError|no value|not defined|null',
};

/** The regular expression of a pattern in a case, without regard to case. */
export function pattern(text: string): RegExp {
  const expanded = text.replace(/\{([a-z]+)\}/g, (whole, word: string) => {
    const synonyms = SYNONYMS[word];
    return synonyms === undefined ? whole : `(?:${synonyms})`;
  });
  return new RegExp(expanded, 'i');
}
