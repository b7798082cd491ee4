/** A QR code that was read. */
export interface Sighting {
  text: string;
  /**
   * Where it stands: top left, top right, bottom right, bottom left of the code itself, as parts of the picture's width and
   * height; null where a reader does not tell.
   */
  corners: Corners | null;
}

export interface Point {
  x: number;
  y: number;
}
export type Corners = [Point, Point, Point, Point];

/**
 * How long to look. `glance`: the next frame comes soon. `look`: and one second opinion, the next look another. `study`: a picture
 * file, of which there is no next.
 */
export type Patience = 'glance' | 'look' | 'study';
