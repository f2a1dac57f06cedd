import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { FeatureCollection, Geometry as AnyGeometry } from 'geojson'
import type { Theme } from '../theme'
import { colour, sign } from './signs'
import type { BaseMap } from '../api/contract'
import type { Geometry, MapFeature, MapLayer } from './types'

/** What the drawing and the measuring are shown by. */
export const DRAWN = 'drawn'
/** The layer of territories: what lies in them is looked at, not they. */
const OUTLINES = 'territories'
/** Features handed in by a page instead of read by tile. */
export const OWN = 'own'

const INK = { light: { ground: '#F4F3EF', ink: '#455056', halo: '#FFFFFF', brand: '#1D5663' }, night: { ground: '#12171A', ink: '#B9C3C6', halo: '#12171A', brand: '#7DBAC4' } }

export const empty = { type: 'FeatureCollection' as const, features: [] }

/** The class of a feature: of a road for one vehicle what its tile says of that vehicle. */
const classOf = (layer: MapLayer): unknown => (layer.vehicle ? ['case', ['==', ['get', 'class'], 'closed'], 'closed', ['match', ['get', layer.vehicle], 'yes', 'passes', 'no', 'refused', 'unmeasured']] : ['get', 'class'])

/** By class, one value each. */
function byClass<T extends string | number>(layer: MapLayer, value: (code: string) => T, otherwise: T): ExpressionSpecification {
  const pairs = layer.classes.flatMap((word) => [word.code, value(word.code)])
  return ['match', classOf(layer), ...pairs, otherwise] as unknown as ExpressionSpecification
}

export function tiles(origin: string, layer: string, on: string, version: number): string[] {
  return [`${origin}/tiles/${layer}/{z}/{x}/{y}.mvt?on=${on}&v=${version}`]
}

const kinds = (...wanted: string[]): ExpressionSpecification => ['match', ['geometry-type'], wanted, true, false] as unknown as ExpressionSpecification

/** Areas, ways, dots, badges and names of one layer. */
function drawing(layer: MapLayer, source: string, theme: Theme): LayerSpecification[] {
  const { ink, halo, brand } = INK[theme]
  const from = source === OWN ? { source } : { source, 'source-layer': layer.id }
  const only = source === OWN ? [['==', ['get', 'layer'], layer.id]] : []
  const where = (...more: unknown[]): FilterSpecification => ['all', ...only, ...more] as unknown as FilterSpecification
  const tone = byClass(layer, (code) => colour(layer.id, code, theme), brand)
  const badged = layer.classes.filter((word) => sign(layer.id, word.code).badge).map((word) => word.code)
  const isBadge = badged.length ? ['match', ['get', 'class'], badged, true, false] : false
  const rank = byClass(layer, (code) => layer.classes.findIndex((word) => word.code === code), 0)
  const several: ExpressionSpecification = ['min', ['*', 1.2, ['ln', ['coalesce', ['get', 'n'], 1]]], 5]
  const point = kinds('Point')
  // Where the name of an area stands: it is no spot.
  const isLabel = ['==', ['coalesce', ['get', 'n'], 1], 0]
  const name = (part: string): string => `${source}/${layer.id}/${part}`
  return [
    { id: name('area'), type: 'fill', ...from, filter: where(kinds('Polygon', 'MultiPolygon')), paint: { 'fill-color': tone, 'fill-opacity': layer.id === OUTLINES ? 0.04 : 0.18 } },
    { id: name('way'), type: 'line', ...from, filter: where(kinds('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon')), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: layer.id === OUTLINES ? { 'line-color': tone, 'line-width': 1.4, 'line-dasharray': [4, 3] } : { 'line-color': tone, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1.2, 16, 4] } },
    { id: name('dot'), type: 'circle', ...from, filter: where(point, ['!', isBadge], ['!', isLabel]), layout: { 'circle-sort-key': rank }, paint: { 'circle-color': tone, 'circle-radius': ['+', byClass(layer, (code) => sign(layer.id, code).size, 6), several], 'circle-stroke-color': halo, 'circle-stroke-width': 1 } },
    ...(badged.length
      ? [{ id: name('badge'), type: 'symbol' as const, ...from, filter: where(point, isBadge, ['!', isLabel]), layout: { 'icon-image': ['concat', `badge/${layer.id}/`, ['get', 'class']] as ExpressionSpecification, 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-offset': (sign(layer.id, badged[0] ?? '').diamond ? [9, -9] : [0, 0]) as [number, number], 'symbol-sort-key': rank } }]
      : []),
    { id: name('name'), type: 'symbol', ...from, minzoom: layer.id === OUTLINES ? 10 : 13, filter: where(['has', 'name']), layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-max-width': 9, 'text-font': ['sans'], 'symbol-sort-key': ['-', 0, rank] }, paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': layer.id === OUTLINES ? 2 : 1.4 } },
  ]
}

/** Source of the map under the layers. */
export const GROUND = 'ground'
/** How faint a map lies under what is on it: areas, ways. */
const FAINT = { area: 0.12, way: 0.35 }

/** The tiles of a map somebody put beside the record. */
function groundSource(base: BaseMap, origin: string): SourceSpecification {
  const own = {
    tiles: [`${origin}/tiles/base/${encodeURIComponent(base.id)}/{z}/{x}/{y}${base.version ? `?v=${base.version}` : ''}`],
    minzoom: base.min_zoom,
    maxzoom: base.max_zoom,
    ...(base.bounds ? { bounds: base.bounds as [number, number, number, number] } : {}),
  }
  return base.kind === 'raster' ? { type: 'raster', tileSize: 256, ...own } : { type: 'vector', ...own }
}

/** A map's own layers drawn in the ink of the page, faint: which schema it follows nobody says, so none is asked. */
function groundLayers(base: BaseMap, theme: Theme): LayerSpecification[] {
  const { ink, brand } = INK[theme]
  if (base.kind === 'raster') return [{ id: 'base', type: 'raster', source: GROUND, paint: { 'raster-saturation': -0.4, 'raster-opacity': theme === 'night' ? 0.55 : 0.85 } }]
  return base.layers.flatMap((layer): LayerSpecification[] => {
    const tone = /water|river|ocean|水/i.test(layer) ? brand : ink
    const from = { source: GROUND, 'source-layer': layer }
    return [
      { id: `base/${layer}/area`, type: 'fill', ...from, filter: kinds('Polygon', 'MultiPolygon'), paint: { 'fill-color': tone, 'fill-opacity': FAINT.area } },
      { id: `base/${layer}/way`, type: 'line', ...from, filter: kinds('LineString', 'MultiLineString'), paint: { 'line-color': tone, 'line-opacity': FAINT.way, 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 16, 2] } },
    ]
  })
}

