# Registries that answer as they should not, to -f oci://… and publish.
bats_require_minimum_version 1.5.0
load helper
load web

# The project app/shop:1 is what `web/manifest` says, its file `web/file`. What stands in web/fault happens to blobs: once, or as often as they are asked for.
setup() {
	beside_the_web
	export HOME=$BATS_TEST_TMPDIR DOCKER_HOST=unix://$PWD/none.sock
	mkdir web
	serve web <<-'PY'
		def text(name): return open(name, "rb").read() if os.path.exists(name) else b""
		class Handler(Answer):
		    def log_message(self, *args):
		        with open("log", "a") as log: log.write(self.requestline + "\n")
		    def do_GET(self):
		        fault = text("fault").decode().strip()
		        if "/manifests/" in self.path: return self.answer(200, text("manifest"), [("Content-Type", "application/vnd.oci.image.manifest.v1+json")])
		        if fault == "busy once":
		            os.remove("fault")
		            return self.answer(503, b"<html>" + b"x" * 507, [("Content-Type", "text/html")])
		        if fault == "circle": return self.answer(302, b"", [("Location", self.path)])
		        if fault == "gone": return self.answer(404, b"<html>" + b"x" * 507, [("Content-Type", "text/html")])
		        if fault == "longer": return self.answer(200, text("file") + b"more")
		        self.answer(200, text("file"))
		    def do_HEAD(self): self.answer(404, b"")
		    def do_POST(self):
		        if self.path == "/token": return self.answer(307, b"", [("Location", "/elsewhere")])
		        fault = text("fault").decode().strip()
		        if fault == "token": return self.answer(401, b"", [("WWW-Authenticate", f'Bearer realm="http://127.0.0.1:{server.server_port}/token",service="x"')])
		        self.answer(202, b"", [("Location", "/put")])
		    def do_PUT(self):
		        self.rfile.read(int(self.headers["Content-Length"]))
		        self.answer(307, b"", [("Location", "http://me:pa55word@127.0.0.1:1/elsewhere?token=pa55word")])
	PY
	echo 'services: {a: {image: x}}' >web/file
	files 1
	project="oci://127.0.0.1:$port/app/shop:1"
}

# files COUNT: a project of that many compose files
files() {
	jq -cn --argjson count "$1" --arg digest "sha256:$(sha256sum web/file | cut -d' ' -f1)" --argjson size "$(stat -c %s web/file)" '{artifactType: "application/vnd.docker.compose.project",
		layers: [range($count) | {mediaType: "application/vnd.docker.compose.file+yaml", digest: $digest, size: $size}]}' >web/manifest
}

# asked WHAT: how often that was asked for
asked() { grep -c "$1" web/log || true; }

@test "a failure with more words than the file has bytes is that failure" {
	echo "busy once" >web/fault
	run -0 timeout 60 "$flow" -f "$project" config -q
	[ "$(asked /blobs/)" = 2 ]
	rm -r cache
	echo gone >web/fault
	run -2 timeout 60 "$flow" -f "$project" config -q
	[[ $output == *"blob sha256:"*" cannot be read: HTTP status 404"* ]]
	echo longer >web/fault
	run -2 timeout 60 "$flow" -f "$project" config -q
	[[ $output == *"blob sha256:"*" has more than $(stat -c %s web/file) bytes"* ]]
}

@test "what is sent is not sent to whom a redirect names, and that is said" {
	cp web/file compose.yaml
	run -1 timeout 60 "$flow" publish "127.0.0.1:$port/app/shop:1"
	[[ $output == *" is not taken: redirected to 127.0.0.1:1, which is not followed (HTTP status 307)"* && $output != *pa55word* ]]
	[ "$(asked PUT)" = 1 ]
	echo token >web/fault
	mkdir .docker
	echo "{\"auths\": {\"127.0.0.1:$port\": {\"identitytoken\": \"pa55word\"}}}" >.docker/config.json
	run -1 timeout 60 "$flow" publish "127.0.0.1:$port/app/shop:1"
	[[ $output == *"no login: http://127.0.0.1:$port/token: redirected to 127.0.0.1:$port, which is not followed"* && $output != *pa55word* ]]
	[ "$(asked "POST /token")" = 1 ]
	[ "$(asked elsewhere)" = 0 ]
}

@test "redirects in a circle are asked for once, and told" {
	echo circle >web/fault
	run -2 timeout 60 "$flow" -f "$project" config -q
	[[ $output == *"blob sha256:"*" cannot be read: "*redirects*"hint: is 127.0.0.1:$port the registry, and nothing in between"* ]]
	[ "$(asked /blobs/)" = 6 ]
}

@test "a manifest that is no JSON, breaks off or nests too deeply is told as any other wrong one" {
	for text in x "$(head -c 100 web/manifest)" "$(jq -cn '{a: ([range(70)] | reduce .[] as $i ([]; [.]))}')"; do
		echo "$text" >web/manifest
		run -2 --separate-stderr "$flow" -f "$project" config -q
		[[ $stderr == *"$project: its manifest "*hint:* ]]
	done
	[ "$(asked /blobs/)" = 0 ]
}

@test "what holds too many compose files is refused before any is read" {
	files 100
	run -0 "$flow" -f "$project" config -q
	[ "$(asked /blobs/)" = 100 ]
	files 101
	run -2 "$flow" -f "$project" config -q
	[[ $output == *"$project: it holds more than 100 compose files"*hint:* ]]
	[ "$(asked /blobs/)" = 100 ]
}
