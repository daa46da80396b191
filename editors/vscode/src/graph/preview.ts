/** From what the language server answers to `standpipe/preview` to a graph. Knows nothing of pictures. */

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
  dot: string;
  nodes: { id: string; name: string; kind: string; uri?: string | null; range?: { start: { line: number } } | null }[];
  errors: number;
}

/** What stands for a node in the picture. */
export type Kind = 'param' | 'step' | 'effect' | 'value' | 'region';

/** One box. */
export interface Node {
  id: string;
  kind: Kind;
  label: string;
  place?: Place;
  /** The region it stands in. */
  parent?: string;
}

/** One arrow. */
export interface Edge {
  from: string;
  to: string;
}

/** The whole picture. */
export interface Graph {
  title: string;
  nodes: Node[];
  edges: Edge[];
}

const TEXT = '"((?:[^"\\\\]|\\\\.)*)"';
const CLUSTER = /^subgraph cluster_(\d+) \{$/;
const LABEL = new RegExp(`^label = ${TEXT}$`);
const NODE = new RegExp(`^(\\w+) \\[label = ${TEXT}(.*)\\]$`);
const EDGE = /^(\w+) -> (\w+)/;

/** Reads an answer whose file has no errors. The node `n8` of a `cluster_8` says what its region does. */
export function read(preview: Preview): Graph {
  const places = new Map(preview.nodes.map((node) => [node.id, placeOf(node)]));
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  const open: { id: string; label: string }[] = [];
  for (const line of preview.dot.split('\n').map((line) => line.trim())) {
    const [cluster, label, node, edge] = [CLUSTER, LABEL, NODE, EDGE].map((pattern) => pattern.exec(line));
    if (cluster) {
      open.push({ id: `n${cluster[1]}`, label: '' });
    } else if (line === '}') {
      open.pop();
    } else if (label && open.length > 0) {
      open[open.length - 1]!.label = unescaped(label[1]!);
    } else if (node) {
      const id = node[1]!;
      const around = open.map((region) => region.id);
      const heads = around[around.length - 1] === id;
      const parent = around[around.length - (heads ? 2 : 1)];
      const place = places.get(id);
      nodes.set(id, {
        id,
        kind: heads ? 'region' : kindOf(node[3]!),
        label: heads ? headed(open[open.length - 1]!.label, unescaped(node[2]!)) : unescaped(node[2]!),
        ...(place === undefined ? {} : { place }),
        ...(parent === undefined ? {} : { parent }),
      });
    } else if (edge) {
      edges.push({ from: edge[1]!, to: edge[2]! });
    }
  }
  const known = edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to) && from !== to);
  return { title: preview.pipeline, nodes: [...nodes.values()], edges: known };
}

function placeOf(node: Preview['nodes'][number]): Place | undefined {
  return node.uri && node.range ? { uri: node.uri, line: node.range.start.line } : undefined;
}

function kindOf(attributes: string): Kind {
  if (/peripheries = 2/.test(attributes)) {
    return 'effect';
  }
  if (/shape = ellipse/.test(attributes)) {
    return 'param';
  }
  return /shape = plaintext/.test(attributes) ? 'value' : 'step';
}

/** What a region is called, and what it does; a region without a name says no more than its line. */
const headed = (name: string, does: string): string => (/^(?:line \d+)?$/.test(name) ? does : `${name}: ${does}`);

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? ' ' : sign));

/** The box that the cursor at `line` is in: the last that starts at or before it, in that file. */
export function at(graph: Graph, uri: string, line: number): Node | undefined {
  const before = graph.nodes.filter((node) => node.place?.uri === uri && node.place.line <= line);
  return before.reduce<Node | undefined>(
    (best, node) => (best === undefined || node.place!.line >= best.place!.line ? node : best),
    undefined,
  );
}
