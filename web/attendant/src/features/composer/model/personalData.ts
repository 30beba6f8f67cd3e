/** What of a text looks like personal data, before it is written where everybody reads it. Pure; it errs on the careful side. */
export type PersonalData = "email" | "phone" | "cpf" | "cnpj" | "cep" | "card";

const EMAIL = /[^\s@<>()]+@[^\s@<>()]+\.[a-z]{2,}/i;
/** Digits with what people write between them. */
const NUMBERS = /\+?\d(?:[\d\s().\-/]*\d)?/g;
const CEP = /(?<![\d-])\d{5}-\d{3}(?![\d-])/;
const DATE = /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$/;

/** Everything that is found, each once, in the order of `PersonalData`. */
export function personalDataIn(text: string): PersonalData[] {
  const found = new Set<PersonalData>();
  if (EMAIL.test(text)) found.add("email");
  if (CEP.test(text)) found.add("cep");
  for (const [written] of text.matchAll(NUMBERS)) {
    for (const one of numbersIn(written)) {
      const kind = kindOf(one);
      if (kind !== null) found.add(kind);
    }
  }
  const order: readonly PersonalData[] = ["email", "phone", "cpf", "cnpj", "cep", "card"];
  return order.filter((one) => found.has(one));
}

/** Two numbers with a space between them look like one: the whole is tried, then each by itself. */
function numbersIn(written: string): string[] {
  return [written, ...written.split(/\s{2,}|\s(?=\+)|\n/)];
}

function kindOf(written: string): PersonalData | null {
  if (DATE.test(written)) return null;
  const digits = written.replace(/\D/g, "");
  if (/^\d{3}\.\d{3}\.\d{3}-\d{2}$/.test(written)) return "cpf";
  if (digits.length === 11 && isCpf(digits)) return "cpf";
  if (digits.length === 14 && isCnpj(digits)) return "cnpj";
  if (digits.length >= 13 && digits.length <= 19 && isCard(digits)) return "card";
  const plus = written.startsWith("+");
  // With area code, as it is written in Brazil, or international.
  if (plus ? digits.length >= 8 && digits.length <= 15 : isBrazilianPhone(written, digits)) return "phone";
  return null;
}

function isBrazilianPhone(written: string, digits: string): boolean {
  const bare = digits.length > 11 && digits.startsWith("55") ? digits.slice(2) : digits;
  if (bare.length === 11) return /^[1-9]{2}9/.test(bare);
  if (bare.length === 10) return /^[1-9]{2}[2-8]/.test(bare);
  // Without area code only where it is written as one: 99999-9999, 3333-4444.
  return /^9?\d{4}-\d{4}$/.test(written);
}

function isCpf(digits: string): boolean {
  if (/^(\d)\1+$/.test(digits)) return false;
  return [9, 10].every((length) => {
    const sum = Array.from(digits.slice(0, length), Number).reduce(
      (total, digit, at) => total + digit * (length + 1 - at),
      0,
    );
    return ((sum * 10) % 11) % 10 === Number(digits[length]);
  });
}

function isCnpj(digits: string): boolean {
  if (/^(\d)\1+$/.test(digits)) return false;
  return [12, 13].every((length) => {
    const sum = Array.from(digits.slice(0, length), Number).reduce(
      (total, digit, at) => total + digit * (((length - 1 - at) % 8) + 2),
      0,
    );
    const rest = sum % 11;
    return (rest < 2 ? 0 : 11 - rest) === Number(digits[length]);
  });
}

/** Luhn's check digit (ISO/IEC 7812). */
function isCard(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .toReversed()
    .reduce((total, digit, at) => {
      const value = digit * (at % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0 && !/^0+$/.test(digits);
}
