ALTER TABLE cards ADD COLUMN country text, ADD COLUMN lat real, ADD COLUMN lon real;
INSERT INTO cards (place, message) VALUES ('Lisbon', 'The trams are steeper than they look.');
