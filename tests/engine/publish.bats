# Projects that go to a registry, and are read from there; beside docker compose, which does the same.
bats_require_minimum_version 1.5.0
load helper
load registry

setup_file() { registries_begin; }

teardown_file() { registries_end; }

eval "project_$(declare -f setup)"
setup() {
	project_setup
	unset COMPOSE_PROJECT_NAME
	export ENGINE28=${ENGINE28:-${XDG_CACHE_HOME:-$HOME/.cache}/docker-flow/engine28} # where docker compose is
	export XDG_CACHE_HOME=$PWD/cache
	manifests=application/vnd.oci.image.manifest.v1+json
}

eval "project_$(declare -f teardown)"
teardown() {
	project_teardown
	registries_forget
}

# manifest NAME OBJECT [TYPE]: what the registry has for a tag or a digest
manifest() { curl -sf -H "Accept: ${3:-$manifests}" "http://$REGISTRY/v2/$1/manifests/$2"; }

# digest NAME TAG [TYPE]
digest() { manifest "$@" | sha256sum | sed 's/\(.*\) .*/sha256:\1/; s/ //g'; }

# comparable: a manifest without what names time and version; layers in order
comparable() {
	jq -S 'del(.annotations["org.opencontainers.image.created"]) |
		walk(if type == "object" then del(.["com.docker.compose.version"]) else . end) |
		(.layers // []) |= sort_by(.digest) | (.manifests // []) |= sort_by(.digest) | del(.subject.digest, .subject.size)'
}

# compose_peer ARGUMENT…: docker compose, which needs leave to go without TLS
compose_peer() { __TEST__INSECURE__REGISTRY__=1 XDG_CACHE_HOME=$PWD/peer-cache peer "$@" </dev/null; }

# a_project: files of all kinds
a_project() {
	mkdir sub
	compose <<-'YAML'
		name: shop
		services:
		  web:
		    image: busybox
		    extends:
		      file: sub/base.yaml
		      service: base
		    env_file:
		      - one.env
		      - path: ${OTHER:-two}.env
		        required: false
		  db:
		    image: "busybox:${TAG:-latest}"
		    volumes: ["/tmp:/x"]
	YAML
	echo 'services: {db: {environment: {A: b}}}' >more.yaml
	printf 'services:\n  base:\n    extends:\n      file: more.yaml\n      service: lowest\n    command: sleep 100\n' >sub/base.yaml
	printf 'services:\n  lowest:\n    init: true\n' >sub/more.yaml
	echo HELLO=world >one.env
	echo TWO=2 >two.env
}

@test "publish: the manifest is docker compose's but for time and version, and each reads what the other has published" {
	need_peer
	a_project
	# docker compose takes names in a file that is extended as of the project's folder
	sed -i "s|file: more.yaml|file: $PWD/sub/more.yaml|" sub/base.yaml
	files=(-f compose.yaml -f more.yaml)
	for version in '' --oci-version=1.0 --oci-version=1.1; do
		flow "${files[@]}" publish $version --with-env --yes "$REGISTRY/both/flow:1"
		compose_peer "${files[@]}" publish $version --with-env --yes "$REGISTRY/both/peer:1"
		diff <(manifest both/flow 1 | comparable) <(manifest both/peer 1 | comparable)
		[ "$(manifest both/flow 1 | jq '.layers | length')" = 6 ]
	done
	for name in flow peer; do
		flow -f "oci://$REGISTRY/both/$name:1" config >"flow-$name"
		compose_peer -f "oci://$REGISTRY/both/$name:1" config >"peer-$name" 2>/dev/null
	done
	diff flow-flow peer-flow
	diff flow-peer peer-peer
	diff flow-flow flow-peer
	flow "${files[@]}" config >here
	diff here flow-flow
}

@test "publish: without a tag it is latest; nothing is read without the registry but what its digest names" {
	one_service
	run -0 flow publish "$REGISTRY/tag/web"
	has "$REGISTRY/tag/web publishing" "$REGISTRY/tag/web published as $(digest tag/web latest)"
	flow -f "oci://$REGISTRY/tag/web@$(digest tag/web latest)" config -q
	FLOW_TRACE=$PWD/trace flow -f "oci://$REGISTRY/tag/web@$(digest tag/web latest)" config -q
	[ ! -s trace ]
	FLOW_TRACE=$PWD/trace flow -f "oci://$REGISTRY/tag/web" config -q
	[ "$(grep -c '"what":"http"' trace)" = 1 ]
	echo "{include: ['oci://$REGISTRY/tag/web'], services: {more: {extends: {file: 'oci://$REGISTRY/tag/web', service: web}}}}" >compose.yaml
	[ "$(flow config --format json | jq -r '[.services[].image] | join(" ")')" = "busybox busybox" ]
	run -0 flow publish "$REGISTRY/tag/more:1"
	[ "$(flow -f "oci://$REGISTRY/tag/more:1" config --format json | jq -r '.services | keys | join(" ")')" = "more web" ]
	run -2 flow -f "oci://$REGISTRY/tag/nosuch:1" config
	has "$REGISTRY/tag/nosuch: tag 1 cannot be read" "HTTP status 404" hint:
	COMPOSE_EXPERIMENTAL_OCI_REMOTE=false run -2 flow -f "oci://$REGISTRY/tag/web" config
	has COMPOSE_EXPERIMENTAL_OCI_REMOTE
}

@test "publish: what runs is what was published" {
	export COMPOSE_PROJECT_NAME=$PROJECT
	compose <<-'YAML'
		services: {web: {image: busybox, init: true, command: sleep 1000, env_file: [one.env]}}
	YAML
	echo HELLO=world >one.env
	flow publish --with-env -y "$REGISTRY/runs/web:1"
	rm compose.yaml one.env
	flow -f "oci://$REGISTRY/runs/web:1" up -d
	docker exec "$PROJECT-web-1" env | grep -x HELLO=world
	run -0 flow -f "oci://$REGISTRY/runs/web:1" up -d
	has "nothing to do"
}

@test "publish: what is built is pushed first; digests are fixed, images copied" {
	need_peer
	publish app/db:1 "the database"
	compose <<-YAML
		name: shop
		services:
		  web: {image: "$REGISTRY/app/web:1", build: {context: ., dockerfile_inline: "FROM busybox"}}
		  db: {image: "$REGISTRY/app/db:1", profiles: [more]}
	YAML
	flow build web
	run -0 flow publish "$REGISTRY/app/shop:1"
	has "$REGISTRY/app/web:1  Pushed" "$REGISTRY/app/shop:1 published"
	[ "$(manifest app/shop 1 | jq '.layers | length')" = 1 ]
	run -0 flow publish --resolve-image-digests "$REGISTRY/app/shop:1"
	compose_peer publish --resolve-image-digests "$REGISTRY/app/peer:1"
	diff <(manifest app/shop 1 | comparable) <(manifest app/peer 1 | comparable)
	[[ $(flow --profile '*' -f "oci://$REGISTRY/app/shop:1" config --images) == *"$REGISTRY/app/db:1@sha256:"* ]]
	run -0 flow publish --app "$REGISTRY/other/shop:2"
	has "$REGISTRY/app/db:1 copying"
	compose_peer publish --app "$REGISTRY/other/peer:2"
	diff <(manifest other/shop 2 | comparable) <(manifest other/peer 2 | comparable)
	image=$(digest app/db 1 application/vnd.docker.distribution.manifest.v2+json)
	manifest other/shop "$image" application/vnd.docker.distribution.manifest.v2+json >/dev/null
	# the index has no tag: of its two neighbours it is the one that names the other
	list=$BATS_FILE_TMPDIR/images/docker/registry/v2/repositories/other
	index() {
		local revision
		for revision in "$list/$1"/_manifests/revisions/sha256/*; do
			manifest "other/$1" "sha256:${revision##*/}" application/vnd.oci.image.index.v1+json 2>/dev/null | jq -e 'select(.subject)' && return
		done
	}
	diff <(index shop | comparable) <(index peer | comparable)
	index shop | jq -e --arg project "$(digest other/shop 2)" '.subject.digest == $project and (.manifests | length) == 2'
}

@test "publish: a registry with a password, and one that wants tokens" {
	need python3
	one_service
	beside bearer.log python3 "$BATS_TEST_DIRNAME/bearer.py" "$REGISTRY" port tokens
	until_true test -s port
	bearer=127.0.0.1:$(cat port)
	for registry in "$PRIVATE" "$bearer"; do
		run -1 flow publish "$registry/mine/shop:1"
		has "docker login $registry"
	done
	export DOCKER_CONFIG=$PWD/config
	mkdir config
	login=$(printf anna:correct-horse | base64)
	printf '{"auths": {"%s": {"auth": "%s"}, "%s": {"auth": "%s"}}}\n' "$PRIVATE" "$login" "$bearer" "$login" >config/config.json
	for registry in "$PRIVATE" "$bearer"; do
		FLOW_TRACE=$PWD/trace run -0 flow publish "$registry/mine/shop:1"
		FLOW_TRACE=$PWD/trace run -0 flow -f "oci://$registry/mine/shop:1" config -q
		run ! grep -qE "correct-horse|$login|token-" trace
		rm -r cache
	done
	grep -q '^GET anna repository:mine/shop:pull,push$' tokens
	sed -i "s/$login/$(printf anna:wrong | base64)/g" config/config.json
	for registry in "$PRIVATE" "$bearer"; do
		run -1 flow publish "$registry/mine/shop:2"
		has "the login of docker's config.json is not enough"
		[[ $output != *wrong* ]]
	done
	printf '{"auths": {"%s": {"auth": "", "username": "", "identitytoken": "refresh-me"}}}\n' "$bearer" >config/config.json
	flow publish "$bearer/mine/shop:3"
	grep -q '^POST anna repository:mine/shop:pull,push$' tokens
	# what is there already is taken over with the right to read the other repository
	publish tokens/db:1
	echo "services: {db: {image: '$bearer/tokens/db:1'}}" >compose.yaml
	FLOW_TRACE=$PWD/trace flow publish --app "$bearer/mine/app:1"
	grep -q '^POST anna repository:mine/app:pull,push repository:tokens/db:pull$' tokens
	layer=$(manifest tokens/db 1 application/vnd.docker.distribution.manifest.v2+json | jq -r '.layers[0].digest')
	curl -sfI "http://$REGISTRY/v2/mine/app/blobs/$layer"
	run ! grep -q "\"GET\".*/v2/tokens/db/blobs/$layer" trace
}

@test "publish: an upload that breaks off begins anew" {
	need python3
	one_service
	beside bearer.log python3 "$BATS_TEST_DIRNAME/bearer.py" "$REGISTRY" port tokens 2
	until_true test -s port
	export DOCKER_CONFIG=$PWD/config
	mkdir config
	printf '{"auths": {"127.0.0.1:%s": {"auth": "%s"}}}\n' "$(cat port)" "$(printf anna:correct-horse | base64)" >config/config.json
	FLOW_TRACE=$PWD/trace run -0 flow publish "127.0.0.1:$(cat port)/cut/web:1"
	[ "$(grep '"PUT"' trace | grep -c '"status":0')" = 2 ]
	flow -f "oci://$REGISTRY/cut/web:1" config -q
}

@test "publish: TLS on loopback is found out; a certificate that nobody knows is told" {
	need openssl
	one_service
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=registry -addext subjectAltName=IP:127.0.0.1 \
		-keyout key.pem -out cert.pem 2>/dev/null
	cat >tls.yml <<-YAML
		version: 0.1
		log: {accesslog: {disabled: true}, level: info}
		storage: {filesystem: {rootdirectory: $PWD/images}}
		http: {addr: "127.0.0.1:0", secret: test, tls: {certificate: $PWD/cert.pem, key: $PWD/key.pem}}
	YAML
	beside tls.log docker-registry serve tls.yml
	until_true grep -q 'listening on' tls.log
	registry=$(sed -n 's/.*listening on \([0-9.:]*\).*/\1/p' tls.log)
	run -1 flow publish "$registry/tls/web"
	has "$registry/tls/web: the registry does not answer: " certificate "hint: add the certificate of its authority"
	run -2 flow -f "oci://$registry/tls/web" config
	has certificate
}

@test "publish --app: from one registry to another" {
	publish far/db:1
	export DOCKER_CONFIG=$PWD/config
	mkdir config
	printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$PRIVATE" "$(printf anna:correct-horse | base64)" >config/config.json
	echo "services: {db: {image: '$REGISTRY/far/db:1'}}" >compose.yaml
	layer=$(manifest far/db 1 application/vnd.docker.distribution.manifest.v2+json | jq -r '.layers[0].digest')
	TMPDIR=$PWD FLOW_TRACE=$PWD/trace flow publish --app "$PRIVATE/near/app:1"
	grep -q "\"GET\".*$REGISTRY/v2/far/db/blobs/$layer.*\"status\":200" trace
	curl -sfI "http://$REGISTRY/v2/near/app/blobs/$layer"
	run ! compgen -G 'docker-flow.*'
	FLOW_TRACE=$PWD/again flow publish --app "$PRIVATE/near/app:1"
	run ! grep -q "\"GET\".*/blobs/" again
	flow -f "oci://$PRIVATE/near/app:1" config -q
}

@test "publish: a terminal is asked, and no is an answer" {
	need python3
	compose <<-'YAML'
		services: {web: {image: busybox, volumes: ["/tmp:/x"], environment: {A: b, DB_PASSWORD: aB3dE6gH9jK2mN5pQ8sT}}}
	YAML
	run -130 terminal 30x120 "$FLOW" publish --with-env "$REGISTRY/asked/web:1" <<-'STEPS'
		wait binds? (y/N)
		type y\r
		wait secrets? (y/N)
		type no\r
		wait nothing is published
	STEPS
	has "web: /tmp:/x:rw" "compose.yaml: services.web.environment.DB_PASSWORD (Keyword Detector)"
	run ! manifest asked/web 1
	run -0 terminal 30x120 "$FLOW" publish --with-env "$REGISTRY/asked/web:1" <<-'STEPS'
		wait binds? (y/N)
		type y\r
		wait secrets? (y/N)
		type yes\r
		wait variables? (y/N)
		type y\r
		wait published as
	STEPS
	has A=b 'DB_PASSWORD=***'
	[[ $output != *aB3dE6* ]]
	manifest asked/web 1
}

@test "oci://: what a registry gives is checked" {
	one_service
	flow publish "$REGISTRY/bad/web:1"
	layer=$(manifest bad/web 1 | jq -r '.layers[0].digest')
	blob=$BATS_FILE_TMPDIR/images/docker/registry/v2/blobs/sha256/${layer:7:2}/${layer#sha256:}/data
	sed -i s/busybox/buzybox/ "$blob"
	run -2 flow -f "oci://$REGISTRY/bad/web:1" config
	has "what the registry gives has another digest"
	[ -z "$(ls cache/docker-flow/oci)" ]
	sed -i s/buzybox/busybox/ "$blob"
	echo '# more' >>"$blob"
	run -2 flow -f "oci://$REGISTRY/bad/web:1" config
	[ -z "$(ls cache/docker-flow/oci)" ]
	sed -i '$d' "$blob"
	flow -f "oci://$REGISTRY/bad/web:1" config -q
	# an image is no project
	publish bad/image:1
	run -2 flow -f "oci://$REGISTRY/bad/image:1" config
	has "it is no compose project" hint:
	# put TAG JQ: the manifest, changed
	put_changed() { manifest bad/web 1 | jq -c "$2" | curl -sf -X PUT -H "Content-Type: $manifests" --data-binary @- "http://$REGISTRY/v2/bad/web/manifests/$1"; }
	put_changed path '.layers[0].annotations += {"com.docker.compose.extends": "true", "com.docker.compose.file": "../../x"} | .layers += [.layers[0]]'
	run -2 flow -f "oci://$REGISTRY/bad/web:path" config
	has "that of a path"
	put_changed twice '.layers += [.layers[0] | .annotations += {"com.docker.compose.extends": "true", "com.docker.compose.file": "compose.yaml"}]'
	run -2 flow -f "oci://$REGISTRY/bad/web:twice" config
	has "it has two files compose.yaml"
	put_changed size '.layers[0].size += 1'
	run -2 flow -f "oci://$REGISTRY/bad/web:size" config
	has "bytes, not"
	[ "$(ls cache/docker-flow/oci | wc -l)" = 1 ]
}

@test "publish: a registry that is down at first is tried again" {
	need python3
	one_service
	beside flaky.log python3 "$BATS_TEST_DIRNAME/flaky.py" 1 "$REGISTRY" port
	until_true test -s port
	FLOW_TRACE=$PWD/trace run -1 flow publish "127.0.0.1:$(cat port)/flaky/web:1"
	has "HTTP status 503"
	[ "$(grep -c '"status":503' trace)" = 4 ]
}
