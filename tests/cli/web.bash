# A web server on loopback, for a file of tests: `load web` after `load helper`. It ends with its test.

# beside_the_web: alone, with a cache of the test's own
beside_the_web() {
	alone
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	command -v python3 >/dev/null || skip "python3 plays the web server"
}

# serve FOLDER: serves it with what standard input says in Python: class Handler, with Answer as its base. port and url say where.
serve() {
	{
		cat <<-'PY'
			import base64, glob, http.server, os, subprocess, threading

			class Answer(http.server.SimpleHTTPRequestHandler):
			    def log_message(self, *args): pass
			    def answer(self, status, body, headers=()):
			        self.send_response(status)
			        for header in headers: self.send_header(*header)
			        self.send_header("Content-Length", str(len(body)))
			        self.end_headers()
			        self.wfile.write(body)
			    def has_login(self, login): return self.headers.get("Authorization") == "Basic " + base64.b64encode(login).decode()
			    def hang(self): threading.Event().wait()

		PY
		cat
		cat <<-'PY'

			class Server(http.server.ThreadingHTTPServer): daemon_threads = True
			server = Server(("127.0.0.1", 0), Handler)
			print(server.server_port, flush=True)
			server.serve_forever()
		PY
	} >server.py
	mkfifo ready
	(cd "$1" && exec python3 "$OLDPWD/server.py") >ready 2>server.err 3>&- &
	server=$!
	read -r port <ready
	url=http://127.0.0.1:$port
}

stop_serving() { kill "$server" && wait "$server" || true; }

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
}
