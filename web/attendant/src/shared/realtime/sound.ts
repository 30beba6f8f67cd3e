/** The sound of a new message: two short tones, made here. Browsers allow none before the first click or key. */
const NOTES = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.11 },
];
const LENGTH_S = 0.16;
const LOUDNESS = 0.08;

export class Sound {
  private context: AudioContext | null = null;
  private isBlocked = false;
  private readonly listeners = new Set<() => void>();

  /** Waits for the click that the browser wants; answers what ends that. */
  start(): () => void {
    const unlock = () => void this.unlock();
    window.addEventListener("pointerdown", unlock);
    window.addEventListener("keydown", unlock);
    // They may have clicked before: on the button that signed them in. Older browsers do not say.
    if ((navigator as { userActivation?: UserActivation }).userActivation?.hasBeenActive) unlock();
    return () => {
      window.removeEventListener("pointerdown", unlock);
      window.removeEventListener("keydown", unlock);
      void this.context?.close();
      this.context = null;
    };
  }

  /** Whether a sound was wanted and the browser wants a click first. */
  blocked = (): boolean => this.isBlocked;

  /** Whether a sound would be heard now. */
  ready = (): boolean => this.context?.state === "running";

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  play(): void {
    const { context } = this;
    this.show(context?.state !== "running");
    if (context?.state !== "running") return;
    for (const { hertz, at } of NOTES) {
      const from = context.currentTime + at;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(LOUDNESS, from);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + LENGTH_S);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + LENGTH_S);
    }
  }

  private async unlock(): Promise<void> {
    if (!("AudioContext" in window)) return;
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") await this.context.resume().catch(() => undefined);
    if (this.context.state === "running") this.show(false);
  }

  private show(blocked: boolean): void {
    if (blocked === this.isBlocked) return;
    this.isBlocked = blocked;
    for (const listener of this.listeners) listener();
  }
}
