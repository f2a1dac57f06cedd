/**
 * What a new body of a kind mostly is to the town: police stations and the fire rescue organ are the district's, units nobody's; all
 * else the town commands until somebody says otherwise.
 */
export function usualRelation(kind: string): 'town' | 'district' | 'social' {
  if (kind === 'police' || kind === 'fire_rescue') return 'district'
  return kind === 'unit' ? 'social' : 'town'
}
