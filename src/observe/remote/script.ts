import { randomBytes } from 'node:crypto';

/** Larger files are not fetched. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** A script for a remote machine, and the mark that starts each frame of its output. */
export interface ObserveScript {
  readonly text: string;
  readonly mark: string;
}

/**
 * Joins script fragments into one that observes a machine and changes nothing. POSIX shell, with the tools that
 * coreutils and busybox share, in the C locale. It is read from standard input, so that it appears in no command line.
 * Each result is a frame: newline, mark, kind and subject, newline, and the bytes until the next mark. The mark is
 * random and assembled at run time, so that no file or command line can contain it.
 */
export function observeScript(fragments: Iterable<string>): ObserveScript {
  const nonce = randomBytes(12).toString('hex');
  const mark = `\n@rb-${nonce}-`;
  const text = `${FUNCTIONS(nonce)}
observe() {
h me "$$ $(id -u) $(date +%s)"
for x in cat find grep head id ls sort stat tail; do command -v "$x" >/dev/null || lacks="$lacks $x"; done
if [ "$lacks" ]; then h lacks "$lacks"; h end .; return; fi
${[...new Set(fragments)].join('\n')}
h end .
}
observe </dev/null
exit 0
`;
  return { text, mark };
}

/** Adds the sbin folders and the folder where k3s keeps its own iptables. */
const TOOL_PATH =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/var/lib/rancher/k3s/data/current/bin/aux';

/** The functions that fragments use. Their names are short because the whole script is sent. */
const FUNCTIONS = (nonce: string) => `exec 2>/dev/null 3>&1
lacks=
LC_ALL=C; PATH=$PATH:${TOOL_PATH}; export LC_ALL PATH
b=@rb; b=$b-${nonce}-
F='%f %s %Y %u %g %n'
most=${MAX_FILE_BYTES}
T=; command -v timeout >/dev/null && T='timeout 5'
# h KIND SUBJECT: starts a frame
h() { printf '\\n%s%s %s\\n' "$b" "$1" "$2"; }
# n PATH: why a file cannot be read: gone, or in a folder without permission
n() {
  d=\${1%/*}
  while [ -n "$d" ] && ! [ -e "$d" ]; do case $d in */*) d=\${d%/*} ;; *) d= ;; esac; done
  if [ -d "$d" ] && ! [ -x "$d" ]; then h denied "$1"; else h gone "$1"; fi
}
# r PATH...: the content of files
r() {
  for p do
    if ! [ -f "$p" ]; then n "$p"
    elif [ -r "$p" ]; then h read "$p"; head -c "$most" "$p"
    else h denied "$p"; fi
  done
}
# y PATH...: whether paths exist
y() { for p do if [ -e "$p" ]; then h there "$p"; else n "$p"; fi; done; }
# c PATH...: whether paths are executable
c() {
  for p do
    if ! [ -f "$p" ]; then n "$p"
    elif [ -x "$p" ]; then h program "$p"
    else h plain "$p"; fi
  done
}
# a BYTES PATH...: the first bytes of files
a() {
  m=$1; shift
  for p do if [ -f "$p" ] && [ -r "$p" ]; then h "head$m" "$p"; head -c "$m" "$p"; else n "$p"; fi; done
}
# s PATH: the status of one path, and of its link target
s() {
  if ! [ -e "$1" ] && ! [ -L "$1" ]; then n "$1"; return; fi
  h lstat "$1"; stat -c "$F" "$1"
  if [ -L "$1" ]; then h link "$1"; readlink "$1"; fi
  if [ -e "$1" ]; then h stat "$1"; stat -L -c "$F" "$1"; else n "$1"; fi
}
# w DEPTH FOLDER: names in a folder and its subfolders
w() {
  if ! [ -d "$2" ]; then n "$2"
  elif [ -r "$2" ] && [ -x "$2" ]; then h "walk$1" "$2"; find -H "$2" -maxdepth "$1" -exec stat -c "$F" {} +
  else h denied "$2"; fi
}
# m PATH...: many small files of /proc
m() { h many .; tail -n +1 "$@" /proc/version; }
# k BYTES PATH: the last bytes of a file
k() { h "tail$1" "$2"; tail -c "$1" "$2"; }
# g KEY PATH TEXT: whether a file contains a text
g() {
  if ! [ -f "$2" ]; then n "$2"
  elif [ -r "$2" ]; then h text "$1"; printf '%s\\n' "$3" | grep -Fqf - "$2"; echo "$?"
  else h denied "$2"; fi
}
# t PROGRAM ARGUMENT...: the output of a program
t() {
  if ! command -v "$1" >/dev/null; then h missing "$*"; return; fi
  h tool "$*"
  said=$({ $T "$@" </dev/null >&3; } 2>&1)
  h exit "$?"
  printf '%s' "$said"
}`;
