// Without what is mistaken for something else when it is read aloud or from paper: 0 O 1 l I.
const SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUPS = 4;
const GROUP = 4;

/** A password to hand over: four groups of four, 93 bits. */
export function generatePassword(): string {
  const groups = Array.from({ length: GROUPS }, () => Array.from({ length: GROUP }, sign).join(""));
  return groups.join("-");
}

/** Each sign as likely as any other: values above the last whole multiple are drawn again. */
function sign(): string {
  const limit = 256 - (256 % SIGNS.length);
  for (;;) {
    const [drawn = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (drawn < limit) return SIGNS.charAt(drawn % SIGNS.length);
  }
}
