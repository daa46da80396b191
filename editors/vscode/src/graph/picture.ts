/** From a graph to an SVG in the editor's own colours, laid out by dagre. Knows nothing of plans or panels. */

import dagre from '@dagrejs/dagre';
import type { Graph, Node } from './preview';

const HEIGHT = 30;
/** Of a letter in the editor's font, roughly. */
const LETTER = 7.2;
const PADDING = 24;
const LONGEST = 32;

/** The text as it may stand in SVG. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const rounded = (number: number | undefined): number => Math.round((number ?? 0) * 10) / 10;

/** The picture. Every box carries its name in `data-id`. */
export function draw(graph: Graph): string {
  const layout = new dagre.graphlib.Graph({ compound: true });
  layout.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 36, marginx: 12, marginy: 12 });
  layout.setDefaultEdgeLabel(() => ({}));
  const holds = new Set(graph.nodes.map((node) => node.parent).filter((parent) => parent !== undefined));
  for (const node of graph.nodes) {
    const width = shortened(node.label).length * LETTER + PADDING;
    // A region that holds boxes gets its size from them; its label is a box of its own inside.
    if (holds.has(node.id)) {
      layout.setNode(node.id, {});
      layout.setNode(head(node.id), { width, height: HEIGHT });
      layout.setParent(head(node.id), node.id);
    } else {
      layout.setNode(node.id, { width, height: HEIGHT });
    }
  }
  for (const node of graph.nodes) {
    if (node.parent !== undefined) {
      layout.setParent(node.id, node.parent);
    }
  }
  // dagre cannot draw an arrow to a region: the label stands for it.
  const end = (id: string): string => (holds.has(id) ? head(id) : id);
  for (const edge of graph.edges) {
    layout.setEdge(end(edge.from), end(edge.to));
  }
  dagre.layout(layout);

  const boxes = graph.nodes.map((node) => box(node, layout, holds.has(node.id)));
  const arrows = layout.edges().map((edge) => {
    const points = layout.edge(edge).points as { x: number; y: number }[];
    const path = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${rounded(point.x)},${rounded(point.y)}`).join(' ');
    return `<path class="arrow" d="${path}" marker-end="url(#end)"/>`;
  });
  const { width, height } = layout.graph();
  const size = `${rounded(Math.max(width ?? 0, 40))} ${rounded(Math.max(height ?? 0, 40))}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" role="img" aria-label="${escape(graph.title)}">`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
    '<path class="head" d="M0,0 L8,4 L0,8 Z"/></marker></defs>',
    // Regions first, for what stands in them must lie on top.
    ...boxes.filter((_, at) => holds.has(graph.nodes[at]?.id ?? '')),
    ...arrows,
    ...boxes.filter((_, at) => !holds.has(graph.nodes[at]?.id ?? '')),
    '</svg>',
  ].join('\n');
}

const head = (id: string): string => `${id}-head`;

function box(node: Node, layout: dagre.graphlib.Graph, holds: boolean): string {
  const { x, y, width, height } = layout.node(node.id);
  const label = holds ? layout.node(head(node.id)) : { x, y };
  const corner = node.kind === 'param' ? HEIGHT / 2 : 4;
  return [
    `<g class="node ${node.kind}" data-id="${escape(node.id)}" tabindex="0">`,
    `<title>${escape(node.label)}</title>`,
    `<rect x="${rounded(x - width / 2)}" y="${rounded(y - height / 2)}" width="${rounded(width)}"`,
    ` height="${rounded(height)}" rx="${corner}"/>`,
    `<text x="${rounded(label.x)}" y="${rounded(label.y)}">${escape(shortened(node.label))}</text></g>`,
  ].join('');
}
