# tags and digest: what a registry may say, and what is made of it. (Real registries: tests/engine/tags.bats.)
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$PWD DOCKER_HOST=unix://$PWD/none.sock
}

teardown() {
	[ -z "${registry_pid:-}" ] || kill "$registry_pid"
}

# lying: begins the registry; $at is where it is
lying() {
	python3 "$BATS_TEST_DIRNAME/lying_registry.py" port 3>&- &
	registry_pid=$!
	until [ -s port ]; do kill -0 "$registry_pid"; done
	at=127.0.0.1:$(cat port)
}

@test "tags: page after page, each once; versions by their numbers; the newest" {
	lying
	run -0 "$flow" tags "$at/pages"
	[ "$output" = $'1.0.0\n1.10.0\n1.9.0\nlatest\nv0.1.0' ]
	run -0 "$flow" tags --semver "$at/pages"
	[ "$output" = $'1.10.0\n1.9.0\n1.0.0\nv0.1.0' ]
	run -0 "$flow" tags --latest "$at/pages"
	[ "$output" = 1.10.0 ]
	run -0 "$flow" tags --latest "$at/candidates"
	[ "$output" = 1.0.0-rc.10 ]
	run -0 "$flow" tags "$at/empty"
	[ -z "$output" ]
	run -0 "$flow" tags --semver "$at/words"
	[ -z "$output" ]
	run -1 "$flow" tags --latest "$at/words"
	[ "$output" = "error: $at/words: none of its tags is a version" ]
}

@test "tags: what a registry may not say is told, and nothing is printed" {
	lying
	while read -r name words; do
		run -1 --separate-stderr "$flow" tags "$at/$name"
		[[ -z $output && $stderr == "error: $at/$name: "*"$words"* ]] || { echo "$name: $output $stderr"; return 1; }
	done <<-'LIES'
		circle the registry's list of tags has no end
		list is no list of tags
		number can be no tag
		escapes can be no tag
		html is no list of tags
		nest is no list of tags
		elsewhere on another host
		unknown repository name not known to registry
	LIES
	[[ $stderr == *"hint: is the name right"* ]]
}

@test "digest: what the registry says, or what the manifest comes to" {
	lying
	sum=sha256:$(printf '{"schemaVersion": 2}' | sha256sum | cut -d' ' -f1)
	for name in silent escapes; do
		run -0 "$flow" digest "$at/$name:1"
		[ "$output" = "$sum" ]
	done
	run -0 "$flow" digest "$at/silent@$sum"
	[ "$output" = "$sum" ]
	run -1 --separate-stderr "$flow" digest "$at/liar:1"
	[[ -z $output && $stderr == *"its digest is $sum"* ]]
}

@test "tags and digest: names that are none" {
	for name in X a:b a@sha256:1 'a b' '' 127.0.0.1:1/x:1; do
		run -2 "$flow" tags "$name"
		[[ $output == *hint:* ]] || { echo "$name: $output"; return 1; }
	done
	[[ $output == *"hint: "*" tags 127.0.0.1:1/x" ]]
	run -2 "$flow" digest X
	run -2 "$flow" digest
	run -1 "$flow" digest 127.0.0.1:1/x
	[[ $output == *"the registry does not answer"*hint:* ]]
}
