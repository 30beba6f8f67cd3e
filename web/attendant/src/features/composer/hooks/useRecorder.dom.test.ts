import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { useRecorder } from "./useRecorder";

/** Gives one piece of sound when it is stopped. */
class FakeRecorder {
  static isTypeSupported = () => true;
  state = "inactive";
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  onstop: () => void = () => undefined;
  start() {
    this.state = "recording";
  }
  stop() {
    this.state = "inactive";
    queueMicrotask(() => {
      this.ondataavailable({ data: new Blob(["sound"]) });
      this.onstop();
    });
  }
}

class FakeAudioContext {
  createAnalyser = () => ({ fftSize: 0, getByteTimeDomainData: () => undefined });
  createMediaStreamSource = () => ({ connect: () => undefined });
  close = () => Promise.resolve();
}

const microphone = { getTracks: () => [{ stop: () => undefined }] };
const LIMIT = { mime_types: ["audio/ogg"], max_bytes: 1_000_000 };
const onDone = vi.fn();

beforeEach(() => {
  onDone.mockClear();
  vi.stubGlobal("MediaRecorder", FakeRecorder);
  vi.stubGlobal("AudioContext", FakeAudioContext);
  Object.assign(navigator, { mediaDevices: { getUserMedia: () => Promise.resolve(microphone) } });
});

async function record() {
  const hook = renderHook(() => useRecorder(LIMIT, { current: null }, onDone));
  await waitFor(() => expect(hook.result.current.state).toBe("recording"));
  return hook;
}

test("who leaves while recording finds it in the draft", async () => {
  const { unmount } = await record();
  unmount();
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
});

test("what was cancelled is gone", async () => {
  const { result, unmount } = await record();
  act(() => result.current.cancel());
  unmount();
  await act(async () => {
    await new Promise((done) => setTimeout(done));
  });
  expect(onDone).not.toHaveBeenCalled();
});
