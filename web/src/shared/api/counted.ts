/**
 * What the figures of the board are made of, as changes call it: a page that shows such figures listens to all of it. The
 * test reads in the program's sources whether something is missing.
 */
export const COUNTED = [
  'inspection', 'hazard', 'task', 'inspection_plan', 'place', 'place_list', 'list_entry', 'assessment', 'campaign', 'evidence',
  'letter', 'training', 'course', 'drill', 'meeting', 'report', 'budget_line', 'contract', 'call_test', 'sortie', 'force', 'patrol',
  'facility', 'road', 'device', 'incident', 'authority_item', 'placard', 'report_case', 'whistle', 'stop_use', 'sector_risk', 'sector_ruling', 'fire_plan',
  'org', 'territory', 'person', 'post', 'assignment', 'certificate', 'gate', 'plan', 'parameter', 'calendar', 'waiver', 'notice',
]
