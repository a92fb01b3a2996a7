CREATE TABLE cards (
	id serial PRIMARY KEY,
	place text NOT NULL CHECK (length(place) BETWEEN 1 AND 60),
	message text NOT NULL CHECK (length(message) <= 400),
	sent_at timestamptz NOT NULL DEFAULT now()
);
