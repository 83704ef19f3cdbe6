// ECMA-48: CSI and OSC sequences, other escapes, and the C1 forms of both. An OSC ends with BEL or ST.
const sequences =
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Removes everything from outside text that could move a cursor, change a title, or reorder or forge a line: escape
 * sequences, control characters and bidirectional overrides. Keeps tabs and line feeds.
 */
export function clean(text: string): string {
  return text.replace(sequences, '').replace(controls, '');
}

/** The same, on one line. */
export const cleanLine = (text: string): string => clean(text.replace(/\s*\n\s*/g, ' ')).trim();
