# Repositories behind a login, silent servers, the cache that they are kept in.
bats_require_minimum_version 1.5.0
load helper
load web

setup() {
	beside_the_web
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	[ -x "$(git --exec-path 2>/dev/null)/git-http-backend" ] || skip "git serves and reads repositories"
	git config --global user.email t@example.org && git config --global user.name t && git config --global init.defaultBranch main
	git init -q origin.git && echo '{services: {far: {image: "far:1"}}}' >origin.git/compose.yaml
	git -C origin.git add . && git -C origin.git commit -qm one
	commit=$(git -C origin.git rev-parse main)
}

# serve_repository: origin.git at $url/origin.git for me:pa/55word; what of all processes shows the password goes to `seen`; /hang never answers.
serve_repository() {
	serve . <<-'PY'
		def look():
		    for name in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
		        try: text = open(name, "rb").read()
		        except OSError: continue
		        if b"55word" in text and b"bats" not in text:
		            with open("seen", "ab") as seen: seen.write(name.encode() + b" " + text + b"\n")

		class Handler(Answer):
		    def do_POST(self): self.do_GET()
		    def do_GET(self):
		        look()
		        if self.path.startswith("/hang"): return self.hang()
		        if self.path.startswith("/moved"): return self.answer(302, b"", [("Location", "http://localhost:%d%s" % (server.server_port, self.path[6:]))])
		        if not self.has_login(b"me:pa/55word"): return self.answer(401, b"", [("WWW-Authenticate", 'Basic realm="x"')])
		        path, _, query = self.path.partition("?")
		        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
		        env = dict(os.environ, GIT_PROJECT_ROOT=os.getcwd(), GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
		            REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type") or "", GIT_PROTOCOL=self.headers.get("Git-Protocol") or "",
		            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding") or "", REMOTE_USER="me")
		        answer = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
		        head, _, body = answer.partition(b"\r\n\r\n")
		        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
		        self.answer(int(headers.pop("Status", "200").split()[0]), body, headers.items())
	PY
	mv origin.git served && git clone -q --bare served origin.git
}

@test "A3 a login is given to git by no argument and no variable, and to no other host" {
	serve_repository
	echo "{include: ['http://me:pa%2F55word@127.0.0.1:$port/origin.git']}" >compose.yaml
	run -0 --separate-stderr "$flow" config --format json
	[ "$(jq -r .services.far.image <<<"$output")" = far:1 ]
	[ -z "$stderr" ] && [ ! -e seen ]
	[ -z "$(grep -rl 55word cache)" ]
	# a variable's value is not escaped; a fresh login reads the same copy
	echo "{include: ['http://me:\${WORD}@127.0.0.1:$port/origin.git']}" >compose.yaml
	echo WORD=pa/55word >.env
	run -0 "$flow" config -q
	[ "$(ls cache/docker-flow/git | wc -l)" = 1 ]
	rm -r cache .env
	# without a password git's own helper is asked
	git config --global credential.helper '!echo password=pa/55word; echo username=me #'
	echo "{include: ['http://me@127.0.0.1:$port/origin.git']}" >compose.yaml
	run -0 "$flow" config -q
	git config --global --unset credential.helper
	rm -r cache
	echo "{include: ['http://me:pa%2F55word@127.0.0.1:$port/moved/origin.git']}" >compose.yaml
	run -2 "$flow" config
	[[ $output == *"failed to access repository http://127.0.0.1:$port/moved/origin.git"*"could not read Username for 'http://localhost:"* ]]
}

@test "A5 git asks nobody: an error that says how to give a login, and nothing in the cache" {
	serve_repository
	for login in "" "me@" "me:wrong@"; do
		echo "{include: ['http://${login}127.0.0.1:$port/origin.git#$commit']}" >compose.yaml
		run -2 timeout 20 script -qec "'$flow' config" /dev/null </dev/null
		[[ $output == *"compose.yaml:1:12: "*"include: failed to access repository http://127.0.0.1:$port/origin.git"*fatal:*"hint: it needs a login: put USER:PASSWORD@ "* ]]
		[ -z "$(ls -A cache/docker-flow/git)" ]
	done
}

@test "A5 a silent server is waited for, but not long; an interrupt ends git with all it has started" {
	serve_repository
	echo "{include: ['http://127.0.0.1:$port/hang.git#$commit']}" >compose.yaml
	SECONDS=0
	run -2 timeout 60 "$flow" config
	[ "$SECONDS" -lt 40 ]
	[[ $output == *"failed to access repository http://127.0.0.1:$port/hang.git: no answer"*hint:* ]]
	[ -z "$(ls -A cache/docker-flow/git)" ]
	mkfifo err
	"$flow" config 2>err 3>&- &
	flow_pid=$!
	read -r line <err
	[[ $line == *"waiting for http://127.0.0.1:$port/hang.git" ]]
	kill -INT "$flow_pid"
	wait "$flow_pid" && false || [ $? = 130 ]
	[ -z "$(ls -A cache/docker-flow/git)" ]
	[ -z "$(pgrep -f "127.0.0.1:$port/hang.git")" ]
}

@test "A5 a hook of git that starts us keeps its own repository" {
	url=file://$BATS_TEST_TMPDIR/origin.git
	git init -q mine && echo mine >mine/compose.yaml && git -C mine add . && git -C mine commit -qm mine
	echo "{include: ['$url']}" >project.yaml
	GIT_DIR=$PWD/mine/.git GIT_WORK_TREE=$PWD/mine run -0 "$flow" -f project.yaml config -q
	[ "$(cat mine/compose.yaml)" = mine ]
	[ ! -e mine/.git/FETCH_HEAD ]
}

@test "a branch is the one of that name, not one whose name ends like it" {
	git -C origin.git checkout -qb a/main
	echo '{services: {far: {image: "far:2"}}}' >origin.git/compose.yaml
	git -C origin.git commit -qam two
	git -C origin.git tag -am signed v2
	git -C origin.git checkout -q main
	for place in main=far:1 refs/heads/main=far:1 heads/a/main=far:2 a/main=far:2 v2=far:2; do
		echo "{include: ['file://$PWD/origin.git#${place%=*}']}" >compose.yaml
		run -0 --separate-stderr "$flow" config --format json
		[ "$(jq -r .services.far.image <<<"$output")" = "${place#*=}" ]
	done
	echo "{include: ['file://$PWD/origin.git#ain']}" >compose.yaml
	run ! "$flow" config
	[[ $output == *"has no branch or tag ain"* ]]
}

@test "A4 a cache that others can write to is not trusted" {
	echo "{include: ['file://$BATS_TEST_TMPDIR/origin.git#$commit']}" >compose.yaml
	"$flow" config -q
	for folder in cache/docker-flow cache/docker-flow/git cache/docker-flow/git/*; do
		chmod g+w "$folder"
		run -1 "$flow" config
		[[ $output == *"$PWD/$folder: other users can write to the cache"*"hint: chmod -R go-w $PWD/$folder, or rm -r "* ]]
		chmod g-w "$folder"
		[ "$(id -u)" = 0 ] || continue
		chown nobody "$folder"
		run -1 "$flow" config
		[[ $output == *"$PWD/$folder: the cache belongs to another user ("*"hint: chown -R 0 $PWD/$folder, or rm -r "* ]]
		chown root "$folder"
	done
	mv cache/docker-flow/git away && ln -s "$PWD/away" cache/docker-flow/git
	run -1 "$flow" config
	[[ $output == *"the cache is no folder"* ]]
	rm cache/docker-flow/git && mv away cache/docker-flow/git
	chmod 0777 cache
	run -1 "$flow" config
	[[ $output == *"everybody can write to the folder of the cache"* ]]
	chmod 1777 cache
	run -0 "$flow" config -q
	# copies of web servers lie there, too
	mkdir cache/docker-flow/http && chmod 0777 cache/docker-flow/http
	echo "{include: ['http://127.0.0.1:1/x.yaml#sha256=$(printf x | sha256sum | cut -d' ' -f1)']}" >compose.yaml
	run -1 "$flow" config
	[[ $output == *"$PWD/cache/docker-flow/http: other users can write to the cache"* ]]
}
