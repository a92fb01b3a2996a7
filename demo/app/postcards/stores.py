"""The two stores: PostgreSQL (PGHOST, PGUSER, PGDATABASE) and Redis (REDIS_HOST)."""
import os

import psycopg2
import redis

QUEUE = "cards"
PASSWORD_FILE = os.environ.get("DB_PASSWORD_FILE", "/run/secrets/db_password")


def database():
    with open(PASSWORD_FILE, encoding="utf-8") as file:
        return psycopg2.connect(password=file.read().strip(), connect_timeout=5)


def counters():
    return redis.Redis(host=os.environ.get("REDIS_HOST", "redis"), socket_connect_timeout=5, decode_responses=True)
