-- Since when a certificate is taken back or lost, and why: until then it counted. NULL in rows from before, so that they
-- keep their hash.
ALTER TABLE certificate ADD COLUMN revoked_on TEXT;
ALTER TABLE certificate ADD COLUMN revoke_reason TEXT;
