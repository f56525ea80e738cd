export function withAuto(css: string): string;
