/** A day and a time as somebody writes them, in the company's zone wherever they sit. */

const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** "2026-11-22T14:05" of a moment in a zone: what a field for day and time takes. */
export function writtenIn(moment: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(moment);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The moment of what was written in a zone, in milliseconds; NaN for what is no day and time. */
export function momentOf(written: string, zone: string): number {
  const wanted = WRITTEN.test(written) ? Date.parse(`${written}:00Z`) : NaN;
  if (Number.isNaN(wanted)) return NaN;
  let moment = wanted;
  // Twice: the first step may land on the other side of a change of the clocks.
  for (let step = 0; step < 2; step += 1) moment += wanted - Date.parse(`${writtenIn(moment, zone)}:00Z`);
  return moment;
}
