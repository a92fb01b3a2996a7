#!/bin/sh
# First start: make the cluster and the database. Then become the server.
set -eu
if [ ! -d "$PGDATA" ]; then
	# made under another name, so that what was interrupted starts anew
	rm -rf "$PGDATA.new"
	initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile=/run/secrets/db_password --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
	echo 'host all all all scram-sha-256' >>"$PGDATA.new/pg_hba.conf"
	echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA.new" postgres >/dev/null
	mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp
