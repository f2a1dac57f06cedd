-- The first rooms: record, people, register, plan, inspection, hazard.
-- One dialect for SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN. Ids are UUIDv7 text or the state's
-- own codes; instants are BIGINT unix ms; civil dates are TEXT YYYY-MM-DD. Every row carries its town and (town, id)
-- leads every key. Nothing is deleted: voided_at with a reason.

CREATE TABLE audit (
  town TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  at BIGINT NOT NULL, happened_at BIGINT NOT NULL,
  actor TEXT NOT NULL, actor_name TEXT NOT NULL, hat TEXT NOT NULL,
  action TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL, territory TEXT NOT NULL,
  reason TEXT NOT NULL, detail TEXT NOT NULL,
  content_hash TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (town, seq));
CREATE INDEX audit_object ON audit (town, object_kind, object_id, seq);
CREATE INDEX audit_at ON audit (town, at, seq);

CREATE TABLE audit_item (
  town TEXT NOT NULL, seq BIGINT NOT NULL, ord BIGINT NOT NULL,
  table_name TEXT NOT NULL, row_id TEXT NOT NULL, row_hash TEXT NOT NULL,
  PRIMARY KEY (town, seq, ord));
CREATE INDEX audit_item_row ON audit_item (town, table_name, row_id, seq);

CREATE TABLE audit_head (
  town TEXT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (town));

