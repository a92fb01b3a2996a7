# The demo's product: real stores, a migration, an upstream application, gates, caches.
load helper

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
export DEMO_PORT=47081
ALSO_PROJECTS=workstation

# page: waits until the page shows that the worker has asked geo for the first card
page() {
	local text try
	for try in $(seq 60); do
		text=$(curl -sf "http://127.0.0.1:$DEMO_PORT/" || true)
		[[ $text != *"Lisbon</b> (Portugal)"* ]] || { printf '%s\n' "$text"; return 0; }
		sleep 0.25
	done
	flow logs
	return 1
}

@test "the product comes up in order, stays as it is, and goes without its external cache" {
	"$root/demo/images.sh" 3>&-
	cp -r "$root/demo" .
	cd demo
	flow up -d
	page

	# the gates: the migration after the database, the rest after the migration
	finished=$(date -d "$(field migrate-1 '{{.State.FinishedAt}}')" +%s%N)
	[ "$(field migrate-1 '{{.State.ExitCode}}')" = 0 ]
	[ "$(started postgres-1)" -lt "$(started migrate-1)" ]
	for name in web-1 worker-1; do [ "$finished" -lt "$(started $name)" ]; done
	[ "$(started web-1)" -lt "$(started nginx-1)" ]
	[ "$(docker inspect -f '{{.State.Status}}' workstation-geo-1)" = running ]
	curl -sf http://127.0.0.1:47090/_internal_/healthcheck

	# nothing to do: the same containers, the migration does not run again
	before=$(docker ps -aq --no-trunc | sort)
	run flow plan --exit-code
	[ "$status" -eq 0 ]
	flow up -d
	[ "$(docker ps -aq --no-trunc | sort)" = "$before" ]
	[ "$(date -d "$(field migrate-1 '{{.State.FinishedAt}}')" +%s%N)" = "$finished" ]

	flow down --volumes
	[ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$PROJECT")" ]
	[ -z "$(docker volume ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
	[ "$(docker inspect -f '{{.State.Status}}' workstation-geo-1)" = running ]
	docker volume inspect postcards-places >/dev/null
	flow down --app geo
	[ -z "$(docker ps -aq --filter name=workstation-geo)" ]
	docker volume rm postcards-places
}
