# logout, and what login refuses before any registry is asked. (Registries: tests/engine/login.bats.)
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$PWD DOCKER_CONFIG=$PWD/config
	mkdir config
}

@test "logout forgets a registry under all its names, and no other" {
	echo '{"auths": {"registry.example": {"auth": "eDp5"}, "https://registry.example/v1/": {"auth": "eDp5"},
		"registry.example:5000": {"auth": "eDp5"}, "registry.example.org": {"auth": "eDp5"}, "registry": {"auth": "eDp5"},
		"https://index.docker.io/v1/": {"auth": "eDp5"}}, "HttpHeaders": {"A": "b"}}' >config/config.json
	run -0 "$flow" logout https://registry.example/v2/
	[ "$output" = "Removing login credentials for registry.example" ]
	[ "$(jq -c '.auths | keys' config/config.json)" = '["https://index.docker.io/v1/","registry","registry.example.org","registry.example:5000"]' ]
	[ "$(jq -c .HttpHeaders config/config.json)" = '{"A":"b"}' ]
	run -0 "$flow" logout
	[ "$output" = "Removing login credentials for https://index.docker.io/v1/" ]
	before=$(cat config/config.json)
	run -0 "$flow" logout registry.example
	[ "$output" = "Not logged in to registry.example" ]
	[ "$(cat config/config.json)" = "$before" ]
	chmod 500 config
	[ "$(id -u)" = 0 ] || run -1 "$flow" logout registry.example.org
}

@test "login: a password in the command line is refused, and not told" {
	run -2 "$flow" login -u x -p horse 127.0.0.1:1
	[[ $output == *"can be read by everybody"*--password-stdin* && $output != *horse* ]]
	run -2 "$flow" login -u x --password-stdin 'a b' <<<horse
	[[ $output == *"a b is no registry"* && $output != *horse* ]]
	head -c 20000 /dev/zero | tr '\0' x >long
	run -2 "$flow" login -u x --password-stdin 127.0.0.1:1 <long
	[[ $output == *"is no password"* ]]
}
