/** Codes of the roles, as the domain's `org::Role` has them; the words are in locales. */
export const ROLES = [
  'committee_director', 'committee_deputy', 'party_secretary', 'leader_in_charge', 'leader_other', 'office_head', 'office_clerk', 'welfare_post', 'dept_head', 'dept_inspector',
  'village_secretary', 'village_committee', 'village_staff', 'fire_manager', 'grid_manager', 'enforcement_assistant', 'police_officer', 'enforcement_officer', 'legal_reviewer', 'agency_head',
  'station_chief', 'station_member', 'brigade_leader', 'volunteer', 'unit_responsible', 'unit_manager', 'property_manager', 'landlord', 'third_party', 'district_fire', 'district_office', 'auditor', 'sys_admin',
] as const
