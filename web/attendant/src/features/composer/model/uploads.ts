/**
 * Files on their way into a draft. They belong to the draft, not to what shows it: whoever opens another conversation
 * meanwhile finds them uploaded when they come back. One at a time for each draft, so that their order stays.
 */
import { Unanswered } from "@/shared/api/problem";
import type { Upload, upload } from "@/shared/api/upload";
import type { DraftFile, DraftMode, Drafts } from "@/shared/conversations/drafts";

import { likelyType, type FileFacts, type SentAs } from "./files";

export interface PendingFile {
  /** Also the key of the upload: repeated, it is the same attachment. */
  id: string;
  conversationId: string;
  mode: DraftMode;
  file: File;
  mime_type: string;
  as: SentAs | undefined;
  /** The channel will not take it: it stays here, with the reason, until it is removed. */
  held: boolean;
  /** From 0 to 1. */
  progress: number;
  /** Why it failed; null while it is waiting or on its way. */
  error: unknown;
}

const NONE: readonly PendingFile[] = [];

export class Uploads {
  private items: readonly PendingFile[] = [];
  private readonly running = new Map<string, Upload>();
  private readonly listeners = new Set<() => void>();
  private byDraft = new Map<string, readonly PendingFile[]>();
  private readonly originals = new Map<string, File>();

  constructor(
    private readonly drafts: Drafts,
    private readonly start: typeof upload,
    private readonly newId: () => string = () => crypto.randomUUID(),
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(conversationId: string, mode: DraftMode): readonly PendingFile[] {
    return this.byDraft.get(`${conversationId}/${mode}`) ?? NONE;
  }

  /** The file behind an uploaded one, as long as this page has it. */
  originalOf(attachmentId: string): File | undefined {
    return this.originals.get(attachmentId);
  }

  /** `held` tells of a file whether it is not even to be uploaded. */
  add(
    conversationId: string,
    mode: DraftMode,
    files: readonly File[],
    as?: SentAs,
    held: (file: FileFacts) => boolean = () => false,
  ): void {
    const added = files.map((file): PendingFile => {
      const mimeType = likelyType(file);
      return {
        id: this.newId(),
        conversationId,
        mode,
        file,
        mime_type: mimeType,
        as,
        held: held({ name: file.name, size: file.size, mime_type: mimeType }),
        progress: 0,
        error: null,
      };
    });
    this.show([...this.items, ...added]);
    this.next(conversationId, mode);
  }

  /** Out of the draft, wherever it is. */
  cancel(id: string): void {
    const item = this.items.find((one) => one.id === id);
    this.running.get(id)?.abort();
    this.running.delete(id);
    this.show(this.items.filter((one) => one.id !== id));
    if (item !== undefined) this.next(item.conversationId, item.mode);
  }

  retry(id: string): void {
    const item = this.items.find((one) => one.id === id);
    if (item === undefined || item.error === null) return;
    this.change(id, { error: null, progress: 0 });
    this.next(item.conversationId, item.mode);
  }

  /** The network may be back: what it had stopped goes on. */
  wake(): void {
    for (const { id, error } of this.items) if (error instanceof Unanswered) this.retry(id);
  }

  private next(conversationId: string, mode: DraftMode): void {
    const waiting = this.of(conversationId, mode).filter((item) => item.error === null && !item.held);
    const [first] = waiting;
    if (first === undefined || waiting.some((item) => this.running.has(item.id))) return;
    void this.run(first);
  }

  private async run({ id, conversationId, mode, file, as }: PendingFile): Promise<void> {
    const running = this.start(file, id, (progress) => this.change(id, { progress }));
    this.running.set(id, running);
    try {
      const attachment = await running.done;
      if (!this.running.has(id)) return; // cancelled while the answer was on its way
      this.originals.set(attachment.id, file);
      const done: DraftFile = {
        id: attachment.id,
        name: attachment.name,
        mime_type: attachment.mime_type,
        size: attachment.size ?? file.size,
        ...(as !== undefined && { as }),
      };
      this.drafts.set(conversationId, mode, { files: [...this.drafts.get(conversationId, mode).files, done] });
      this.show(this.items.filter((one) => one.id !== id));
    } catch (error) {
      if (this.running.has(id)) this.change(id, { error });
    } finally {
      this.running.delete(id);
      this.next(conversationId, mode);
    }
  }

  private change(id: string, changes: Partial<PendingFile>): void {
    this.show(this.items.map((one) => (one.id === id ? { ...one, ...changes } : one)));
  }

  private show(items: readonly PendingFile[]): void {
    this.items = items;
    const groups = new Map<string, PendingFile[]>();
    for (const item of items) {
      const key = `${item.conversationId}/${item.mode}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    this.byDraft = groups;
    for (const listener of this.listeners) listener();
  }
}
