/** What the server tells of a recording, and what is told to it. */
import type { Span } from "./spans.ts";

export type State = "recording" | "paused" | "processing" | "ready" | "failed";

export interface Chapter {
  at: number;
  title: string;
}

export interface Said {
  id: string;
  at: number;
  person: string;
  name: string;
  host: boolean;
  text: string;
  image: boolean;
  answers: string;
}

export interface Asked {
  id: string;
  at: number;
  question: string;
  options: string[];
  answered: number;
  counts: number[] | null;
}

export interface Hand {
  at: number;
  name: string;
}

/** How a recording is played, as far as this page needs to know. */
export interface Playing {
  goes_on: boolean;
  seconds: number;
  renditions: { name: string; kind: "video" | "audio"; spans: Span[] }[];
}

export interface Timeline {
  chapters: Chapter[];
  messages: Said[];
  polls: Asked[];
  hands: Hand[];
  voices: [number, number, boolean][];
}

export interface LostPlace {
  start: number;
  went_back: number;
  /** Seconds. */
  seen_again: number;
  slowed_down: number;
  said_lost: number;
  questions: number;
  chapter: string;
  recording_at: number | null;
}

/** For who teaches: where it was hard, in seconds of the recording. */
export interface Insight {
  session_id: string | null;
  hidden: boolean;
  curve: [number, number][];
  places: LostPlace[];
}

/** How loud it is when, 0 to 100, of all together (`who` is empty) and of each. */
export interface Waveform {
  lines: { who: string; levels: number[] }[];
}

export interface Progress {
  position: number;
  seen: Span[];
  seconds: number;
  completed_at: string | null;
  watched_at: string | null;
}

/** Of what was uploaded: where it is; without `streams` only as it was sent. */
export interface Film {
  file: string | null;
  poster: string | null;
  streams: boolean;
  /** And nothing to see. */
  sound: boolean;
}

/** The class can still be made up. */
export interface Missed {
  path: string;
  until: string;
  /** s that are missing. */
  enough: number;
}

/** As the page was made with it. */
export interface Watched {
  id: string;
  room_id: string;
  title: string;
  state: State;
  reason: string;
  seconds: number;
  started_at: string;
  /** "poster", "storyboard", "waveform"… as soon as each is there. */
  made: string[];
  host: boolean;
  /** Whether those who are no hosts may take it home. */
  downloads: boolean;
  progress: Progress;
  /** What one was there for when it was live. */
  live?: Span[];
  missed?: Missed | null;
  film?: Film;
}

export interface Report {
  recording_id?: string;
  visit: string;
  position: number;
  seen: readonly Span[];
  age: number;
  /** Which of this visit; with it what follows is counted, once. */
  turn?: number;
  back?: readonly number[];
  slow?: readonly number[];
  again?: readonly Span[];
}
