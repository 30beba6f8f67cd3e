import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useRefusals, type Refused } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";

const PHRASES = [
  ["is set by the product and cannot be chosen", "reserved_header"],
  ["is given twice", "header_twice"],
  ["is not the name of a header", "header_name"],
  ["is not a public address", "not_public"],
  ["is in a private network", "not_public"],
  ["is a metadata service", "not_public"],
  ["must begin with https://", "https_only"],
  ["is not allowed", "port"],
  ["is not a field of any chosen event type", "unknown_path"],
] as const;

/** The words of the dispatcher in the reader's language, where they are known; else as they are, for developers. */
export function useServerWords(): (words: string) => string {
  const { t } = useTranslation("webhooks");
  return useCallback(
    (words) => {
      const known = PHRASES.find(([phrase]) => words.includes(phrase));
      const subject = known === undefined ? "" : words.slice(0, words.indexOf(known[0])).trim();
      return known === undefined ? t("refused.other", { words }) : t(`refused.${known[1]}`, { subject });
    },
    [t],
  );
}

/** What the server refused, by field; a place in a list or of a header by its path: `headers.X-Source`. */
export function useRefusedFields(error: unknown): Refused {
  const known = useRefusals(error);
  const serverWords = useServerWords();
  return useCallback(
    (field, within = false) => {
      if (!(error instanceof ApiProblem)) return null;
      const found = error.errors.find(
        (one) =>
          one.field === field || (within && (one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`))),
      );
      if (found === undefined) return null;
      return (found.code ?? null) === null ? serverWords(found.message) : known(field, within);
    },
    [error, known, serverWords],
  );
}
