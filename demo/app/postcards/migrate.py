"""Apply the migrations that the database does not have yet; the database must be up."""
import pathlib

from postcards.stores import database


def main():
    connection = database()
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())")
        cursor.execute("LOCK TABLE migrations")
        cursor.execute("SELECT name FROM migrations")
        applied = {name for (name,) in cursor}
        for file in sorted(pathlib.Path("migrations").glob("*.sql")):
            if file.name not in applied:
                print("applying", file.name)
                cursor.execute(file.read_text(encoding="utf-8"))
                cursor.execute("INSERT INTO migrations (name) VALUES (%s)", (file.name,))
    print("database is up to date")


if __name__ == "__main__":
    main()
