/** A camera's picture, cut to a square around its middle and made small, before it travels. */

/** This browser cannot read the file as a picture. */
export class NotAPicture extends Error {}

// Twice the largest place where it is shown, so that it is sharp on fine screens.
const SIDE = 512;
const QUALITY = 0.9;

export async function squared(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new NotAPicture("not a picture", { cause });
  });
  const { width, height } = bitmap;
  const part = Math.min(width, height);
  const side = Math.min(part, SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  if (!pen) throw new NotAPicture("no canvas");
  // JPEG knows no transparency: what was see-through becomes white, not black.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, (width - part) / 2, (height - part) / 2, part, part, 0, 0, side, side);
  bitmap.close();
  return encoded(canvas);
}

function encoded(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new NotAPicture("empty")));
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
}
