/** An image before it travels: what a camera made is larger than any screen shows. */

const LARGE = 3 * 1024 * 1024;
const LONGEST = 2_000;
const QUALITY = 0.85;

export function isImage({ type }: File): boolean {
  return type.startsWith("image/");
}

/** Small files go as they are. What cannot be read here is for the server to refuse. */
export async function lightened(file: File): Promise<Blob> {
  if (file.size <= LARGE) return file;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return file;
  const shrunk = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * shrunk);
  canvas.height = Math.round(bitmap.height * shrunk);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return await new Promise((done) => {
    canvas.toBlob((blob) => done(blob ?? file), "image/webp", QUALITY);
  });
}
