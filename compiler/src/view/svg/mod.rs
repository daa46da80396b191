//! A plan as a picture of its own, in layers from above to below. Every box says which step it is and where that stands.

mod level;
mod order;
mod place;
mod scene;

use std::fmt::Write;

use standpipe_plan::Plan;

use self::scene::{Kind, Scene, Shape, cut};
use super::drawing::{BoxKind, Drawing};

/// Colours are the editor's where there is one, and light or dark as the reader likes. What knows no variables takes the
/// attributes of the shapes.
const STYLE: &str = "\
svg{color-scheme:light dark;--ink:var(--vscode-foreground,#1f2933);--paper:var(--vscode-editorWidget-background,#fff);\
--step:var(--vscode-charts-blue,#2f6fb5);--effect:var(--vscode-charts-orange,#c05621);\
--line:var(--vscode-charts-lines,#7b8794)}\
@media (prefers-color-scheme:dark){svg{--ink:var(--vscode-foreground,#e4e7eb);\
--paper:var(--vscode-editorWidget-background,#1f2933);--step:var(--vscode-charts-blue,#6cb0f0);\
--effect:var(--vscode-charts-orange,#f6ad55);--line:var(--vscode-charts-lines,#9aa5b1)}}\
text{fill:var(--ink)}rect{fill:var(--paper);stroke:var(--step)}.effect rect{stroke:var(--effect)}\
.param rect,.head rect{stroke:var(--line)}.group rect{fill:var(--paper);fill-opacity:.5;stroke:var(--line)}\
.node[data-line]{cursor:pointer}.node:focus{outline:none}.node.here>rect,.node:focus>rect{stroke-width:3}\
.arrow{stroke:var(--line)}.tip{fill:var(--line)}";

/// The plan as SVG: steps are boxes, effects have a strong border, an `if` or `for` is a frame around what it holds.
/// `data-id` names the node, as in the other pictures; `data-file` and `data-line` (from 1) are where it stands.
#[must_use]
pub fn svg(plan: &Plan) -> String {
    let scene = Scene::of(&Drawing::of(plan));
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"{}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"12\">\n<style>{STYLE}</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" fill=\"#7b8794\" \
         d=\"M0,0 L8,4 L0,8 Z\"/></marker></defs>\n",
        quoted(&plan.pipeline)
    );
    let (groups, boxes): (Vec<&Shape>, Vec<&Shape>) = scene.shapes.iter().partition(|shape| shape.kind == Kind::Group);
    for shape in groups {
        draw(plan, shape, &mut out);
    }
    for arrow in &scene.arrows {
        let _ = writeln!(
            out,
            "<path class=\"arrow\" data-from=\"n{}\" data-to=\"n{}\" fill=\"none\" stroke=\"#7b8794\" \
             stroke-width=\"1.3\" marker-end=\"url(#tip)\" d=\"{}\"/>",
            arrow.from.0,
            arrow.to.0,
            curve(&arrow.points)
        );
    }
    for shape in boxes {
        draw(plan, shape, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn draw(plan: &Plan, shape: &Shape, out: &mut String) {
    let (class, fill, stroke, strong) = match shape.kind {
        Kind::Group => ("group", "none", "#7b8794", "1\" stroke-dasharray=\"5 4"),
        Kind::Box(BoxKind::Param) => ("param", "#fff", "#7b8794", "1.2"),
        Kind::Box(BoxKind::Step) => ("step", "#fff", "#2f6fb5", "1.4"),
        Kind::Box(BoxKind::Effect) => ("effect", "#fff", "#c05621", "2.2"),
        Kind::Box(BoxKind::Head) => ("head", "#fff", "#7b8794", "1"),
    };
    let corner = if shape.kind == Kind::Box(BoxKind::Param) { shape.height / 2.0 } else { 5.0 };
    let file = plan.files.get(shape.origin.file as usize).map_or("", |file| file.as_str());
    let (x, y) = (number(shape.x), number(shape.y));
    let (width, height) = (number(shape.width), number(shape.height));
    let _ = write!(
        out,
        "<g class=\"node {class}\" data-id=\"n{}\" data-file=\"{}\" data-line=\"{}\" tabindex=\"0\"><title>{}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\" \
         stroke-width=\"{strong}\"/>",
        shape.id.0,
        quoted(file),
        shape.origin.line,
        quoted(&format!("{}\n{file}:{}", shape.label, shape.origin.line)),
        number(corner),
    );
    let (at, anchor, across) = match shape.kind {
        Kind::Group => (shape.x + 10.0, "start", shape.y + 18.0),
        Kind::Box(_) => (shape.x + shape.width / 2.0, "middle", shape.y + shape.height / 2.0 + 4.0),
    };
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"#1f2933\">{}</text></g>",
        number(at),
        number(across),
        quoted(&cut(&shape.label))
    );
}

/// Straight where it goes straight down, curved where it does not.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (x, y) in points {
        let _ = match before {
            None => write!(path, "M{},{}", number(*x), number(*y)),
            Some((from, _)) if (from - x).abs() < 0.05 => write!(path, " L{},{}", number(*x), number(*y)),
            Some((from, above)) => {
                let middle = number(f64::midpoint(above, *y));
                write!(path, " C{},{middle} {},{middle} {},{}", number(from), number(*x), number(*x), number(*y))
            }
        };
        before = Some((*x, *y));
    }
    path
}

/// To a tenth, without a needless point.
fn number(number: f64) -> f64 {
    // The sum takes the sign off a zero.
    (number * 10.0).round() / 10.0 + 0.0
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            // What XML cannot hold.
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
