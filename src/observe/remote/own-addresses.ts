/**
 * The addresses of a machine without loopback, from /proc/net/fib_trie and /proc/net/if_inet6 (proc(5),
 * Documentation/networking/fib_trie.rst), which exist even without network tools. Pure.
 */
export function ownAddresses(fibTrie: string, ifInet6: string): string[] {
  return [...new Set([...addresses4(fibTrie), ...addresses6(ifInet6)])];
}

/** A leaf `|-- ADDRESS`, followed by `/32 host LOCAL` if the address is the machine's own. */
function addresses4(text: string): string[] {
  let leaf = '';
  const found: string[] = [];
  for (const line of text.split('\n')) {
    leaf = /\|-- ([\d.]+)/.exec(line)?.[1] ?? leaf;
    if (/\/32 host LOCAL/.test(line) && !leaf.startsWith('127.')) found.push(leaf);
  }
  return found;
}

/** 32 hex digits, index, prefix, scope (10: host, which is loopback), flags, interface. */
function addresses6(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [hex = '', , , scope] = line.trim().split(/\s+/);
    if (!/^[0-9a-f]{32}$/.test(hex) || scope === '10') return [];
    const groups = hex.replace(/(.{4})(?!$)/g, '$1:');
    return [new URL(`http://[${groups}]`).hostname.slice(1, -1)];
  });
}
