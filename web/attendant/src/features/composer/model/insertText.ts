/**
 * Puts a text where the cursor is, in place of what is selected, as if it had been typed: the browser's undo takes it
 * away again. Only the old command does that; where there is none the text goes in without undo.
 */
export function insertText(area: HTMLTextAreaElement, text: string, start?: number, end?: number): void {
  area.focus();
  if (start !== undefined) area.setSelectionRange(start, end ?? start);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else keeps the undo history
  if (typeof document.execCommand === "function" && document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
