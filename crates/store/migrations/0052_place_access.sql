-- What whoever goes to a place at night must know of the way in and of the help people need; sealed at rest.
ALTER TABLE place ADD COLUMN access_notes TEXT;
ALTER TABLE place ADD COLUMN help_need TEXT;
