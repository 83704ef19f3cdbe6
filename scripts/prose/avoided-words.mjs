// Words that make a reader decode a sentence, each with what to write instead. docs/style.md explains the rules and holds the
// glossary. A pattern is matched without regard to case, in prose only: code spans and code blocks are left out.
export const avoided = [
  [
    /\b(?:is|are|was|were) (?:no|none)\b(?! (?:longer|more|fewer|less|later|larger|smaller))/,
    'is not, does not exist, is missing',
  ],
  [/\bthere (?:is|are) none\b/, 'does not exist, is missing'],
  [/\b(?:stands?|stood)\b(?!-in|-ins|ard|ing)/, 'is, is in, means'],
  [/\btold\b/, 'reported, said'],
  [/\btells? (?:of|whether|that|by)\b/, 'reports, says, shows'],
  [/\bmend(?:s|ed|ing)?\b/, 'fix'],
  [/\banew\b/, 'again'],
  [/\bonce more\b/, 'again'],
  [/\bnobody\b|\bwhoever\b/, 'no one, the caller, the process, the agent'],
  [/\bbeside\b/, 'next to, along with, compared with'],
  [/\bthe way on\b|\ba thing's way\b/, 'how to continue, the next step'],
  [/\bfar side\b|\bover there\b|\belsewhere\b/, 'the remote host, on another box'],
  [/\bby itself\b|\bof itself\b/, 'automatically, alone'],
  [/\bhurts?\b/, 'inject a fault, is harmful'],
  [/\bas far as\b/, 'name the limit'],
  [/\bof it\b[^.]*\bof it\b/, 'name the thing'],
  [/\bso that one\b|\bof those that\b|\bthat which\b/, 'name the thing'],
];

/** Glossary words that must not come back as names in code: the old word, and the one that replaced it. */
export const replacedNames = [
  [/\b(?:Desk|openDesk)\b/, 'Workspace'],
  [/\b(?:Scene|setScene)\b/, 'FailureContext'],
  [/\bRecollection\b/, 'JournalReader'],
  [/\bownWord\b/, 'readTrustedFile'],
  [/\b(?:warden|lifeline|heir)\b/i, 'watchdog, successor'],
  [/\bGathering\b/, 'ObservationBuilder'],
  [/\bwayOn\b/, 'nextStep'],
  [/\bweaponFor\b|\bnoPaint\b|\bkillNewLeaves\b|\binOrder\b|\bmayDo\b/, 'a name that says what it does'],
];

/** Places where an avoided word is the right one: the file (a prefix), the text, and why. */
export const allowed = [
  { file: 'scripts/prose/', text: /./, why: 'this list itself' },
  { file: 'docs/style.md', text: /./, why: 'shows the words to avoid' },
  {
    file: 'plugin/skills/',
    text: /hard to read/,
    why: 'the front matter is a description in one line, for a model',
  },
  {
    file: 'docs/diagnosis.md',
    text: /hard to read/,
    why: 'its generated tables quote findings with their remedies',
  },
  {
    file: 'docs/messages.md',
    text: /./,
    why: 'lists alternatives side by side; message-rules.mjs checks each message',
  },
];
