import { useEffect, useEffectEvent, useRef, useState, type RefObject } from "react";

import type { Capabilities } from "@/shared/api/types";

import { isWebm, oggFromWebm } from "../model/oggOpus";
import { recordingFor } from "../model/recording";

export type RecorderProblem = "denied" | "no_microphone" | "insecure" | "other";
type State = "asking" | "recording" | "paused" | "finishing" | "failed";

const BITS_PER_SECOND = 32_000;
const SHARE_OF_LIMIT = 0.95;

/** Asks for the microphone and records until `finish`; `cancel` throws the recording away, whoever leaves keeps it. */
export function useRecorder(
  limit: NonNullable<Capabilities["voice"]>,
  meter: RefObject<HTMLCanvasElement | null>,
  onDone: (file: File) => void,
) {
  const [state, setState] = useState<State>("asking");
  const [problem, setProblem] = useState<RecorderProblem | null>(null);
  const [seconds, setSeconds] = useState(0);
  const recorder = useRef<MediaRecorder | null>(null);
  const discarded = useRef(false);
  const fail = (error: unknown) => {
    setProblem(problemOf(error));
    setState("failed");
  };
  const take = useEffectEvent(async (parts: Blob[], mimeType: string) => {
    try {
      const data = new Uint8Array(await new Blob(parts).arrayBuffer());
      const remuxed = mimeType === "audio/ogg" && isWebm(data);
      const content = remuxed ? oggFromWebm(data) : data;
      const ending = mimeType.split("/")[1] ?? "ogg";
      onDone(new File([content], `voice.${ending}`, { type: mimeType }));
    } catch (error) {
      fail(error);
    }
  });
  const begin = useEffectEvent((stream: MediaStream): (() => void) => {
    const way = recordingFor(limit.mime_types);
    if (way === undefined) throw new Error("no format");
    const made = new MediaRecorder(stream, { mimeType: way.records, audioBitsPerSecond: BITS_PER_SECOND });
    const parts: Blob[] = [];
    let bytes = 0;
    made.ondataavailable = ({ data }) => {
      parts.push(data);
      bytes += data.size;
      if (bytes > limit.max_bytes * SHARE_OF_LIMIT && made.state !== "inactive") made.stop();
    };
    made.onstop = () => {
      if (!discarded.current) void take(parts, way.becomes);
    };
    made.onerror = () => fail(new Error("recording failed"));
    made.start(250);
    recorder.current = made;
    setState("recording");
    const endMeter = drawLevel(stream, meter, () => made.state === "recording");
    let tenths = 0;
    const timer = setInterval(() => {
      if (made.state === "recording") setSeconds(Math.floor((tenths += 1) / 10));
    }, 100);
    return () => {
      clearInterval(timer);
      endMeter();
    };
  });
  const failed = useEffectEvent(fail);

  useEffect(() => {
    let over = false;
    let end: () => void = () => undefined;
    const listen = async () => {
      // Only secure pages have it: over plain HTTP in an office network there is no microphone.
      const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
      if (devices === undefined) throw new DOMException("insecure", "SecurityError");
      const stream = await devices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
      const release = () => stream.getTracks().forEach((track) => track.stop());
      if (over) {
        release();
        return;
      }
      const endOf = begin(stream);
      end = () => {
        endOf();
        release();
      };
    };
    listen().catch((error: unknown) => {
      if (!over) failed(error);
    });
    return () => {
      over = true;
      if (recorder.current !== null && recorder.current.state !== "inactive") recorder.current.stop();
      end();
    };
  }, []);

  return {
    state,
    problem,
    seconds,
    pause: () => {
      if (recorder.current?.state === "paused") {
        recorder.current.resume();
        setState("recording");
      } else if (recorder.current?.state === "recording") {
        recorder.current.pause();
        setState("paused");
      }
    },
    finish: () => {
      setState("finishing");
      if (recorder.current !== null && recorder.current.state !== "inactive") recorder.current.stop();
    },
    cancel: () => {
      discarded.current = true;
    },
  };
}

function problemOf(error: unknown): RecorderProblem {
  if (!(error instanceof DOMException)) return "other";
  if (error.name === "NotAllowedError") return "denied";
  if (error.name === "NotFoundError" || error.name === "NotReadableError") return "no_microphone";
  return error.name === "SecurityError" ? "insecure" : "other";
}

const BARS = 64;

/** Draws how loud it is, the latest at the right; answers what ends it. */
function drawLevel(
  stream: MediaStream,
  canvas: { readonly current: HTMLCanvasElement | null },
  active: () => boolean,
): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const levels = new Array<number>(BARS).fill(0);
  const timer = setInterval(() => {
    const area = canvas.current;
    const pen = area?.getContext("2d");
    if (!area || !pen || !active()) return;
    analyser.getByteTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0) / 128;
    levels.push(Math.min(1, loudest * 1.6));
    levels.shift();
    pen.clearRect(0, 0, area.width, area.height);
    pen.fillStyle = getComputedStyle(area).color;
    const step = area.width / BARS;
    levels.forEach((level, at) => {
      const height = Math.max(2, level * area.height);
      pen.fillRect(at * step, (area.height - height) / 2, step - 2, height);
    });
  }, 60);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
