#!/bin/sh
# Run once by the PostgreSQL container, on an empty database: the role the application works as, which owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE registry_app LOGIN PASSWORD 'CHANGE-THIS' CONNECTION LIMIT 256;
ALTER ROLE registry_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE registry_app SET lock_timeout = '30s';
SQL
