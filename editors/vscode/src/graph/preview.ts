/** What the language server answers to `standpipe/preview`, and the way between its boxes and the text. */

/** A place in a file, lines from 0. */
export interface Place {
  uri: string;
  line: number;
}

/** The server's answer. */
export interface Preview {
  pipeline: string;
  pipelines: string[];
  /** Empty when the file has errors. */
  svg: string;
  nodes: { id: string; name: string; kind: string; uri?: string | null; range?: { start: { line: number } } | null }[];
  errors: number;
}

/** The picture, and where its boxes come from. */
export interface Graph {
  title: string;
  svg: string;
  places: Map<string, Place>;
}

/** Reads an answer whose file has no errors. */
export function read(preview: Preview): Graph {
  const places = new Map<string, Place>();
  for (const { id, uri, range } of preview.nodes) {
    if (uri && range) {
      places.set(id, { uri, line: range.start.line });
    }
  }
  return { title: preview.pipeline, svg: preview.svg, places };
}

/** The box that the cursor at `line` is in: the last that starts at or before it, in that file. */
export function at(graph: Graph, uri: string, line: number): string | undefined {
  let best: { id: string; line: number } | undefined;
  for (const [id, place] of graph.places) {
    if (place.uri === uri && place.line <= line && (best === undefined || place.line >= best.line)) {
      best = { id, line: place.line };
    }
  }
  return best?.id;
}
