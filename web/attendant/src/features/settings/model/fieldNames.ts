/**
 * What a changed field is called, by the heading under which its page has it; null for one of a later version. Pure.
 * `t` translates such a heading.
 */
export function namedBy<Heading extends string>(headings: Record<string, Heading>, t: (heading: Heading) => string) {
  return (field: string): string | null => {
    const heading = headings[field];
    return heading === undefined ? null : t(heading);
  };
}
