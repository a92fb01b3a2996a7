# login and logout: registries say whether they take a login, and docker's config.json or a helper of it keeps it.
bats_require_minimum_version 1.5.0
load helper
load registry

setup_file() { registries_begin; }

teardown_file() { registries_end; }

eval "project_$(declare -f setup)"
setup() {
	project_setup
	export DOCKER_CONFIG=$PWD/config
	login=$(printf anna:correct-horse | base64)
}

# says PASSWORD ARGUMENT…: login of anna by standard input
says() { printf '%s\n' "$1" | flow login -u anna --password-stdin "${@:2}"; }

@test "login: what the registry takes is kept in config.json, which stays as it is otherwise; logout forgets it" {
	says correct-horse "$PRIVATE" >out 2>err
	[ "$(cat out)" = "Login Succeeded" ]
	grep -q "warning: the password is kept in $DOCKER_CONFIG/config.json as it is" err
	[ "$(stat -c %a config/config.json)" = 600 ]
	[ "$(jq -r --arg host "$PRIVATE" '.auths[$host].auth' config/config.json)" = "$login" ]
	run -0 docker login "$PRIVATE" </dev/null # docker finds it
	mv config/config.json config/real.json
	ln -s real.json config/config.json
	jq --arg url "https://$PRIVATE/v1/" '.auths[$url] = .auths[.auths | keys[0]] | .auths.other = {auth: "eDp5"} | .detachKeys = "ctrl-x" | .n = 12345678901234' \
		config/real.json >more && mv more config/real.json
	FLOW_TRACE=$PWD/trace says correct-horse "$PRIVATE"
	run ! grep -qE "correct-horse|$login" trace
	[ -L config/config.json ]
	[ "$(jq -c '[.auths.other.auth, .detachKeys, .n, (.auths | length)]' config/real.json)" = '["eDp5","ctrl-x",12345678901234,3]' ]
	[ "$(flow logout "https://$PRIVATE/v2/")" = "Removing login credentials for $PRIVATE" ]
	[ "$(jq -c '[.detachKeys, .auths]' config/real.json)" = '["ctrl-x",{"other":{"auth":"eDp5"}}]' ]
	[ "$(flow logout "$PRIVATE")" = "Not logged in to $PRIVATE" ]
	[ "$(ls config)" = $'config.json\nreal.json' ]
}

@test "login: what the registry does not take is not kept, and never shown" {
	need python3
	beside bearer.log python3 "$BATS_TEST_DIRNAME/bearer.py" "$REGISTRY" port tokens
	until_true test -s port
	bearer=127.0.0.1:$(cat port)
	for registry in "$PRIVATE" "$bearer"; do
		FLOW_TRACE=$PWD/trace run -1 says wrong-horse "$registry"
		has "$registry: " "hint: are user and password right?"
		[[ $output != *horse* ]]
		run ! grep -q wrong-horse trace
		[ ! -e config/config.json ]
		says correct-horse "$registry"
		flow logout "$registry"
		rm config/config.json
	done
	grep -q '^GET anna *$' tokens
	says anything "$REGISTRY" # it asks for no login
	run -1 says correct-horse 127.0.0.1:1
	has "the registry does not answer"
}

@test "login: a credential helper keeps it, and its failure is told" {
	mkdir bin config
	cat >bin/docker-credential-safe <<-SH
		#!/bin/sh
		[ ! -e "$PWD/locked" ] || { echo the safe is locked; exit 1; }
		case \$1 in
		store) cat >"$PWD/kept" ;;
		erase) [ -e "$PWD/kept" ] || { echo credentials not found in native keychain; exit 1; }; [ "\$(cat)" = "$PRIVATE" ] && rm "$PWD/kept" ;;
		get) cat "$PWD/kept" ;;
		esac
	SH
	chmod +x bin/docker-credential-safe
	PATH=$PWD/bin:$PATH
	printf '{"credHelpers": {"%s": "safe"}}\n' "$PRIVATE" >config/config.json
	run -0 says 'correct-horse' "$PRIVATE"
	[ "$output" = "Login Succeeded" ]
	[ "$(jq -c . kept)" = "{\"ServerURL\":\"$PRIVATE\",\"Username\":\"anna\",\"Secret\":\"correct-horse\"}" ]
	[ "$(jq -c '.auths' config/config.json)" = "{\"$PRIVATE\":{}}" ]
	touch locked
	run -1 says correct-horse "$PRIVATE"
	has "docker-credential-safe store: the safe is locked"
	run -1 flow logout "$PRIVATE"
	has "docker-credential-safe erase: the safe is locked"
	rm locked
	flow logout "$PRIVATE"
	[ ! -e kept ]
	flow logout "$PRIVATE"
}

@test "login: asked for at a terminal, the password is not shown; an interrupt leaves the terminal as it was" {
	run -0 terminal 24x80 "$FLOW" login "$PRIVATE" <<-'STEPS'
		wait Username:
		type anna\r
		wait Password:
		type correct-horse\r
		wait Login Succeeded
		restored
	STEPS
	[[ $output == *anna* && $output != *correct-horse* ]]
	run -130 terminal 24x80 "$FLOW" login -u anna "$PRIVATE" <<-'STEPS'
		wait Password:
		type \x03
		restored
	STEPS
	[[ $output != *"Login Succeeded"* ]]
}

@test "login and logout: what cannot be is said, with what to do" {
	run -2 flow login "$PRIVATE" </dev/null
	has "there is no terminal to ask for the login at" "--password-stdin"
	run -2 flow login -u anna -p x "$PRIVATE"
	has "can be read by everybody" "--password-stdin"
	run -2 flow login --password-stdin "$PRIVATE" </dev/null
	has "--password-stdin needs --username"
	run -2 flow login -u anna --password-stdin "$PRIVATE" </dev/null
	has "nothing comes from standard input"
	run -2 flow login -u anna --password-stdin "a b" <<<x
	has "a b is no registry" "hint: write HOST[:PORT]"
	run -2 flow logout 'a b'
	mkdir config
	echo '[]' >config/config.json
	run -2 flow logout "$PRIVATE"
	has "config.json holds no JSON object"
	[ "$(cat config/config.json)" = '[]' ]
}
