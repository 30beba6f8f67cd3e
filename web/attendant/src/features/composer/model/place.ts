/** Coordinates out of what people paste: two numbers, or the address of a map. */
export interface Coordinates {
  latitude: number;
  longitude: number;
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
/** In this order: a map's address names the pin (`!3d…!4d…`, `q=`) and the middle of the view (`@…`); the pin is meant. */
const FORMS = [
  `!3d${NUMBER}!4d${NUMBER}`,
  String.raw`[?&](?:q|query|ll|destination|daddr|mlat)=(?:loc:)?${NUMBER}(?:,|%2C|&mlon=)\s*\+?${NUMBER}`,
  `@${NUMBER},${NUMBER}`,
  String.raw`#map=\d+(?:\.\d+)?/${NUMBER}/${NUMBER}`,
  `^geo:${NUMBER},${NUMBER}`,
  String.raw`^\(?${NUMBER}\s*[,;\s]\s*${NUMBER}\)?$`,
].map((form) => new RegExp(form, "i"));

/** The coordinates in a text, if there are valid ones. */
export function coordinatesIn(text: string): Coordinates | null {
  const clean = text.trim();
  for (const form of FORMS) {
    const found = form.exec(clean);
    if (found === null) continue;
    const place = { latitude: Number(found[1]), longitude: Number(found[2]) };
    if (isOnEarth(place)) return place;
  }
  return null;
}

export function isOnEarth({ latitude, longitude }: Coordinates): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}
