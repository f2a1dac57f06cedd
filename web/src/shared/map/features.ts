import { api } from '../api/client'
import { passing } from './vehicles'
import type { Box, Geometry, MapFeature } from './types'

interface Answer {
  features: { id: string; geometry: Geometry; properties: Record<string, string | null> }[]
  numberMatched: number
}

/** A page of a layer's features. */
export async function fetchFeatures(
  layer: string,
  query: { box?: Box | null; on: string; limit: number; after?: string | undefined; vehicle?: string | undefined },
  signal?: AbortSignal,
): Promise<{ features: MapFeature[]; matched: number }> {
  const asked = { bbox: query.box?.map((part) => part.toFixed(7)).join(','), datetime: query.on, limit: query.limit, after: query.after }
  const answer = await api.get<Answer>(`/ogc/collections/${layer}/items`, asked, signal ? { signal } : {})
  const features = answer.features.map(({ id, geometry, properties: said }) => ({
    layer,
    id,
    geometry,
    name: said['name'] ?? '',
    class: query.vehicle ? passing(said['class'] ?? '', said[query.vehicle]) : (said['class'] ?? ''),
    class_label: query.vehicle ? '' : (said['class_label'] ?? ''),
    page: said['page'] ?? '',
    village: said['village_name'] ?? undefined,
  }))
  return { features, matched: answer.numberMatched }
}
