-- What a new sign may belong to is found by where and from whom it came, not by reading every sign of every open incident.
-- Copies of what the content says; the latitude -1000 is nowhere. Rows from before have none.
ALTER TABLE incident ADD COLUMN cached_lat DOUBLE PRECISION;
ALTER TABLE incident ADD COLUMN cached_lon DOUBLE PRECISION;
CREATE INDEX incident_near ON incident (town, cached_lat, last_signal_at);
ALTER TABLE incident_signal ADD COLUMN cached_sender TEXT;
ALTER TABLE incident_signal ADD COLUMN cached_seen BOOLEAN;
CREATE INDEX incident_signal_sender ON incident_signal (town, cached_sender, came_at);
CREATE INDEX incident_signal_seen ON incident_signal (town, cached_seen, came_at);
