import type { LayerView } from '../api/contract'

export type Position = [lon: number, lat: number]
/** West, south, east, north, degrees. */
export type Box = [number, number, number, number]

/** GeoJSON as the program reads and writes it. */
export type Geometry =
  | { type: 'Point'; coordinates: Position }
  | { type: 'MultiPoint'; coordinates: Position[] }
  | { type: 'LineString'; coordinates: Position[] }
  | { type: 'MultiLineString'; coordinates: Position[][] }
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] }

/** One thing on a layer. */
export interface MapFeature {
  layer: string
  id: string
  geometry: Geometry
  name: string
  /** Code of the layer's legend. */
  class: string
  class_label: string
  /** The desk's page of it. */
  page: string
  village?: string | undefined
}

/** A layer; roads may be shown as one vehicle passes them. */
export type MapLayer = LayerView & { vehicle?: string }

/** What is in sight. */
export interface Sight {
  box: Box
  /** Metres of ground a pixel of the screen stands for, in the middle. */
  metresPerPixel: number
  /** Size of the map on the screen, pixels. */
  width: number
  height: number
}

/** What a click does: show what is there, measure, or draw. */
export type Tool = '' | 'measure' | 'area' | 'Point' | 'LineString' | 'Polygon'

/** What both kinds of map can be told. */
export interface MapHandle {
  zoom: (by: number) => void
  fit: (box: Box) => void
  /** The map as a picture for the printer; empty when it prints by itself. */
  picture: () => Promise<string>
}
