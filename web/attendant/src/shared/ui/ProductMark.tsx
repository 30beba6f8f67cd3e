/** The product's mark: a conversation that comes back answered. */
export function ProductMark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true" style={{ flexShrink: 0 }}>
      <rect width="64" height="64" rx="15" fill="var(--accent)" />
      <path
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="4.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="M17 22a5 5 0 0 1 5-5h20a5 5 0 0 1 5 5v14a5 5 0 0 1-5 5H31l-9 8v-8a5 5 0 0 1-5-5zM25 29.5l5 5 9-10"
      />
    </svg>
  );
}
