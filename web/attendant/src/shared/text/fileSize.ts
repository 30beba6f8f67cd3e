const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size in bytes as people read it: `736 byte`, `13.5 kB`, in the words of the language. */
export function fileSize(bytes: number, language: string): string {
  return inUnits(bytes, 1000, language);
}

/** A limit as providers write it: their 16 MB are 16 times 1024 times 1024 bytes. */
export function sizeLimit(bytes: number, language: string): string {
  return inUnits(bytes, 1024, language);
}

function inUnits(bytes: number, base: number, language: string): string {
  let [step, value] = [0, bytes];
  while (value >= base && step < UNITS.length - 1) [step, value] = [step + 1, value / base];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: value < 100 && step > 0 ? 1 : 0,
  }).format(value);
}
