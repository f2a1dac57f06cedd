-- Since when a territory is no more, and why. NULL in rows from before, so that they keep their hash.
ALTER TABLE territory ADD COLUMN closed_on TEXT;
ALTER TABLE territory ADD COLUMN closed_reason TEXT;
