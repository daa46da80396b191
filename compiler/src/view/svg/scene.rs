//! A drawing with every box, group and arrow in its place: each group is laid out by itself, and is a box in the level
//! around it. An arrow into or out of a group crosses its border above or below.

use std::collections::{BTreeMap, HashMap};

use standpipe_plan::{NodeId, Origin};

use super::super::drawing::{BoxKind, Drawing, Item};
use super::level::{End, Level, Placed};

/// Height of a box, and the widths of a letter, of the room beside a label, and of the smallest box.
const HEIGHT: f64 = 30.0;
const LETTER: f64 = 7.25;
const BESIDE: f64 = 24.0;
const SMALLEST: f64 = 44.0;
/// Longer labels are cut, in characters.
const LONGEST: usize = 44;
/// Inside a group, above and at the other sides.
const ABOVE: f64 = 30.0;
const MARGIN: f64 = 14.0;

/// A rectangle with its label, by its upper left corner.
pub(super) struct Shape {
    pub(super) id: NodeId,
    pub(super) kind: Kind,
    pub(super) label: String,
    pub(super) origin: Origin,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Box(BoxKind),
    Group,
}

/// An arrow, and the points that it goes through.
pub(super) struct Arrow {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) points: Vec<(f64, f64)>,
}

pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    /// A group stands before what is in it.
    pub(super) shapes: Vec<Shape>,
    pub(super) arrows: Vec<Arrow>,
}

/// `label` as it is shown.
pub(super) fn cut(label: &str) -> String {
    match label.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &label[..end]),
        None => label.to_owned(),
    }
}

fn width_of(label: &str) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a label")]
    let letters = cut(label).chars().count() as f64;
    (letters * LETTER + BESIDE).max(SMALLEST)
}

/// The numbers of the items that hold something, from the outermost, and its own.
type Path = Vec<usize>;

struct Maker<'d> {
    /// Where each box is.
    paths: HashMap<NodeId, Path>,
    /// The arrows that each level sees, by the level's path.
    arrows: HashMap<Path, Vec<(End, End)>>,
    levels: HashMap<Path, Placed>,
    /// Where each level's own (0, 0) is.
    places: HashMap<Path, (f64, f64)>,
    drawing: &'d Drawing,
    shapes: Vec<Shape>,
}

impl Scene {
    pub(super) fn of(drawing: &Drawing) -> Self {
        let mut maker = Maker {
            paths: HashMap::new(),
            arrows: HashMap::new(),
            levels: HashMap::new(),
            places: HashMap::new(),
            drawing,
            shapes: Vec::new(),
        };
        maker.find(&drawing.items, &[]);
        maker.hand_out();
        let (width, height) = maker.measure(&drawing.items, Vec::new(), false);
        maker.put(&drawing.items, &Vec::new(), (MARGIN, MARGIN));
        let arrows = drawing.arrows.iter().filter_map(|(from, to)| maker.arrow(*from, *to)).collect();
        Self { width: width + 2.0 * MARGIN, height: height + 2.0 * MARGIN, shapes: maker.shapes, arrows }
    }
}

