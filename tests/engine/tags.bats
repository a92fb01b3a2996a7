# tags and digest, beside registries as people have them: open, with a password, with tokens.
bats_require_minimum_version 1.5.0
load helper
load registry

setup_file() {
	registries_begin
	export PROJECT=tags
	publish tagged/app:1.0.0
	for tag in 1.9.0 1.10.0 2.0.0-rc.1 latest; do retag tagged/app 1.0.0 "$tag"; done
	publish tagged/app:other text
}

teardown_file() {
	registries_end
}

eval "project_$(declare -f teardown)"
teardown() {
	project_teardown
	registries_forget
}

versions=$'2.0.0-rc.1\n1.10.0\n1.9.0\n1.0.0'

@test "tags of a repository, and the digest that the engine has for one of them" {
	run -0 flow tags "$REGISTRY/tagged/app"
	[ "$output" = $'1.0.0\n1.10.0\n1.9.0\n2.0.0-rc.1\nlatest\nother' ]
	run -0 flow tags --semver "$REGISTRY/tagged/app"
	[ "$output" = "$versions" ]
	[ "$(flow tags --latest "$REGISTRY/tagged/app")" = 1.10.0 ]
	docker pull -q "$REGISTRY/tagged/app:other"
	run -0 flow digest "$REGISTRY/tagged/app:other"
	[ "$REGISTRY/tagged/app@$output" = "$(docker inspect -f '{{index .RepoDigests 0}}' "$REGISTRY/tagged/app:other")" ]
	[ "$output" != "$(flow digest "$REGISTRY/tagged/app")" ]
	run -1 flow tags "$REGISTRY/tagged/none"
	has "repository name not known to registry" "hint: is the name right"
	run -1 flow digest "$REGISTRY/tagged/app:none"
	has "$REGISTRY/tagged/app: tag none cannot be read" "manifest unknown"
}

@test "tags of many pages" {
	for ((i = 0; i < 110; i++)); do retag tagged/app other "many-$i"; done
	# this registry gives 100 at the most, whatever is asked for
	flow tags "$REGISTRY/tagged/app" >tags
	[ "$(sort -u tags | wc -l)" = 116 ]
	[ "$(wc -l <tags)" = 116 ]
}

@test "tags and digest where a login is needed" {
	need python3
	beside bearer.log python3 "$BATS_TEST_DIRNAME/bearer.py" "$REGISTRY" port tokens
	until_true test -s port
	bearer=127.0.0.1:$(cat port)
	run -1 flow tags "$PRIVATE/tagged/app"
	has "hint: it needs a login: docker login $PRIVATE"
	run -1 flow digest "$PRIVATE/tagged/app"
	has "hint: it needs a login: docker login $PRIVATE"
	flow tags "$bearer/tagged/app" >/dev/null # this one gives its tokens for reading to anybody
	grep -q '^GET nobody repository:tagged/app:pull$' tokens
	export DOCKER_CONFIG=$PWD/config
	mkdir config
	login=$(printf anna:correct-horse | base64)
	printf '{"auths": {"%s": {"auth": "%s"}, "%s": {"auth": "%s"}}}\n' "$PRIVATE" "$login" "$bearer" "$login" >config/config.json
	for registry in "$PRIVATE" "$bearer"; do
		run -0 flow tags --semver "$registry/tagged/app"
		[ "$output" = "$versions" ]
		[ "$(flow digest "$registry/tagged/app:other")" = "$(flow digest "$REGISTRY/tagged/app:other")" ]
	done
}
