# Functions that every case's setup may use.

# wait_port PORT: until something listens on it (IPv4 or IPv6).
wait_port() {
  for _ in $(seq 150); do
    if ss -Hltn "sport = :$1" | grep -q .; then return 0; fi
    sleep 0.1
  done
  echo "nothing listens on $1"; return 1
}

# web PORT [ADDRESS] [FOLDER]: a plain web server, started before the step.
web() {
  mkdir -p "${3:-/srv/www}"
  [ -e "${3:-/srv/www}/index.html" ] || echo hello >"${3:-/srv/www}/index.html"
  (cd "${3:-/srv/www}" && exec python3 -m http.server "$1" --bind "${2:-0.0.0.0}" >/var/log/web-$1.log 2>&1 &)
  wait_port "$1"
}

# answers PORT STATUS [HEADER...]: a server that gives every request this status.
answers() {
  local port=$1 status=$2; shift 2
  cat >/usr/local/bin/answers-$port <<PY
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.send_response($status)
        for header in sys.argv[1:]:
            name, value = header.split(': ', 1)
            self.send_header(name, value)
        self.send_header('Content-Length', '0')
        self.end_headers()
    do_GET = do_POST = do_PUT = do_HEAD = answer
    def log_message(self, *words): pass
ThreadingHTTPServer(('127.0.0.1', $port), Handler).serve_forever()
PY
  (exec python3 /usr/local/bin/answers-$port "$@" >/dev/null 2>&1 &)
  wait_port "$port"
}

# cert FOLDER NAME [openssl options]: a self-signed certificate and its key.
cert() {
  mkdir -p "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/$2.key" -out "$1/$2.crt" -subj "/CN=$2" \
    -addext "subjectAltName=DNS:$2" "${@:3}" 2>/dev/null
}

# full FOLDER [SIZE]: a file system of its own without room.
full() {
  mkdir -p "$1"; mount -t tmpfs -o "size=${2:-256k}" full "$1"
  head -c 10m /dev/zero >"$1/filler" 2>/dev/null || true
}

# postgres_cluster FOLDER PORT: a fresh cluster that runs, owned by postgres, trusting local users.
postgres_cluster() {
  local bin; bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
  mkdir -p "$1" /run/postgresql; chown postgres "$1" /run/postgresql
  runuser -u postgres -- "$bin/initdb" -D "$1" -A "${3:-trust}" --no-sync >/dev/null
  runuser -u postgres -- "$bin/pg_ctl" -D "$1" -o "-p $2 -k /run/postgresql" -l "$1/server.log" -w start >/dev/null
}
