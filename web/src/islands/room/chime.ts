/** Two tones, so that one knows where the class will be heard. */

const TONES = [523.25, 783.99]; // Hz: a fifth
const EACH = 0.22;

export async function chime(speaker: string | undefined): Promise<void> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(out);
  const element = new Audio();
  element.srcObject = out.stream;
  // A speaker that is gone leaves the one of the system.
  if (speaker && "setSinkId" in element) await element.setSinkId(speaker).catch(() => undefined);
  try {
    await element.play();
    await ring(context, gain);
  } finally {
    element.srcObject = null;
    await context.close();
  }
}

function ring(context: AudioContext, gain: GainNode): Promise<void> {
  const start = context.currentTime + 0.05;
  for (const [index, frequency] of TONES.entries()) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    const at = start + index * EACH;
    gain.gain.setTargetAtTime(0.25, at, 0.01);
    gain.gain.setTargetAtTime(0, at + EACH * 0.6, 0.05);
    tone.start(at);
    tone.stop(at + EACH);
  }
  const whole = (TONES.length * EACH + 0.3) * 1_000;
  return new Promise((done) => setTimeout(done, whole));
}
