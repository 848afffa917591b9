//! Decision diagrams: functions of several axes, of which equal parts are kept once.
//!
//! A node asks one axis; what follows are runs of neighbouring cells. Axes are asked in ascending
//! order, so that two diagrams are joined by walking both at once. A leaf is a number that means
//! something to whoever made it.

use super::quick::QuickMap;
use super::runs::{self, Run};

/// A node or a leaf.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Ref(u32);

const LEAF: u32 = 1 << 31;

impl Ref {
    pub(crate) fn leaf(number: u32) -> Self {
        Self(number | LEAF)
    }

    /// The number of a leaf, or the position of a node.
    fn read(self) -> Result<u32, u32> {
        if self.0 & LEAF == 0 { Err(self.0) } else { Ok(self.0 & !LEAF) }
    }
}

/// Asks an axis.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Node {
    axis: u32,
    /// What follows.
    runs: Box<[Run<Ref>]>,
}

/// Many diagrams that share their parts.
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    nodes: Vec<Node>,
}

impl Diagram {
    /// The leaf that is reached from here, where `cell` answers the axes.
    pub(crate) fn walk(&self, from: Ref, mut cell: impl FnMut(u32) -> usize) -> u32 {
        let mut at = from;
        loop {
            let node = match at.read() {
                Ok(leaf) => return leaf,
                Err(node) => self.nodes.get(node as usize),
            };
            // INVARIANT: references come from `Builder::node`, and the first run begins at 0.
            let Some(node) = node else { return 0 };
            let cell = cell(node.axis) as u32;
            let Some(next) = runs::at(&node.runs, cell) else { return 0 };
            at = next;
        }
    }

    /// The leaves that can be reached from here.
    pub(crate) fn leaves(&self, from: Ref) -> Vec<u32> {
        let (mut leaves, mut open) = (Vec::new(), vec![from]);
        let mut seen = std::collections::HashSet::new();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            match at.read() {
                Ok(leaf) => leaves.push(leaf),
                Err(node) => {
                    let runs =
                        self.nodes.get(node as usize).into_iter().flat_map(|node| &*node.runs);
                    open.extend(runs.map(|(_, next)| *next));
                }
            }
        }
        leaves
    }

    /// Is this the same whatever the axes say?
    pub(crate) fn constant(from: Ref) -> Option<u32> {
        from.read().ok()
    }
}

/// Makes diagrams, with so much work as is allowed.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    diagram: Diagram,
    known: QuickMap<Node, u32>,
    joined: QuickMap<(Ref, Ref), Ref>,
    limit: usize,
}

impl Builder {
    /// Allows so many joins from here on.
    pub(crate) fn allow(&mut self, joins: usize) {
        self.limit = self.joined.len() + joins;
    }

    /// The axes that are asked from here on, in their order.
    pub(crate) fn axes(&self, from: Ref) -> Vec<u32> {
        let (mut axes, mut open) = (std::collections::BTreeSet::new(), vec![from]);
        while let Some(node) = open.pop().and_then(|at| self.node_of(at)) {
            axes.insert(node.axis);
            open.extend(
                node.runs.iter().map(|(_, next)| *next).filter(|next| next.read().is_err()),
            );
        }
        axes.into_iter().collect()
    }

    /// A node, or what follows where that is the same for every cell.
    pub(crate) fn node(&mut self, axis: u32, runs: impl IntoIterator<Item = Run<Ref>>) -> Ref {
        let kept = runs::merged(runs);
        if let [(_, only)] = kept.as_slice() {
            return *only;
        }
        let node = Node { axis, runs: kept.into() };
        let next = self.diagram.nodes.len() as u32;
        let at = *self.known.entry(node.clone()).or_insert(next);
        if at == next {
            self.diagram.nodes.push(node);
        }
        Ref(at)
    }

    /// Both together, leaf by leaf. The way in which leaves are joined must be commutative, and the
    /// same at every call. `None` beyond the limit.
    pub(crate) fn join(
        &mut self,
        one: Ref,
        other: Ref,
        leaf: &mut impl FnMut(u32, u32) -> u32,
    ) -> Option<Ref> {
        let pair = if one <= other { (one, other) } else { (other, one) };
        if let Some(known) = self.joined.get(&pair) {
            return Some(*known);
        }
        if self.joined.len() > self.limit {
            return None;
        }
        let joined = match (one.read(), other.read()) {
            (Ok(one), Ok(other)) => Ref::leaf(leaf(one, other)),
            _ => {
                let axis = self.axis(one).min(self.axis(other));
                let mut runs = Vec::new();
                for (start, one, other) in self.aligned(axis, one, other) {
                    runs.push((start, self.join(one, other, leaf)?));
                }
                self.node(axis, runs)
            }
        };
        self.joined.insert(pair, joined);
        Some(joined)
    }

    pub(crate) fn finish(self) -> Diagram {
        self.diagram
    }

    fn node_of(&self, of: Ref) -> Option<&Node> {
        self.diagram.nodes.get(of.read().err()? as usize)
    }

    /// The axis asked first.
    fn axis(&self, of: Ref) -> u32 {
        self.node_of(of).map_or(u32::MAX, |node| node.axis)
    }

    /// The runs of both on this axis, cut where either is.
    fn aligned(&self, axis: u32, one: Ref, other: Ref) -> Vec<(u32, Ref, Ref)> {
        let asked = |of| self.node_of(of).filter(|node| node.axis == axis);
        let [alone, other_alone] = [one, other].map(|of| [(0, of)]);
        let left = asked(one).map_or(alone.as_slice(), |node| &node.runs);
        let right = asked(other).map_or(other_alone.as_slice(), |node| &node.runs);
        runs::aligned(left, right)
    }
}

/// Takes over what can be reached from some places of a diagram, and nothing else.
#[derive(Debug)]
pub(crate) struct Keeper<'a> {
    of: &'a Diagram,
    kept: Diagram,
    known: QuickMap<Ref, Ref>,
}

impl<'a> Keeper<'a> {
    pub(crate) fn new(of: &'a Diagram) -> Self {
        Self { of, kept: Diagram::default(), known: QuickMap::default() }
    }

    /// The same place among what is kept, where leaves have these numbers.
    pub(crate) fn keep(&mut self, at: Ref, leaf: &mut impl FnMut(u32) -> u32) -> Ref {
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        let kept = match at.read() {
            Ok(number) => Ref::leaf(leaf(number)),
            Err(node) => {
                // INVARIANT: references come from `Builder::node`.
                let Some(node) = self.of.nodes.get(node as usize) else { return Ref::leaf(0) };
                let runs = node.runs.iter().map(|(start, next)| (*start, self.keep(*next, leaf)));
                let node = Node { axis: node.axis, runs: runs.collect() };
                self.kept.nodes.push(node);
                Ref(self.kept.nodes.len() as u32 - 1)
            }
        };
        self.known.insert(at, kept);
        kept
    }

    pub(crate) fn finish(self) -> Diagram {
        self.kept
    }
}