impl Maker<'_> {
    fn find(&mut self, items: &[Item], around: &[usize]) {
        for (index, item) in items.iter().enumerate() {
            let path: Path = around.iter().copied().chain([index]).collect();
            match item {
                Item::Box { id, .. } => {
                    self.paths.insert(*id, path);
                }
                Item::Group { items, .. } => self.find(items, &path),
            }
        }
    }

    /// Tells each level of the arrows that go through it.
    fn hand_out(&mut self) {
        let mut all: BTreeMap<Path, std::collections::BTreeSet<(End, End)>> = BTreeMap::new();
        for (from, to) in &self.drawing.arrows {
            for (level, arrow) in self.parts(*from, *to) {
                all.entry(level).or_default().insert(arrow);
            }
        }
        self.arrows = all.into_iter().map(|(level, arrows)| (level, arrows.into_iter().collect())).collect();
    }

    /// The levels that an arrow goes through, in its order, with what it is there.
    fn parts(&self, from: NodeId, to: NodeId) -> Vec<(Path, (End, End))> {
        let (Some(from), Some(to)) = (self.paths.get(&from), self.paths.get(&to)) else { return Vec::new() };
        let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
        if shared == from.len() || shared == to.len() {
            return Vec::new();
        }
        let mut parts = Vec::new();
        for depth in (shared + 1..from.len()).rev() {
            parts.push((from[..depth].to_vec(), (End::Item(from[depth]), End::Outside)));
        }
        parts.push((from[..shared].to_vec(), (End::Item(from[shared]), End::Item(to[shared]))));
        for depth in shared + 1..to.len() {
            parts.push((to[..depth].to_vec(), (End::Outside, End::Item(to[depth]))));
        }
        parts
    }

    /// Lays a level out, those in it first; the answer is its size.
    fn measure(&mut self, items: &[Item], path: Path, headed: bool) -> (f64, f64) {
        let mut level = Level { headed, ..Level::default() };
        for (index, item) in items.iter().enumerate() {
            level.sizes.push(match item {
                Item::Box { label, .. } => (width_of(label), HEIGHT),
                Item::Group { label, items, .. } => {
                    let inner: Path = path.iter().copied().chain([index]).collect();
                    let (width, height) = self.measure(items, inner, true);
                    (width.max(width_of(label)) + 2.0 * MARGIN, height + ABOVE + MARGIN)
                }
            });
        }
        level.arrows = self.arrows.get(&path).cloned().unwrap_or_default();
        let placed = level.place();
        let size = (placed.width, placed.height);
        self.levels.insert(path, placed);
        size
    }

    /// Gives everything in a level its place; the level's (0, 0) is at `at`.
    fn put(&mut self, items: &[Item], path: &Path, at: (f64, f64)) {
        self.places.insert(path.clone(), at);
        for (index, item) in items.iter().enumerate() {
            let Some((middle, top)) = self.levels.get(path).map(|level| level.tops[index]) else { continue };
            let (middle, y) = (at.0 + middle, at.1 + top);
            match item {
                Item::Box { id, kind, label, origin } => {
                    let width = width_of(label);
                    let (x, kind, label) = (middle - width / 2.0, Kind::Box(*kind), label.clone());
                    self.shapes.push(Shape { id: *id, kind, label, origin: *origin, x, y, width, height: HEIGHT });
                }
                Item::Group { id, label, origin, items } => {
                    let inner: Path = path.iter().copied().chain([index]).collect();
                    let (inside, height) =
                        self.levels.get(&inner).map_or((0.0, 0.0), |level| (level.width, level.height));
                    let width = inside.max(width_of(label)) + 2.0 * MARGIN;
                    let (x, height) = (middle - width / 2.0, height + ABOVE + MARGIN);
                    let label = label.clone();
                    self.shapes.push(Shape { id: *id, kind: Kind::Group, label, origin: *origin, x, y, width, height });
                    self.put(items, &inner, (middle - inside / 2.0, y + ABOVE));
                }
            }
        }
    }

    fn arrow(&self, from: NodeId, to: NodeId) -> Option<Arrow> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (path, arrow) in self.parts(from, to) {
            let (level, at) = (self.levels.get(&path)?, self.places.get(&path)?);
            let here = |(x, y): (f64, f64)| (x + at.0, y + at.1);
            let index = self.arrows.get(&path)?.iter().position(|known| *known == arrow)?;
            let way = level.ways[index].iter().map(|point| here(*point));
            match arrow.0 {
                // The first part starts at the box itself, the others where the last one left its group.
                End::Item(item) => {
                    if points.is_empty() {
                        let (middle, top) = here(level.tops[item]);
                        points.push((middle, top + HEIGHT));
                    }
                    let x = points.last()?.0;
                    points.push((x, level.floors[item] + at.1));
                }
                End::Outside => {
                    let first = way.clone().next().map(|point| point.0);
                    let own = if let End::Item(item) = arrow.1 { Some(here(level.tops[item]).0) } else { None };
                    points.push((first.or(own)?, at.1 - ABOVE));
                }
            }
            points.extend(way);
            if arrow.1 == End::Outside {
                let x = points.last()?.0;
                points.push((x, at.1 + level.height + MARGIN));
            } else if let (End::Item(item), Some(end)) = (arrow.1, self.paths.get(&to))
                && end.len() == path.len() + 1
            {
                points.push(here(level.tops[item]));
            }
        }
        points.dedup();
        (points.len() > 1).then_some(Arrow { from, to, points })
    }
}
