import type { Draft, DraftFile, DraftMode } from "@/shared/conversations/drafts";

import { likelyType, problemOfFile, type FileFacts, type FileProblem, type SentAs } from "../model/files";
import type { Limits } from "../model/messages";
import { shrunk } from "../model/shrink";
import type { useUploads } from "./useUploads";

/** What can be made smaller and still be a photo. */
const PHOTOS = ["image/jpeg", "image/png"];

interface Blocked {
  name: string;
  problem: FileProblem;
}

/**
 * Attaches files to the draft. A photo that is too large for the channel is made smaller; what the channel will not
 * take at all is not uploaded, and stays with the reason until it is removed.
 */
export function useAttaching(
  draft: Draft,
  setFiles: (files: DraftFile[]) => void,
  uploads: ReturnType<typeof useUploads>,
  mode: DraftMode,
  limits: Limits | undefined,
) {
  const problemOf = (file: FileFacts, as?: SentAs) =>
    mode === "reply" && limits !== undefined ? problemOfFile(file, as, limits.capabilities) : null;
  const held = uploads.pending.filter((item) => item.held);
  const upload = (files: readonly File[], as?: SentAs) =>
    uploads.add(files, as, (file) => problemOf(file, as) !== null);

  return {
    attach: (files: readonly File[], as?: SentAs) => {
      const smaller = files.map((file) => {
        const facts = { name: file.name, size: file.size, mime_type: likelyType(file) };
        const problem = problemOf(facts, as);
        return problem?.why === "size" && PHOTOS.includes(facts.mime_type) ? shrunk(file, problem.max) : null;
      });
      if (smaller.every((work) => work === null)) upload(files, as);
      // In the order in which they were chosen.
      else
        void Promise.all(smaller.map((work) => work ?? Promise.resolve(null))).then((made) =>
          upload(
            files.map((file, at) => made[at] ?? file),
            as,
          ),
        );
    },
    /** The files that cannot go out as they are. */
    blocked: [
      ...draft.files.flatMap((file) => blockedBy(file.name, problemOf(file, file.as))),
      ...held.flatMap(({ file: { name, size }, mime_type, as }) =>
        blockedBy(name, problemOf({ name, size, mime_type }, as)),
      ),
    ],
    removeBlocked: () => {
      for (const { id } of held) uploads.cancel(id);
      setFiles(draft.files.filter((file) => problemOf(file, file.as) === null));
    },
    /** Whether something is still on its way. */
    uploading: uploads.pending.length > held.length,
  };
}

const blockedBy = (name: string, problem: FileProblem | null): Blocked[] =>
  problem === null ? [] : [{ name, problem }];
