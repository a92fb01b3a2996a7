# The fault proxy of the sweep, with a small server instead of an engine.
bats_require_minimum_version 1.5.0

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	make -s -C "$top" build/tests/faultproxy 3>&-
	export proxy=$top/build/tests/faultproxy
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >server.py <<-'PYTHON'
		import http.server, os, socketserver
		class Handler(http.server.BaseHTTPRequestHandler):
		    protocol_version = "HTTP/1.1"
		    def address_string(self): return "client"
		    def answer(self):
		        size = int(self.headers.get("Content-Length", 0))
		        body = b"%s %s %s" % (self.command.encode(), self.path.encode(), self.rfile.read(size))
		        with open("seen", "ab") as seen: seen.write(body + b"\n")
		        self.send_response(200)
		        if self.path == "/chunked":
		            self.send_header("Transfer-Encoding", "chunked")
		            body = b"4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n"
		        else:
		            self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)
		    do_GET = do_POST = answer
		class Server(socketserver.ThreadingUnixStreamServer):
		    daemon_threads = True
		server = Server("engine~", Handler)
		os.rename("engine~", "engine")
		server.serve_forever()
	PYTHON
	python3 server.py 3>&- 2>/dev/null &
	pids=$!
	until [ -S engine ]; do kill -0 "$pids"; done
}

teardown() {
	# shellcheck disable=SC2086 # one word per pid
	kill $pids 2>/dev/null || true
}

# spoil FAULT…: starts the proxy at ./listen
spoil() {
	"$proxy" --log log "$@" listen engine 3>&- &
	pids+=" $!"
	until [ -S listen ]; do kill -0 "$!"; done
}
ask() { curl -sS --max-time 10 --unix-socket listen "$@"; }

@test "what is not spoiled goes through, several requests on one connection, chunks and bodies too" {
	spoil
	head -c 200000 /dev/zero | tr '\0' x >big
	run -0 ask http://x/one http://x/chunked --data-binary @big
	[ "$output" = "POST /one $(cat big)wikipedia" ]
	[ "$(cat log)" = $'1 POST /one\n2 POST /chunked' ]
}

@test "cut: the engine never sees it; lost: it does, the client gets nothing" {
	spoil --fault cut@1 --fault lost@2
	run -52 ask http://x/first
	run -52 ask http://x/second
	run -0 ask http://x/third
	[ "$(cat seen)" = $'GET /second \nGET /third ' ]
	[ "$(cat log)" = $'1 GET /first cut\n2 GET /second lost\n3 GET /third' ]
}

@test "500 and 503 are answered without the engine, and the connection goes on" {
	spoil --fault 500@1 --fault 503@2
	run -0 ask -w '%{http_code}\n' -d body http://x/a http://x/b http://x/c
	[ "$output" = $'{"message":"injected fault"}\n500\n{"message":"injected fault"}\n503\nPOST /c body200' ]
	[ "$(cat seen)" = "POST /c body" ]
}

@test "half an answer" {
	spoil --fault half@1 --fault half@2
	run -18 --separate-stderr ask http://x/abcdef
	[ "$output" = "GET /a" ]
	run -18 ask http://x/chunked
}

@test "B2 silence, deaf and stall: nothing more comes, and the connection stays" {
	spoil --fault silence@1 --fault deaf@2 --fault stall@3 --fault stall@4
	run -28 ask --max-time 1 http://x/done
	run -28 ask --max-time 1 http://x/never
	run -28 --separate-stderr ask --max-time 1 http://x/abcdef
	[ "$output" = "GET /a" ]
	run -28 ask --max-time 1 http://x/chunked
	run -0 ask http://x/after
	[ "$(grep -c . seen)" = 4 ]
	run ! grep never seen
}

@test "kill and kill-early end the client after and before the engine has done it" {
	spoil --fault kill@1 --fault kill-early@2
	run -137 ask http://x/done
	run -137 ask http://x/never
	[ "$(cat seen)" = "GET /done " ]
}

@test "faults by text and from a request on; pings can be left out" {
	spoil --skip-ping --fault 500@/match --fault 503@2+
	run -0 ask -o /dev/null -w '%{http_code} ' http://x/_ping http://x/a http://x/b http://x/_ping http://x/match -o /dev/null -o /dev/null -o /dev/null -o /dev/null
	[ "$output" = "200 200 503 200 500 " ]
	[ "$(cat log)" = $'- GET /_ping\n1 GET /a\n2 GET /b 503\n- GET /_ping\n3 GET /match 500' ]
}

@test "a delay holds one request, not the others" {
	spoil --fault delay:1500@/slow
	from=$(date +%s%3N)
	ask http://x/slow >slow 3>&- &
	slow=$!
	ask http://x/fast
	[ $(($(date +%s%3N) - from)) -lt 1000 ]
	wait "$slow"
	[ $(($(date +%s%3N) - from)) -ge 1500 ]
}

@test "wrong arguments are refused" {
	run -2 "$proxy" --fault nonsense@1 a b
	run -2 "$proxy" --fault cut a b
	run -2 "$proxy" a
}
