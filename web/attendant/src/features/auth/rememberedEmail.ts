/** The e-mail of whoever signed in last in this browser; nothing else of them. */

const KEY = "atd-email";

export function recallEmail(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberEmail(email: string): void {
  try {
    localStorage.setItem(KEY, email);
  } catch {
    // A full or forbidden storage: it is typed again.
  }
}
