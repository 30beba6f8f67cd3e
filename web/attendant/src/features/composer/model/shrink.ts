/** Photos of today's telephones are larger than some channels take; people expect them to be made smaller, as telephones do. */

/** Longest edges to try, in pixels; the first is about what messengers send themselves. */
const EDGES = [2560, 1600, 1024];
const QUALITY = 0.85;

/** The photo as a JPEG of at most so many bytes; null when the browser cannot make one. */
export async function shrunk(file: File, max: number): Promise<File | null> {
  try {
    const picture = await createImageBitmap(file);
    try {
      for (const edge of EDGES) {
        const blob = await drawn(picture, edge);
        if (blob !== null && blob.size <= max) {
          return new File([blob], file.name.replace(/(\.[^.]*)?$/, ".jpg"), { type: "image/jpeg" });
        }
      }
      return null;
    } finally {
      picture.close();
    }
  } catch {
    return null; // not a picture after all, or larger than the browser can draw
  }
}

function drawn(picture: ImageBitmap, edge: number): Promise<Blob | null> {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  if (pen === null) return Promise.resolve(null);
  // JPEG has no transparency.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
