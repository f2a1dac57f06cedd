-- Since when an organisation or a post is there, and the first day on which it is no more, so that the organisation of a past
-- day can be shown. NULL in rows from before, so that they keep their hash.
ALTER TABLE org ADD COLUMN founded_on TEXT;
ALTER TABLE org ADD COLUMN closed_on TEXT;
ALTER TABLE post ADD COLUMN founded_on TEXT;
ALTER TABLE post ADD COLUMN closed_on TEXT;
