/** What somebody means by pasting: the text, or the files. */
type Pasted = Pick<DataTransfer, "types" | "getData"> & { files: ArrayLike<File> };

/**
 * The files that a paste is about; none when it is about its text. An office program puts text, HTML and a picture of
 * the same cells on the clipboard: the text is meant. A file manager adds the names of the files as text: the files
 * are. A picture alone, or with the HTML that a browser adds to it, is the picture.
 */
export function pastedFiles(data: Pasted): File[] {
  const files = Array.from(data.files);
  const text = data.getData("text/plain").trim();
  if (files.length === 0 || text === "") return files;
  return isListOf(text, files) ? files : [];
}

function isListOf(text: string, files: readonly File[]): boolean {
  const lines = text.split(/\r?\n/).map((line) => line.trim().split(/[\\/]/).at(-1));
  return lines.every((line) => files.some((file) => file.name === line || encodeURI(file.name) === line));
}
