/** Lines over time, drawn by uPlot on the place that the page made for them. What they show stands
 * in `data-chart`; the table behind says the same to those who do not look. */
import uPlot from "uplot";

export interface Line {
  name: string;
  values: (number | null)[];
  look: "area" | "line" | "dashed";
}

export interface Drawn {
  /** Seconds since 1970, or of a recording. */
  x: number[];
  lines: Line[];
  /** What stands behind each value. */
  unit?: string;
  /** The seconds are those of a recording. */
  clock?: boolean;
}

const HEIGHT = { wide: 220, narrow: 180 };
const NARROW = 480;
const DAY = 86_400;
const FEW = 60;
/** So that few people do not fill the height, and a hundredth of stalls or of signs does not either. */
const LEAST = { count: 4, share: 0.5 };
const COLOURS = ["--d1", "--d5", "--d3", "--d4"];

export function mount(element: HTMLElement): void {
  const drawn = JSON.parse(element.dataset["chart"] ?? "{}") as Drawn;
  if ((drawn.x?.length ?? 0) === 0) return;
  new Chart(element, drawn, element.dataset["zone"] ?? "UTC");
}

class Chart {
  readonly #element: HTMLElement;
  readonly #drawn: Drawn;
  readonly #zone: string;
  readonly #said = document.createElement("p");
  #plot: uPlot | undefined;

  constructor(element: HTMLElement, drawn: Drawn, zone: string) {
    this.#element = element;
    this.#drawn = drawn;
    this.#zone = zone;
    this.#said.className = "chart-said";
    // Screen readers have the table; a line that follows a pointer is nothing to be read out.
    this.#said.ariaHidden = "true";
    this.#draw();
    new ResizeObserver(() => this.#fit()).observe(element);
    // Colours are drawn, so another theme is drawn anew.
    new MutationObserver(() => this.#draw()).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  #draw(): void {
    this.#plot?.destroy();
    const { x, lines } = this.#drawn;
    const data = [x, ...lines.map(({ values }) => values)] as uPlot.AlignedData;
    this.#element.replaceChildren(this.#said);
    this.#plot = new uPlot(this.#options(), data, this.#element);
    this.#say(undefined);
  }

  #fit(): void {
    const { width, height } = this.#size();
    if (width > 0 && width !== this.#plot?.width) this.#plot?.setSize({ width, height });
  }

  #size(): { width: number; height: number } {
    const width = Math.floor(this.#element.clientWidth);
    return { width, height: width < NARROW ? HEIGHT.narrow : HEIGHT.wide };
  }

  #options(): uPlot.Options {
    const { clock = false, lines } = this.#drawn;
    const counted = lines.every(({ values }) => values.every((one) => Number.isInteger(one ?? 0)));
    const least = counted ? LEAST.count : LEAST.share;
    const ink = this.#colour("--ink-2");
    const line = this.#colour("--line");
    const font = `550 12px ${this.#colour("--font") || "sans-serif"}`;
    const axis = { stroke: ink, font, ticks: { show: false } };
    return {
      ...this.#size(),
      padding: [12, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      ...(!clock && { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), this.#zone) }),
      scales: {
        x: { time: !clock },
        y: { range: (_, __, most) => [0, Math.max(least, most * 1.08)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 64,
          size: 34,
          values: (_, ticks, __, ___, step) =>
            ticks.map((one) => (clock ? clockOf(one) : this.#tick(one, step))),
        },
        {
          ...axis,
          size: 46,
          space: 36,
          grid: { stroke: line, width: 1 },
          values: (_, ticks) => ticks.map((one) => this.#value(one)),
        },
      ],
      series: [{}, ...lines.map((one, at) => this.#series(one, at))],
      hooks: { setCursor: [(plot) => this.#say(plot.cursor.idx ?? undefined)] },
    };
  }

  #series({ name, look }: Line, at: number): uPlot.Series {
    const stroke = this.#colour(COLOURS[at % COLOURS.length] ?? "--d1");
    return {
      label: name,
      stroke,
      width: look === "dashed" ? 1.5 : 2.2,
      // What stands alone has no neighbour to be joined with.
      points: { show: this.#drawn.x.length <= FEW && look !== "dashed", size: 5 },
      ...(look === "dashed" && { dash: [4, 3] }),
      ...(look === "area" && { fill: faded(stroke) }),
    };
  }

  /** What is under the pointer, in words: colours and dashes alone say nothing. */
  #say(at: number | undefined): void {
    const { x, lines } = this.#drawn;
    const when = at === undefined ? undefined : x[at];
    const parts = lines.map(({ name, values }) => {
      const value = at === undefined ? undefined : values[at];
      return value === undefined || value === null ? name : `${name} ${this.#value(value)}`;
    });
    this.#said.replaceChildren(
      ...parts.map((text, index) => keyed(text, lines[index]?.look ?? "line", index)),
      ...(when === undefined ? [] : [this.#moment(when)]),
    );
  }

  /** "Mon 16"; within a day also "18:00", over months "1 Mar". */
  #tick(when: number, step: number): string {
    let parts: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
    const begins = this.#told(when, parts) === "00:00";
    if (step >= DAY || begins) parts = { weekday: "short", day: "numeric" };
    if (step >= 5 * DAY) parts = { month: "short", day: "numeric" };
    return this.#told(when, parts);
  }

  #told(when: number, parts: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: this.#zone }).format(when * 1000);
  }

  #moment(when: number): HTMLElement {
    const at = document.createElement("span");
    at.textContent = this.#drawn.clock
      ? clockOf(when)
      : this.#told(when, {
          weekday: "short",
          day: "numeric",
          month: "short",
          hour: "2-digit",
          minute: "2-digit",
        });
    return at;
  }

  #value(value: number): string {
    return `${value.toLocaleString("en-GB")}${this.#drawn.unit ?? ""}`;
  }

  #colour(name: string): string {
    return getComputedStyle(this.#element).getPropertyValue(name).trim();
  }
}

function keyed(text: string, look: Line["look"], index: number): HTMLElement {
  const one = document.createElement("span");
  one.className = `chart-key chart-key-${index + 1}`;
  if (look === "dashed") one.classList.add("chart-key-dashed");
  one.textContent = text;
  return one;
}

/** "1:05:09", of the seconds of a recording. */
export function clockOf(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const end = `${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${end}` : `${minutes}:${end}`;
}

/** The area below a line, in its colour: tokens are written as #rrggbb. */
function faded(colour: string): string {
  return `${colour}29`;
}
