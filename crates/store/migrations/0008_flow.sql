-- What workbenches ask for: requests for an extension that wait for a decision, and tasks nobody took on. NULL in rows
-- from before; the events say it.
ALTER TABLE hazard ADD COLUMN extension TEXT;
ALTER TABLE task ADD COLUMN assigned_on TEXT;
CREATE INDEX task_assigned ON task (town, state, assigned_on);
