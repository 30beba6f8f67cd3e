/** What this browser records that a channel takes as a voice message, if need be after changing the container. */

interface Recording {
  /** What the browser is asked for. */
  records: string;
  /** What the file is in the end. */
  becomes: string;
}

const WAYS: readonly Recording[] = [
  { records: "audio/ogg;codecs=opus", becomes: "audio/ogg" },
  { records: "audio/webm;codecs=opus", becomes: "audio/ogg" },
  { records: "audio/webm;codecs=opus", becomes: "audio/webm" },
  { records: "audio/mp4", becomes: "audio/mp4" },
];

/** The way to record one of these types; undefined when this browser has none. */
export function recordingFor(mimeTypes: readonly string[]): Recording | undefined {
  if (typeof MediaRecorder === "undefined") return undefined;
  return WAYS.find(({ records, becomes }) => mimeTypes.includes(becomes) && MediaRecorder.isTypeSupported(records));
}

export const canRecord = (mimeTypes: readonly string[]) => recordingFor(mimeTypes) !== undefined;