/** Names stand over the dots of every layer, those of villages over all: what lies on top is placed first, too. */
function namesOnTop(drawn: LayerSpecification[]): LayerSpecification[] {
  const over = (one: LayerSpecification): number => (one.id.endsWith(`/${OUTLINES}/name`) ? 2 : one.id.endsWith('/name') ? 1 : 0)
  return drawn.sort((a, b) => over(a) - over(b))
}

/**
 * The whole style: the ground, the layers in their order, their names, and on top what is drawn. No glyphs are fetched: names are
 * drawn with the fonts of the machine (`localIdeographFontFamily`).
 */
export function style(layers: MapLayer[], own: boolean, theme: Theme, origin: string, on: string, version: number, base: BaseMap | null = null): StyleSpecification {
  const { ground, brand, halo } = INK[theme]
  const sources: Record<string, SourceSpecification> = { [DRAWN]: { type: 'geojson', data: empty } }
  if (base) sources[GROUND] = groundSource(base, origin)
  if (own) sources[OWN] = { type: 'geojson', data: empty }
  else for (const layer of layers) sources[layer.id] = { type: 'vector', tiles: tiles(origin, layer.id, on, version), maxzoom: 16 }
  return {
    version: 8,
    sources,
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': ground } },
      ...(base ? groundLayers(base, theme) : []),
      ...namesOnTop(layers.flatMap((layer) => drawing(layer, own ? OWN : layer.id, theme))),
      { id: 'drawn/area', type: 'fill', source: DRAWN, filter: kinds('Polygon'), paint: { 'fill-color': brand, 'fill-opacity': 0.15 } },
      { id: 'drawn/way', type: 'line', source: DRAWN, paint: { 'line-color': brand, 'line-width': 2.5, 'line-dasharray': [2, 1.4] } },
      { id: 'drawn/spot', type: 'circle', source: DRAWN, filter: kinds('Point'), paint: { 'circle-color': brand, 'circle-radius': 6, 'circle-stroke-color': halo, 'circle-stroke-width': 2 } },
    ],
  }
}

/** What is being drawn as GeoJSON for the map. */
export function drawnCollection(drawn: Geometry[]): FeatureCollection {
  return { type: 'FeatureCollection', features: drawn.map((geometry) => ({ type: 'Feature', geometry: geometry as AnyGeometry, properties: {} })) }
}

/** A page's features as GeoJSON for the map. */
export function collection(features: MapFeature[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: features.map((one) => ({ type: 'Feature', geometry: one.geometry as AnyGeometry, properties: { layer: one.layer, class: one.class, name: one.name, n: 1 } })),
  }
}