CREATE TABLE operation (
  town TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, request_hash TEXT NOT NULL,
  status BIGINT NOT NULL, answer TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE job (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, unique_key TEXT NOT NULL, payload TEXT NOT NULL,
  owner TEXT NOT NULL, state TEXT NOT NULL, run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, last_error TEXT NOT NULL,
  done_n BIGINT NOT NULL, total_n BIGINT NOT NULL, result TEXT NOT NULL,
  created_at BIGINT NOT NULL, finished_at BIGINT,
  PRIMARY KEY (town, id), UNIQUE (town, kind, unique_key));
CREATE INDEX job_due ON job (state, run_at);

CREATE TABLE reconcile (
  town TEXT NOT NULL, id TEXT NOT NULL, last_at BIGINT NOT NULL, last_error TEXT NOT NULL, found_n BIGINT NOT NULL,
  audit_seq BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE blob (
  town TEXT NOT NULL, id TEXT NOT NULL, size_bytes BIGINT NOT NULL, media_type TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE territory (
  town TEXT NOT NULL, id TEXT NOT NULL, level TEXT NOT NULL, parent TEXT NOT NULL, path TEXT NOT NULL,
  name TEXT NOT NULL, short_name TEXT NOT NULL, kind TEXT NOT NULL, aliases TEXT NOT NULL, provisional BOOLEAN NOT NULL,
  ord BIGINT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX territory_path ON territory (town, path);

CREATE TABLE org (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, short_name TEXT NOT NULL,
  aliases TEXT NOT NULL, relation TEXT NOT NULL, sectors TEXT NOT NULL, territory TEXT NOT NULL, active BOOLEAN NOT NULL,
  ord BIGINT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE person (
  town TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, pinyin TEXT NOT NULL, phone TEXT NOT NULL,
  phone_tail TEXT NOT NULL, phone_index TEXT NOT NULL, office_phone TEXT NOT NULL, active BOOLEAN NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX person_pinyin ON person (town, pinyin);

CREATE TABLE post (
  town TEXT NOT NULL, id TEXT NOT NULL, role TEXT NOT NULL, org TEXT NOT NULL, territory TEXT NOT NULL,
  name TEXT NOT NULL, min_n BIGINT NOT NULL, max_n BIGINT, active BOOLEAN NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE assignment (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, post TEXT NOT NULL, role TEXT NOT NULL, org TEXT NOT NULL,
  territory TEXT NOT NULL, path TEXT NOT NULL, sectors TEXT NOT NULL, place TEXT, acting BOOLEAN NOT NULL,
  from_on TEXT NOT NULL, to_on TEXT, basis TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX assignment_person ON assignment (town, person);
CREATE INDEX assignment_role ON assignment (town, role);

CREATE TABLE certificate (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, number TEXT NOT NULL,
  issuer TEXT NOT NULL, issued_on TEXT NOT NULL, expires_on TEXT, scope TEXT NOT NULL, state TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE account (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, login TEXT NOT NULL, password_hash TEXT NOT NULL,
  totp_secret TEXT NOT NULL, totp_step BIGINT NOT NULL, recovery TEXT NOT NULL, epoch BIGINT NOT NULL, active BOOLEAN NOT NULL,
  must_change BOOLEAN NOT NULL, failures BIGINT NOT NULL, locked_until BIGINT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (login));

CREATE TABLE session (
  town TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, factor_at BIGINT NOT NULL, epoch BIGINT NOT NULL,
  address TEXT NOT NULL, agent TEXT NOT NULL, ended_at BIGINT,
  PRIMARY KEY (town, id));
CREATE INDEX session_account ON session (town, account);

CREATE TABLE place (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, pinyin TEXT NOT NULL,
  licence TEXT NOT NULL, uscc TEXT NOT NULL, category TEXT NOT NULL, tags TEXT NOT NULL, path TEXT NOT NULL,
  village TEXT NOT NULL, grid TEXT, sector_org TEXT, address TEXT NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION,
  area_m2 BIGINT, responsible TEXT NOT NULL, phone TEXT NOT NULL, phone_tail TEXT NOT NULL,
  opening TEXT NOT NULL, opened_on TEXT, closed_on TEXT, verified_on TEXT, facts TEXT NOT NULL,
  note TEXT NOT NULL, source TEXT NOT NULL, cached_risk_points BIGINT, cached_risk_grade TEXT NOT NULL,
  version BIGINT NOT NULL, happened_on TEXT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (town, code));
CREATE INDEX place_path ON place (town, path, id);
CREATE INDEX place_name ON place (town, name, id);
CREATE INDEX place_pinyin ON place (town, pinyin);
CREATE INDEX place_uscc ON place (town, uscc);
CREATE INDEX place_phone ON place (town, phone_tail);

CREATE TABLE place_list (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, owner_org TEXT NOT NULL, village TEXT,
  baseline TEXT, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE list_entry (
  town TEXT NOT NULL, id TEXT NOT NULL, list TEXT NOT NULL, place TEXT NOT NULL, from_on TEXT NOT NULL, to_on TEXT,
  reason_in TEXT NOT NULL, reason_out TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX list_entry_place ON list_entry (town, place);
CREATE INDEX list_entry_list ON list_entry (town, list);

CREATE TABLE plan_version (
  town TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL, valid_from TEXT NOT NULL,
  valid_to TEXT, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE notice (
  town TEXT NOT NULL, id TEXT NOT NULL, plan TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
  spans TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE parameter (
  town TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL,
  basis TEXT NOT NULL, source TEXT NOT NULL, from_on TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  proposed_by TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at BIGINT,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX parameter_name ON parameter (town, name, from_on);

CREATE TABLE waiver (
  town TEXT NOT NULL, id TEXT NOT NULL, duty TEXT NOT NULL, subject TEXT NOT NULL, from_on TEXT NOT NULL, to_on TEXT,
  kind TEXT NOT NULL, reason TEXT NOT NULL, recorded_by TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX waiver_duty ON waiver (town, duty, from_on);

CREATE TABLE checklist (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, edition BIGINT NOT NULL, title TEXT NOT NULL,
  content TEXT NOT NULL, state TEXT NOT NULL, valid_from TEXT, valid_to TEXT,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (town, code, edition));

CREATE TABLE inspection_plan (
  town TEXT NOT NULL, id TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, year BIGINT NOT NULL,
  span TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, standing TEXT NOT NULL, note TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX inspection_plan_org ON inspection_plan (town, org, year);

CREATE TABLE plan_item (
  town TEXT NOT NULL, id TEXT NOT NULL, plan TEXT NOT NULL, place TEXT NOT NULL, from_on TEXT NOT NULL,
  to_on TEXT NOT NULL, reason TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX plan_item_plan ON plan_item (town, plan, from_on);
CREATE INDEX plan_item_place ON plan_item (town, place);

CREATE TABLE task (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, plan TEXT NOT NULL, place TEXT NOT NULL, org TEXT NOT NULL,
  path TEXT NOT NULL, kind TEXT NOT NULL, from_on TEXT NOT NULL, due_on TEXT NOT NULL, assignee TEXT NOT NULL,
  state TEXT NOT NULL, inspection TEXT NOT NULL, content TEXT NOT NULL, events TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX task_due ON task (town, state, due_on);
CREATE INDEX task_assignee ON task (town, assignee, state);
CREATE INDEX task_place ON task (town, place);

-- One row for each version (edition) of a record; none is ever changed.
CREATE TABLE inspection (
  town TEXT NOT NULL, id TEXT NOT NULL, inspection TEXT NOT NULL, edition BIGINT NOT NULL, task TEXT NOT NULL,
  place TEXT NOT NULL, path TEXT NOT NULL, org TEXT NOT NULL, result TEXT NOT NULL, failed_n BIGINT NOT NULL,
  happened_on TEXT NOT NULL, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (town, inspection, edition));
CREATE INDEX inspection_place ON inspection (town, place, happened_on);
CREATE INDEX inspection_day ON inspection (town, happened_on, inspection);

CREATE TABLE photo (
  town TEXT NOT NULL, id TEXT NOT NULL, blob TEXT NOT NULL, media_type TEXT NOT NULL, size_bytes BIGINT NOT NULL,
  width BIGINT NOT NULL, height BIGINT NOT NULL, thumb TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  path TEXT NOT NULL, item TEXT NOT NULL, role TEXT NOT NULL, taken_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION, version BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX photo_object ON photo (town, object_kind, object_id);
CREATE INDEX photo_blob ON photo (town, blob);

CREATE TABLE upload (
  town TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes BIGINT NOT NULL,
  media_type TEXT NOT NULL, content TEXT NOT NULL, created_at BIGINT NOT NULL, finished_at BIGINT,
  PRIMARY KEY (town, id));

CREATE TABLE hazard (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, place TEXT NOT NULL, path TEXT NOT NULL, org TEXT NOT NULL,
  inspection TEXT NOT NULL, item TEXT NOT NULL, hazard_code TEXT NOT NULL, category TEXT NOT NULL,
  description TEXT NOT NULL, level TEXT NOT NULL, state TEXT NOT NULL, measure TEXT NOT NULL,
  deadline_on TEXT, original_deadline_on TEXT, recheck_due_on TEXT, recurrence_of TEXT NOT NULL,
  found_by TEXT NOT NULL, found_at BIGINT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (town, code));
CREATE INDEX hazard_state ON hazard (town, state, deadline_on);
CREATE INDEX hazard_place ON hazard (town, place, found_at);
CREATE INDEX hazard_found ON hazard (town, found_at, id);

CREATE TABLE hazard_event (
  town TEXT NOT NULL, id TEXT NOT NULL, hazard TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL,
  actor TEXT NOT NULL, happened_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (town, hazard, seq));

CREATE TABLE unit_link (
  town TEXT NOT NULL, id TEXT NOT NULL, code_hash TEXT NOT NULL, hazard TEXT NOT NULL, place TEXT NOT NULL,
  issued_by TEXT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT, opened_n BIGINT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id), UNIQUE (code_hash));

CREATE TABLE import_mapping (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, header_key TEXT NOT NULL, mapping TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
