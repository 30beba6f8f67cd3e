/** Where a list was left, so that coming back from a conversation on a phone goes on there. For this tab alone. */
export interface Left {
  offset: number;
  activeId: string | undefined;
}

const lists = new Map<string, Left>();
const MOST = 20;

export const scrollMemory = {
  keep(key: string, left: Left): void {
    lists.delete(key);
    lists.set(key, left);
    const oldest = lists.keys().next().value;
    if (lists.size > MOST && oldest !== undefined) lists.delete(oldest);
  },
  of: (key: string): Left | undefined => lists.get(key),
};
