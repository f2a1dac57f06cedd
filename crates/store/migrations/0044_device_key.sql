-- A phone's session rests on a key of the phone: its public half, base64url of the uncompressed P-256 point; empty where there is
-- none. A phone without one stays signed in no longer than a desk: twelve hours.
ALTER TABLE session ADD COLUMN device_key TEXT NOT NULL DEFAULT '';
UPDATE session SET expires_at = created_at + 43200000 WHERE kind = 'phone' AND expires_at > created_at + 43200000;
