# Image registries on loopback, for a file of tests: `load registry` after `load helper`. All have the same images, in
# $BATS_FILE_TMPDIR/images. The file's teardown_file calls registries_end.

# registry NAME [HTPASSWD-FILE]: begins one; prints its address
registry() {
	local at=$BATS_FILE_TMPDIR/registry-$1 auth=
	[ -z "${2:-}" ] || auth="auth: {htpasswd: {realm: test, path: $2}}"
	cat >"$at.yml" <<-YAML
		version: 0.1
		log: {accesslog: {disabled: true}, level: info}
		storage: {filesystem: {rootdirectory: $BATS_FILE_TMPDIR/images}}
		http: {addr: "127.0.0.1:0", secret: test}
		$auth
	YAML
	docker-registry serve "$at.yml" >"$at.log" 2>&1 3>&- &
	echo $! >"$at.pid"
	until_true grep -q 'listening on' "$at.log" >&2 || { cat "$at.log" >&2; return 1; }
	sed -n 's/.*listening on \([0-9.:]*\).*/\1/p' "$at.log"
}

# registries_begin: one that is open to all, and one for anna with the password correct-horse; REGISTRY and PRIVATE are where
registries_begin() {
	need docker-registry
	# shellcheck disable=SC2016
	echo 'anna:$2y$04$HI33odgvhYGlL0vC89yMjObw6Cted6g1n/wgwf5.hjJHk1Sqr2A0a' >"$BATS_FILE_TMPDIR/passwords"
	REGISTRY=$(registry open)
	PRIVATE=$(registry private "$BATS_FILE_TMPDIR/passwords")
	export REGISTRY PRIVATE
}

# registries_forget: removes the images that came from them, or were made for them
registries_forget() {
	local images
	images=$(docker images --digests --format '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}' '127.0.0.1:*/*' |
		tr ' ' '\n' | grep -v '<none>' | sort -u)
	[ -z "$images" ] || docker rmi -f $images >/dev/null
}

registries_end() {
	local file
	for file in "$BATS_FILE_TMPDIR"/registry-*.pid; do
		[ ! -e "$file" ] || kill "$(cat "$file")"
	done
}

# publish NAME:TAG [TEXT]: pushes an image that sleeps, has TEXT in /text, and shares nothing with those of the engine
publish() {
	local root=$BATS_FILE_TMPDIR/root
	if [ ! -e "$root/busybox" ]; then
		mkdir -p "$root"
		docker create --name "$PROJECT-root" busybox >/dev/null
		docker cp "$PROJECT-root:/usr/bin/busybox" "$root/busybox" >/dev/null
		docker rm "$PROJECT-root" >/dev/null
	fi
	echo "${2:-$1}" >"$root/text"
	tar -C "$root" -c . | docker import -c 'CMD ["/busybox", "sleep", "1000"]' - "$REGISTRY/$1" >/dev/null
	docker push -q "$REGISTRY/$1" >/dev/null
	docker rmi "$REGISTRY/$1" >/dev/null
}

# retag NAME FROM TO: gives the image a further tag, in the registry only
retag() {
	local manifest type=application/vnd.docker.distribution.manifest.v2+json
	manifest=$(curl -sf -H "Accept: $type" "http://$REGISTRY/v2/$1/manifests/$2"; echo .)
	printf %s "${manifest%.}" | curl -sf -X PUT -H "Content-Type: $type" --data-binary @- "http://$REGISTRY/v2/$1/manifests/$3"
}
