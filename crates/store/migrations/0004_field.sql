-- Running numbers, the visit of a plan a task was made from, and what plans and inspections are looked for by.

CREATE TABLE counter (
  town TEXT NOT NULL, id TEXT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (town, id));

-- One task for each planned visit, however often tasks are made.
ALTER TABLE task ADD COLUMN plan_item TEXT;
CREATE UNIQUE INDEX task_plan_item ON task (town, plan_item);
CREATE INDEX task_plan ON task (town, plan, due_on);
CREATE INDEX inspection_task ON inspection (town, task);
CREATE INDEX upload_open ON upload (town, account, finished_at);
