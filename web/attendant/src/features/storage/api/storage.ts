import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { components } from "@/shared/api/schema";

export type Storage = components["schemas"]["StorageView"];
export type KindUse = Storage["kinds"][number];
export type LargeFile = Storage["largest"][number];

/** Files come and go without an event, so it is asked for anew whenever the page is opened. */
export const useStorage = () =>
  useQuery({ queryKey: keys.storage(), queryFn: () => unwrap(api.GET("/api/v1/storage")), staleTime: 0 });
