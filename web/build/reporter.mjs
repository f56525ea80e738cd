// Says which tests failed and why, and how many there were; nothing about those that passed.
export default async function* report(events) {
  const count = { passed: 0, failed: 0 };
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    if (data.details?.type === "suite") continue;
    if (type === "test:pass") count.passed++;
    if (type !== "test:fail") continue;
    count.failed++;
    const { cause, message } = data.details.error;
    yield `not ok: ${data.name}\n${cause?.stack ?? cause ?? message}\n`;
  }
  yield `web: ${count.passed} tests passed, ${count.failed} failed\n`;
}
