/** Brazilian numbers have their own grouping; all others are grouped by their country's code alone. */
const BRAZIL = /^\+55(\d{2})(\d{4,5})(\d{4})$/;
// Country codes of two digits and one; all others have three (ITU-T E.164, list of assigned codes).
const SHORT_CODE = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** A phone number in E.164 as people read it: "+55 11 99999-0000". What is no such number stays as it is. */
export function phoneText(phone: string): string {
  const brazilian = BRAZIL.exec(phone);
  if (brazilian !== null) return `+55 ${brazilian[1]} ${brazilian[2]}-${brazilian[3]}`;
  if (!/^\+\d{7,15}$/.test(phone)) return phone;
  const code = SHORT_CODE.exec(phone)?.[0] ?? phone.slice(0, 4);
  return `${code} ${grouped(phone.slice(code.length))}`;
}

/** Groups of three, the last of up to four. */
function grouped(digits: string): string {
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest].join(" ");
}
